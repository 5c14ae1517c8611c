//! The watching thread: turns kernel events or polls into reports.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::burst::{Burst, Dirty};
use super::input::Input;
use super::kernel::{Kernel, KernelError};
use super::snapshot::FileSnapshot;
use super::targets::Paths;
use super::{WatchEvent, WatchMode};

/// How often to poll where events aren't available or may not be enough.
pub(super) const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// The minimum time between two reports of the log, which may be written continuously.
const LOG_REST: Duration = Duration::from_millis(500);

/// The thread's state.
pub(super) struct Runner<'a> {
    paths: Paths,
    inputs: Receiver<Input>,
    send: &'a dyn Fn(WatchEvent),
    poll_interval: Duration,
    /// `None` while polling.
    kernel: Option<Kernel>,
    burst: Burst,
    /// The events of the log, kept apart so that they don't delay the others.
    log_burst: Burst,
    /// When to report the log once more: with a write-ahead log, rows can be read only after a sync,
    /// which causes no event.
    echo: Option<Instant>,
    /// The last snapshot, while polling.
    seen: Option<FileSnapshot>,
}

impl<'a> Runner<'a> {
    /// Reports the mode: the kernel's watches, or polling if they couldn't be set.
    pub(super) fn new(
        paths: Paths,
        kernel: Result<Kernel, KernelError>,
        inputs: Receiver<Input>,
        poll_interval: Duration,
        send: &'a dyn Fn(WatchEvent),
    ) -> Self {
        let mut runner = Self {
            paths,
            inputs,
            send,
            poll_interval,
            kernel: None,
            burst: Burst::new(Duration::ZERO),
            log_burst: Burst::new(LOG_REST),
            echo: None,
            seen: None,
        };
        match kernel {
            Ok(kernel) => {
                runner.kernel = Some(kernel);
                // Changes after this report must be detected.
                runner.update_polling();
                (runner.send)(WatchEvent::Mode(WatchMode::Kernel));
            }
            Err(error) => {
                runner.update_polling();
                runner.switch_to_polling(&error);
            }
        }
        // Rows written just before may not be readable yet.
        runner.schedule_echo(runner.paths.log.is_some());
        runner
    }

    /// Runs until the watcher is dropped.
    pub(super) fn run(mut self) {
        loop {
            match self.next() {
                Ok(Input::Kernel(event)) => {
                    // Ignore leftover events of abandoned watches.
                    if let Some(kernel) = &mut self.kernel {
                        let dirty = kernel.handle_event(&event);
                        self.add(dirty, Instant::now());
                    }
                }
                Ok(Input::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => self.handle_timeout(),
            }
        }
    }

    fn add(&mut self, dirty: Dirty, now: Instant) {
        if dirty.log {
            self.log_burst.add(Dirty::LOG, now);
        }
        self.burst.add(
            Dirty {
                log: false,
                ..dirty
            },
            now,
        );
    }

    /// Waits for the next input, without a deadline if nothing is pending.
    fn next(&self) -> Result<Input, RecvTimeoutError> {
        let now = Instant::now();
        let echo = self.echo.map(|at| at.saturating_duration_since(now));
        let waits = [self.burst.wait(now), self.log_burst.wait(now), echo];
        match waits.into_iter().flatten().min() {
            // Report a finished burst even while events keep arriving.
            Some(Duration::ZERO) => Err(RecvTimeoutError::Timeout),
            Some(wait) => self.inputs.recv_timeout(wait),
            None if self.seen.is_some() => self.inputs.recv_timeout(self.poll_interval),
            None => self
                .inputs
                .recv()
                .map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    fn handle_timeout(&mut self) {
        let now = Instant::now();
        let mut dirty = self.burst.take(now);
        dirty.merge(self.log_burst.take(now));
        let is_echo = self.echo.take_if(|at| *at <= now).is_some();
        // Events of one file must not delay the polling of another that sends none.
        if self.seen.is_some() {
            dirty.merge(self.poll());
        }
        if dirty.watches {
            dirty.merge(self.follow());
        }
        self.update_polling();
        if dirty.proposal {
            (self.send)(WatchEvent::Proposal);
        }
        if dirty.database {
            (self.send)(WatchEvent::Database);
        }
        if dirty.log || is_echo {
            (self.send)(WatchEvent::Log);
        }
        self.schedule_echo(dirty.log);
    }

    fn schedule_echo(&mut self, is_log_dirty: bool) {
        if is_log_dirty {
            self.echo = Some(Instant::now() + LOG_REST);
        }
    }

    /// Takes a snapshot; what differs from the last one is dirty.
    fn poll(&mut self) -> Dirty {
        let now = FileSnapshot::take(&self.paths);
        let before = self.seen.replace(now);
        let Some(before) = before else {
            return Dirty::default();
        };
        Dirty {
            proposal: before.proposal != now.proposal,
            database: before.database != now.database,
            log: before.log != now.log,
            watches: before != now,
        }
    }

    /// Syncs the watches. A directory with a new watch may have changed unseen.
    fn follow(&mut self) -> Dirty {
        let Some(kernel) = &mut self.kernel else {
            return Dirty::default();
        };
        match kernel.follow(&self.paths) {
            Ok(false) => Dirty::default(),
            Ok(true) => Dirty::ALL,
            Err(error) => {
                self.switch_to_polling(&error);
                Dirty::ALL
            }
        }
    }

    fn switch_to_polling(&mut self, error: &KernelError) {
        tracing::warn!("polling: {error}");
        self.kernel = None;
        (self.send)(WatchEvent::Mode(WatchMode::Polling {
            reason: error.to_string(),
            every: self.poll_interval,
        }));
    }

    /// Polls only while necessary, so that an idle console stays idle.
    fn update_polling(&mut self) {
        if self.kernel.is_some() && !self.paths.needs_polling() {
            self.seen = None;
        } else if self.seen.is_none() {
            self.seen = Some(FileSnapshot::take(&self.paths));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io;
    use std::sync::mpsc::channel;
    use std::thread;

    use super::*;
    use crate::console::proposal::Proposal;

    const DEADLINE: Duration = Duration::from_secs(20);

    #[test]
    fn without_the_kernel_changes_are_found_by_looking() -> io::Result<()> {
        let home = tempfile::tempdir()?;
        let configs = home.path().join("configs");
        fs::create_dir(&configs)?;
        let paths = Paths::new(
            Proposal::Configs(configs.clone()),
            home.path().join("avos.db"),
            Some(home.path().join("log.db")),
        );
        let (stop, inputs) = channel();
        let (send, events) = channel();
        let every = Duration::from_millis(10);
        let watched = paths.clone();
        let thread = thread::spawn(move || {
            let send = |event| {
                // The test has already failed.
                let _ = send.send(event);
            };
            Runner::new(watched, Err(KernelError::Limit), inputs, every, &send).run();
        });
        // The log is reported once more some time after each report.
        let is_other = |event: &WatchEvent| *event != WatchEvent::Log;
        let all = || std::iter::from_fn(|| events.recv_timeout(DEADLINE).ok());
        let next = || all().find(is_other);

        let reason = "the kernel's limit on watches is reached".to_owned();
        let mode = WatchMode::Polling { reason, every };
        assert_eq!(next(), Some(WatchEvent::Mode(mode)));
        // Renamed into place: reading it in the middle of the write would report it twice.
        fs::write(home.path().join("new"), "layer_id: a\n")?;
        fs::rename(home.path().join("new"), configs.join("a.yml"))?;
        assert_eq!(next(), Some(WatchEvent::Proposal));
        fs::write(home.path().join("avos.db"), "x")?;
        assert_eq!(next(), Some(WatchEvent::Database));
        // Its first report, and that of a change.
        fs::write(home.path().join("log.db"), "x")?;
        let reports: Vec<WatchEvent> = all().take(2).collect();
        assert_eq!(reports, [WatchEvent::Log, WatchEvent::Log]);

        stop.send(Input::Stop).map_err(io::Error::other)?;
        assert!(thread.join().is_ok());
        Ok(())
    }
}
