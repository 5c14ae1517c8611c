//! The owner of the watching thread.

use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};

use super::input::Input;
use super::kernel::Kernel;
use super::run::{LOOK_EVERY, Runner};
use super::targets::Paths;
use super::{WatchEvent, WatchMode};
use crate::console::proposal::Proposal;

/// Watches until it is dropped; dropping it ends its thread.
#[derive(Debug)]
pub struct Watcher {
    /// `None` when the thread couldn't be started.
    thread: Option<(Sender<Input>, JoinHandle<()>)>,
}

impl Watcher {
    /// Starts watching the proposal, the database file and the exposure log, if there is to be one;
    /// none of them has to exist.
    ///
    /// Reports go to `send`, from another thread. The first one is the mode, sent when the watches
    /// are set: what is read after it can't go out of date unnoticed, what was read before can.
    /// `send` must not block, since dropping the watcher waits for it.
    pub fn start(
        proposal: Proposal,
        database: PathBuf,
        log: Option<PathBuf>,
        send: impl Fn(WatchEvent) + Send + Sync + 'static,
    ) -> Self {
        let (input, inputs) = channel();
        let send = std::sync::Arc::new(send);
        let report = std::sync::Arc::clone(&send);
        let events = input.clone();
        let thread = Builder::new().name("avos-watch".into()).spawn(move || {
            let paths = Paths::new(proposal, database, log);
            let kernel = Kernel::start(&paths, events);
            Runner::new(paths, kernel, inputs, LOOK_EVERY, &*report).run();
        });
        match thread {
            Ok(thread) => Self {
                thread: Some((input, thread)),
            },
            Err(error) => {
                send(WatchEvent::Mode(WatchMode::Off {
                    reason: format!("no thread to be had: {error}"),
                }));
                Self { thread: None }
            }
        }
    }
}

/// How changes of the directory, and of the database if there is one, would be noticed; nothing is
/// watched any more when it returns.
#[must_use]
pub fn mode_of(configs: PathBuf, database: Option<PathBuf>) -> WatchMode {
    let (send, events) = channel();
    // The directory twice is watched like the directory alone.
    let database = database.unwrap_or_else(|| configs.clone());
    let _watcher = Watcher::start(Proposal::Configs(configs), database, None, move |event| {
        // Later reports than the first have no reader.
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

impl Drop for Watcher {
    fn drop(&mut self) {
        if let Some((input, thread)) = self.thread.take() {
            // Where the thread has ended by itself, there is nobody to stop.
            let _ = input.send(Input::Stop);
            let _ = thread.join();
        }
    }
}
