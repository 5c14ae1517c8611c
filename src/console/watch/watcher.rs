//! The owner of the watching thread.

use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};

use super::input::Input;
use super::kernel::Kernel;
use super::run::{POLL_INTERVAL, Runner};
use super::targets::Paths;
use super::{WatchEvent, WatchMode};
use crate::console::proposal::Proposal;

/// Watches until it is dropped; dropping it ends its thread.
#[derive(Debug)]
pub struct FileWatcher {
    /// `None` if the thread couldn't be spawned.
    thread: Option<(Sender<Input>, JoinHandle<()>)>,
}

impl FileWatcher {
    /// Starts watching the proposal, and the database file and the exposure log, if any; none of them has
    /// to exist.
    ///
    /// Calls `send` with reports, on another thread. The first report is the mode, sent once the
    /// watches are set: changes after it are detected, earlier ones may not be. `send` must not
    /// block, since dropping the watcher waits for it.
    pub fn start(
        proposal: Proposal,
        database: impl Into<Option<PathBuf>>,
        log: Option<PathBuf>,
        send: impl Fn(WatchEvent) + Send + Sync + 'static,
    ) -> Self {
        let (input, inputs) = channel();
        let database = database.into();
        let send = std::sync::Arc::new(send);
        let report = std::sync::Arc::clone(&send);
        let events = input.clone();
        let thread = Builder::new().name("avos-watch".into()).spawn(move || {
            let paths = Paths::new(proposal, database, log);
            let kernel = Kernel::start(&paths, events);
            Runner::new(paths, kernel, inputs, POLL_INTERVAL, &*report).run();
        });
        match thread {
            Ok(thread) => Self {
                thread: Some((input, thread)),
            },
            Err(error) => {
                send(WatchEvent::Mode(WatchMode::Off {
                    reason: format!("can't spawn the watching thread: {error}"),
                }));
                Self { thread: None }
            }
        }
    }
}

/// Returns how changes of the directory, and of the database if any, would be detected. Watching has
/// stopped when it returns.
#[must_use]
pub fn probe_mode(configs: PathBuf, database: Option<PathBuf>) -> WatchMode {
    let (send, events) = channel();
    let _watcher = FileWatcher::start(Proposal::Configs(configs), database, None, move |event| {
        // Only the first report has a receiver.
        let _ = send.send(event);
    });
    match events.recv() {
        Ok(WatchEvent::Mode(mode)) => mode,
        // The first report is a mode; without any, the thread has ended.
        _ => WatchMode::Off {
            reason: "the watching thread ended".to_owned(),
        },
    }
}

impl Drop for FileWatcher {
    fn drop(&mut self) {
        if let Some((input, thread)) = self.thread.take() {
            // The receiver is gone if the thread has already ended.
            let _ = input.send(Input::Stop);
            let _ = thread.join();
        }
    }
}
