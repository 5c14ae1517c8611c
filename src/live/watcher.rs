//! A thread that refreshes when the database changes.

use std::convert::Infallible;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::Timestamp;

use super::LiveAssigner;
use crate::store::{ChangeProbe, wait_for_stop};

/// The shortest interval: checking more often isn't worth its cost.
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
/// // … serve, and report `live.last_error()` to your monitoring …
/// drop(watcher);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "it stops when it is dropped"]
pub struct Watcher {
    /// Dropped to stop the thread; nothing is ever sent.
    stop: Option<Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Starts the thread. After every interval, which is at least 10 ms, it checks whether the database
    /// changed, and reads it only if it did or if the last refresh failed. A database on a server says so itself,
    /// and is then read at once. `now` is the clock.
    ///
    /// Returns an error if the thread can't be started.
    pub fn start(
        live: &Arc<LiveAssigner>,
        every: Duration,
        now: fn() -> Timestamp,
    ) -> std::io::Result<Self> {
        let live = Arc::clone(live);
        let every = every.max(SHORTEST);
        let (stop, stopped) = channel::<Infallible>();
        let thread = thread::Builder::new().name("avos-refresh".to_owned());
        let thread = thread.spawn(move || follow(&live, every, now, &stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

/// Refreshes until it is stopped.
fn follow(
    live: &LiveAssigner,
    every: Duration,
    now: fn() -> Timestamp,
    stopped: &Receiver<Infallible>,
) {
    let mut probe: Option<Box<dyn ChangeProbe>> = None;
    loop {
        // What changed before there was one, it doesn't tell.
        let is_new = probe.is_none();
        if is_new {
            probe = live.probe().ok();
        }
        let asked = probe.as_mut().map(|probe| probe.changed().unwrap_or(true));
        let has_changed = is_new || asked == Some(true);
        if has_changed || live.last_error().is_some() {
            live.read_again(now());
        }
        let waited = match &mut probe {
            Some(probe) => probe.wait(every, stopped),
            None => wait_for_stop(every, stopped),
        };
        if let ControlFlow::Break(()) = waited {
            return;
        }
    }
}

impl Drop for Watcher {
    /// Stops the thread and waits until it has ended: at once, or after a refresh that is running.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A refresh doesn't panic. If the clock does, nobody is left to tell.
            let _ = thread.join();
        }
    }
}
