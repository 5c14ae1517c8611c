//! The kernel's watches, kept in step with where the paths lead.

use std::path::PathBuf;
use std::sync::mpsc::Sender;

use notify::{ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::burst::Dirty;
use super::input::Input;
use super::mounts;
use super::relevance::is_change;
use super::targets::{Paths, Target, targets};

/// How often the targets are looked up again while they keep changing under us. Whatever changes
/// after that makes an event by itself.
const MOST_ROUNDS: usize = 8;

/// The watches that are set.
#[derive(Debug)]
pub(super) struct Kernel {
    watcher: RecommendedWatcher,
    watched: Vec<Target>,
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
    /// Sets the watches; what they see goes to `inputs`.
    pub(super) fn start(paths: &Paths, inputs: Sender<Input>) -> Result<Self, KernelError> {
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let change = match &event {
                Ok(event) => event.need_rescan() || is_change(event.kind),
                Err(_) => true,
            };
            if change {
                // A thread that has ended needs to know nothing.
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

    /// Brings the watches in step with the paths; says whether any is new. What happened in a
    /// directory before its watch was set went unseen, so the targets are looked up until they
    /// stay the same.
    pub(super) fn follow(&mut self, paths: &Paths) -> Result<bool, KernelError> {
        let mut any_new = false;
        for _ in 0..MOST_ROUNDS {
            let wanted = targets(paths);
            if wanted == self.watched {
                break;
            }
            refuse_without_events(&wanted)?;
            any_new |= self.replace(wanted)?;
        }
        Ok(any_new)
    }

    fn replace(&mut self, wanted: Vec<Target>) -> Result<bool, KernelError> {
        let is_same = |one: &Target, other: &Target| {
            one.directory == other.directory && one.identity == other.identity
        };
        for old in std::mem::take(&mut self.watched) {
            if wanted.iter().any(|new| is_same(&old, new)) {
                self.watched.push(old);
            } else {
                // The watch of a deleted directory is gone already.
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
                    // Gone since we looked: the next round finds out.
                    Err(error) if is_missing(&error) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
            watched.push(target);
        }
        self.watched = watched;
        Ok(any_new)
    }

    /// What an event makes doubtful. The watch of a directory that is itself concerned is dropped,
    /// so that [`Kernel::follow`] sets it anew: a directory made again can have the old number.
    pub(super) fn concerns(&mut self, event: &notify::Result<Event>) -> Dirty {
        let Ok(event) = event else {
            return Dirty::ALL;
        };
        if event.need_rescan() || event.paths.is_empty() {
            return Dirty::ALL;
        }
        let mut dirty = Dirty::default();
        for path in &event.paths {
            for target in &self.watched {
                dirty.merge(target.concerns(path, event.kind));
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

fn refuse_without_events(wanted: &[Target]) -> Result<(), KernelError> {
    // Only Linux has the table; elsewhere the kernel's word is taken.
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
