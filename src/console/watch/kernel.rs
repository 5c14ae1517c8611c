//! The kernel's watches, kept in sync with where the paths lead.

use std::path::PathBuf;
use std::sync::mpsc::Sender;

use notify::{ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::burst::Dirty;
use super::input::Input;
use super::mounts;
use super::relevance::is_change;
use super::targets::{Paths, WatchTarget, targets};

/// How often to look up the targets again while they keep changing. Later changes cause events of
/// their own.
const MAX_ROUNDS: usize = 8;

/// The active watches.
#[derive(Debug)]
pub(super) struct Kernel {
    watcher: RecommendedWatcher,
    watched: Vec<WatchTarget>,
}

/// Why the kernel can't watch.
#[derive(Debug, thiserror::Error)]
pub(super) enum KernelError {
    #[error("the kernel's limit on watches is reached")]
    Limit,
    #[error("{path} is on {kind}, which sends no events", path = .path.display())]
    NoEvents { path: PathBuf, kind: String },
    #[error("can't watch files: {0}")]
    Other(#[source] notify::Error),
}

impl From<notify::Error> for KernelError {
    fn from(error: notify::Error) -> Self {
        match error.kind {
            ErrorKind::MaxFilesWatch => Self::Limit,
            _ => Self::Other(error),
        }
    }
}

impl Kernel {
    /// Sets the watches, which send their events to `inputs`.
    pub(super) fn start(paths: &Paths, inputs: Sender<Input>) -> Result<Self, KernelError> {
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let change = match &event {
                Ok(event) => event.need_rescan() || is_change(event.kind),
                Err(_) => true,
            };
            if change {
                // The receiver is gone only if the thread has ended.
                let _ = inputs.send(Input::Kernel(event));
            }
        })?;
        let mut kernel = Self {
            watcher,
            watched: Vec::new(),
        };
        kernel.follow(paths)?;
        Ok(kernel)
    }

    /// Syncs the watches with the paths; returns whether any is new. Changes in a directory before
    /// its watch was set went unseen, so the targets are looked up until they stay the same.
    pub(super) fn follow(&mut self, paths: &Paths) -> Result<bool, KernelError> {
        let mut any_new = false;
        for _ in 0..MAX_ROUNDS {
            let wanted = targets(paths);
            if wanted == self.watched {
                break;
            }
            check_events(&wanted)?;
            any_new |= self.replace(wanted)?;
        }
        Ok(any_new)
    }

    fn replace(&mut self, wanted: Vec<WatchTarget>) -> Result<bool, KernelError> {
        let is_same = |one: &WatchTarget, other: &WatchTarget| {
            one.directory == other.directory && one.identity == other.identity
        };
        for old in std::mem::take(&mut self.watched) {
            if wanted.iter().any(|new| is_same(&old, new)) {
                self.watched.push(old);
            } else {
                // The watch of a deleted directory is already gone.
                let _ = self.watcher.unwatch(&old.directory);
            }
        }
        let mut any_new = false;
        let mut watched = Vec::with_capacity(wanted.len());
        for target in wanted {
            if !self.watched.iter().any(|old| is_same(old, &target)) {
                any_new = true;
                match self
                    .watcher
                    .watch(&target.directory, RecursiveMode::NonRecursive)
                {
                    Ok(()) => {}
                    // Deleted since the lookup: the next round finds out.
                    Err(error) if is_missing(&error) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
            watched.push(target);
        }
        self.watched = watched;
        Ok(any_new)
    }

    /// Returns what may have changed by an event. Drops the watch of a directory that the event is
    /// about, so that [`Kernel::follow`] sets it again: a recreated directory can have the old inode.
    pub(super) fn handle_event(&mut self, event: &notify::Result<Event>) -> Dirty {
        let Ok(event) = event else {
            return Dirty::ALL;
        };
        if event.need_rescan() || event.paths.is_empty() {
            return Dirty::ALL;
        }
        let mut dirty = Dirty::default();
        for path in &event.paths {
            for target in &self.watched {
                dirty.merge(target.dirty_after(path, event.kind));
            }
            if let Some(at) = self
                .watched
                .iter()
                .position(|target| target.directory == *path)
            {
                let _ = self.watcher.unwatch(path);
                self.watched.remove(at);
            }
        }
        dirty
    }
}

fn check_events(wanted: &[WatchTarget]) -> Result<(), KernelError> {
    // Only Linux has this table; elsewhere, events are assumed to arrive.
    let Ok(table) = std::fs::read_to_string("/proc/self/mountinfo") else {
        return Ok(());
    };
    for target in wanted {
        if let Some(kind) = mounts::without_events(&table, &target.directory) {
            return Err(KernelError::NoEvents {
                path: target.directory.clone(),
                kind: kind.to_owned(),
            });
        }
    }
    Ok(())
}

fn is_missing(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}
