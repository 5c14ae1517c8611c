//! The watching thread: events or looks in, reports out.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::burst::{Burst, Dirty};
use super::kernel::Kernel;
use super::snapshot::Snapshot;
use super::targets::Paths;
use super::{WatchEvent, WatchMode};

/// How often to look where events can't be had or may not be enough.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What wakes the thread.
#[derive(Debug)]
pub(super) enum Input {
    /// The kernel saw something.
    Kernel(notify::Result<notify::Event>),
    /// The watcher was dropped.
    Stop,
}

/// The thread's state.
pub(super) struct Runner<'a> {
    paths: Paths,
    inputs: Receiver<Input>,
    send: &'a dyn Fn(WatchEvent),
    /// `None` while polling.
    kernel: Option<Kernel>,
    burst: Burst,
    /// What the last look saw, while looking is needed.
    seen: Option<Snapshot>,
}

impl<'a> Runner<'a> {
    /// Sets the watches, or falls back to polling, and reports the mode.
    pub(super) fn new(
        paths: Paths,
        events: Sender<Input>,
        inputs: Receiver<Input>,
        send: &'a dyn Fn(WatchEvent),
    ) -> Self {
        let kernel = Kernel::start(&paths, events);
        let mut runner = Self {
            paths,
            inputs,
            send,
            kernel: None,
            burst: Burst::default(),
            seen: None,
        };
        match kernel {
            Ok(kernel) => {
                runner.kernel = Some(kernel);
                (runner.send)(WatchEvent::Mode(WatchMode::Kernel));
            }
            Err(error) => runner.poll_because(&error),
        }
        runner.decide_to_look();
        runner
    }

    /// Runs until the watcher is dropped.
    pub(super) fn run(mut self) {
        loop {
            match self.next() {
                Ok(Input::Kernel(event)) => {
                    // Leftovers of watches that were given up are of no interest.
                    if let Some(kernel) = &mut self.kernel {
                        let dirty = kernel.concerns(&event);
                        self.burst.add(dirty, Instant::now());
                    }
                }
                Ok(Input::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => self.on_time(),
            }
        }
    }

    /// The next input; without a deadline when there is nothing to wait for.
    fn next(&self) -> Result<Input, RecvTimeoutError> {
        match self.burst.wait(Instant::now()) {
            // A burst that is over is reported even while events keep pouring in.
            Some(Duration::ZERO) => Err(RecvTimeoutError::Timeout),
            Some(wait) => self.inputs.recv_timeout(wait),
            None if self.seen.is_some() => self.inputs.recv_timeout(LOOK_EVERY),
            None => self
                .inputs
                .recv()
                .map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    fn on_time(&mut self) {
        let mut dirty = self.burst.take();
        if dirty.any() {
            // Reported by events; the next look compares with what is there now.
            self.seen = None;
        } else {
            dirty = self.look();
        }
        if dirty.watches {
            dirty.merge(self.follow());
        }
        self.decide_to_look();
        if dirty.configs {
            (self.send)(WatchEvent::Configs);
        }
        if dirty.database {
            (self.send)(WatchEvent::Database);
        }
    }

    /// Looks at the files; what differs from the last look is dirty.
    fn look(&mut self) -> Dirty {
        let now = Snapshot::take(&self.paths);
        let before = self.seen.replace(now);
        let configs = before.is_some_and(|before| before.configs != now.configs);
        let database = before.is_some_and(|before| before.database != now.database);
        Dirty {
            configs,
            database,
            watches: configs || database,
        }
    }

    /// Brings the watches in step. What is watched anew may have changed unseen.
    fn follow(&mut self) -> Dirty {
        let Some(kernel) = &mut self.kernel else {
            return Dirty::default();
        };
        match kernel.follow(&self.paths) {
            Ok(false) => Dirty::default(),
            Ok(true) => Dirty::ALL,
            Err(error) => {
                self.poll_because(&error);
                Dirty::ALL
            }
        }
    }

    fn poll_because(&mut self, error: &super::kernel::KernelError) {
        tracing::warn!("polling: {error}");
        self.kernel = None;
        (self.send)(WatchEvent::Mode(WatchMode::Polling {
            reason: error.to_string(),
            every: LOOK_EVERY,
        }));
    }

    /// Looking goes on only while it must, so that idle stays idle.
    fn decide_to_look(&mut self) {
        if self.kernel.is_some() && !self.paths.need_rescan() {
            self.seen = None;
        } else if self.seen.is_none() {
            self.seen = Some(Snapshot::take(&self.paths));
        }
    }
}
