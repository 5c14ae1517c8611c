//! What an event affects: proposal, database, log or watches.

use std::ffi::OsStr;
use std::path::Path;

use notify::EventKind;
use notify::event::{AccessKind, AccessMode, ModifyKind};

use super::burst::Dirty;
use super::targets::{Interest, SqliteFile, WatchTarget};

impl WatchTarget {
    /// Returns what may have changed after an event at `path`, which is this directory or in it.
    pub(super) fn dirty_after(&self, path: &Path, kind: EventKind) -> Dirty {
        let mut dirty = Dirty::default();
        if path == self.directory {
            // The directory was deleted, moved or changed; its watch may be dead.
            for interest in &self.interests {
                dirty.merge(match interest {
                    Interest::Entries | Interest::PathToProposal(_) => Dirty {
                        proposal: true,
                        watches: true,
                        ..Dirty::default()
                    },
                    Interest::File(kept, _) | Interest::PathTo(kept, _) => Dirty {
                        watches: true,
                        ..kept.dirty(true)
                    },
                });
            }
            return dirty;
        }
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return dirty;
        };
        if parent != self.directory {
            return dirty;
        }
        for interest in &self.interests {
            dirty.merge(self.dirty_by(interest, name, kind));
        }
        dirty
    }

    fn dirty_by(&self, interest: &Interest, name: &OsStr, kind: EventKind) -> Dirty {
        match interest {
            Interest::Entries => Dirty {
                proposal: !self.is_sqlite_file(name),
                // A link may have been created, deleted or changed.
                watches: !matches!(
                    kind,
                    EventKind::Access(_) | EventKind::Modify(ModifyKind::Data(_))
                ),
                ..Dirty::default()
            },
            Interest::PathToProposal(expected) => Dirty {
                proposal: name == expected,
                watches: name == expected,
                ..Dirty::default()
            },
            Interest::PathTo(kept, expected) => {
                // The file is on its own path, and a close says nothing about its content.
                let hit = name == expected && !matches!(kind, EventKind::Access(_));
                Dirty {
                    watches: hit && !matches!(kind, EventKind::Modify(ModifyKind::Data(_))),
                    ..kept.dirty(hit)
                }
            }
            Interest::File(SqliteFile::Log, file) if may_match(file, name) => {
                SqliteFile::Log.dirty(!matches!(kind, EventKind::Access(_)))
            }
            Interest::File(kept, file) => kept.dirty(is_commit(file, name, kind)),
        }
    }

    /// Returns whether a name in the configs directory belongs to the database or to the log.
    fn is_sqlite_file(&self, name: &OsStr) -> bool {
        self.interests.iter().any(|interest| match interest {
            Interest::File(_, file) => suffix_after(file, name).is_some(),
            Interest::Entries | Interest::PathToProposal(_) | Interest::PathTo(..) => false,
        })
    }
}

impl SqliteFile {
    /// Returns the file as dirty, or nothing.
    fn dirty(self, may_have: bool) -> Dirty {
        Dirty {
            database: may_have && self == Self::Database,
            log: may_have && self == Self::Log,
            ..Dirty::default()
        }
    }
}

/// Returns whether an event may be a commit and can't be caused by reading.
///
/// Reading opens the files for writing and closes them, and where there is a write-ahead log, it
/// creates and removes an empty one and writes the `-shm` beside it. A commit writes.
fn is_commit(file: &OsStr, name: &OsStr, kind: EventKind) -> bool {
    let written = matches!(
        kind,
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any)
    );
    match suffix_after(file, name) {
        Some("" | "-journal") => !matches!(kind, EventKind::Access(_)),
        Some("-wal") => written,
        Some(_) | None => false,
    }
}

/// Returns whether the log's name is a pattern that may match this name: it has the same ending.
fn may_match(log: &OsStr, name: &OsStr) -> bool {
    let is_pattern = log
        .to_str()
        .is_some_and(|log| log.contains(['*', '?', '[']));
    is_pattern && Path::new(log).extension() == Path::new(name).extension()
}

/// Returns `-wal` for `avos.db-wal` after `avos.db`; `None` if the name isn't that file's.
fn suffix_after<'a>(file: &OsStr, name: &'a OsStr) -> Option<&'a str> {
    let suffix = name.to_str()?.strip_prefix(file.to_str()?)?;
    ["", "-journal", "-wal", "-shm"]
        .contains(&suffix)
        .then_some(suffix)
}

/// Returns whether an event is a change at all. The kernel also reports every open for reading, so
/// that a rescan would trigger itself.
pub(super) fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(mode)) => mode == AccessMode::Write,
        EventKind::Access(_) => false,
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}
