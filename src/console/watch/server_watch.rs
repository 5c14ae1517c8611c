//! Follows a database on a server, which no file's events tell of.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;
use std::time::Duration;

use super::WatchEvent;
use crate::store::StateStore;

/// How often to ask the server at least; a note comes sooner.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// Watches until it is dropped; its thread ends within a second afterwards.
#[derive(Debug)]
pub struct ServerWatcher {
    is_over: Arc<AtomicBool>,
}

impl ServerWatcher {
    /// Starts watching. Calls `send` on another thread when the database may have changed, or can be reached
    /// again or no longer.
    pub fn start(
        store: Arc<dyn StateStore>,
        send: impl Fn(WatchEvent) + Send + 'static,
    ) -> std::io::Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        Builder::new().name("avos-server".into()).spawn(move || {
            let Ok(mut probe) = store.changes() else {
                return;
            };
            while !ends.load(Ordering::Relaxed) {
                probe.wait(ASK_EVERY);
                if probe.changed().unwrap_or(true) {
                    send(WatchEvent::Database);
                }
            }
        })?;
        Ok(Self { is_over })
    }
}

impl Drop for ServerWatcher {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}
