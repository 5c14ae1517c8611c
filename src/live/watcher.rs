//! A thread that refreshes.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::Timestamp;

use super::LiveAssigner;

/// The shortest interval: below, looking would cost more than it tells.
const SHORTEST: Duration = Duration::from_millis(10);

/// Refreshes a [`LiveAssigner`] in the background until it is dropped.
///
#[cfg_attr(feature = "store", doc = "```")]
#[cfg_attr(not(feature = "store"), doc = "```ignore")]
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use avos::live::{LiveAssigner, Watcher};
/// use avos::store::SqliteStore;
/// use jiff::Timestamp;
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("avos.db");
/// # std::fs::copy("tests/fixtures/reference/python_2026.db", &path)?;
/// let live = Arc::new(LiveAssigner::open(SqliteStore::new(path))?);
/// let watcher = Watcher::start(&live, Duration::from_secs(1), Timestamp::now)?;
/// // … serve, and put `live.last_error()` where your alarms look …
/// drop(watcher);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "it stops when it is dropped"]
pub struct Watcher {
    /// Closed to stop the thread; nothing is ever sent.
    stop: Option<Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Starts the thread. It asks after every interval, 10 ms at least, whether the database
    /// changed, and reads it only then or after a refresh that failed. `now` is the clock. The
    /// error is that no thread is to be had.
    pub fn start(
        live: &Arc<LiveAssigner>,
        every: Duration,
        now: fn() -> Timestamp,
    ) -> std::io::Result<Self> {
        let live = Arc::clone(live);
        let every = every.max(SHORTEST);
        let (stop, stopped) = channel::<Infallible>();
        let thread = thread::Builder::new().name("avos-refresh".to_owned());
        let thread = thread.spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(every) {
                // Who wants to know asks for the last error.
                let _ = live.refresh(now());
            }
        })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Watcher {
    /// Stops the thread and waits for its end: at once, or when a refresh under way is done.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A refresh doesn't panic. Should the clock do so, there is nobody to tell.
            let _ = thread.join();
        }
    }
}
