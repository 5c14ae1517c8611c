//! Follows a database on a server, which no file's events tell of.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::Builder;
use std::time::Duration;

use super::WatchEvent;
use crate::store::StateStore;

/// How often to ask the server at least; a note comes sooner.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// Watches until it is dropped; its thread ends soon afterwards.
#[derive(Debug)]
pub struct ServerWatcher {
    /// Dropped to stop the thread; nothing is ever sent.
    _stop: Sender<Infallible>,
}

impl ServerWatcher {
    /// Starts watching. Calls `send` on another thread when the database may have changed, or can be reached
    /// again or no longer.
    pub fn start(
        store: Arc<dyn StateStore>,
        send: impl Fn(WatchEvent) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        Builder::new().name("avos-server".into()).spawn(move || {
            let Ok(mut probe) = store.changes() else {
                return;
            };
            loop {
                if probe.changed().unwrap_or(true) {
                    send(WatchEvent::Database);
                }
                if probe.wait(ASK_EVERY, &stopped).is_break() {
                    return;
                }
            }
        })?;
        Ok(Self { _stop: stop })
    }
}
