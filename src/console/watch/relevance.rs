//! Whom an event concerns: which of proposal, database and watches it makes doubtful.

use std::ffi::OsStr;
use std::path::Path;

use notify::EventKind;
use notify::event::{AccessKind, AccessMode, ModifyKind};

use super::burst::Dirty;
use super::targets::{Interest, Target};

impl Target {
    /// What an event at `path`, in this directory or this directory itself, makes doubtful.
    pub(super) fn concerns(&self, path: &Path, kind: EventKind) -> Dirty {
        let mut dirty = Dirty::default();
        if path == self.directory {
            // The directory is gone, moved or changed; its watch may be deaf.
            for interest in &self.interests {
                dirty.merge(match interest {
                    Interest::Entries | Interest::WayToProposal(_) => Dirty {
                        proposal: true,
                        watches: true,
                        ..Dirty::default()
                    },
                    Interest::Database(_) | Interest::WayToDatabase(_) => Dirty {
                        database: true,
                        watches: true,
                        ..Dirty::default()
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
            dirty.merge(self.concerned(interest, name, kind));
        }
        dirty
    }

    fn concerned(&self, interest: &Interest, name: &OsStr, kind: EventKind) -> Dirty {
        match interest {
            Interest::Entries => Dirty {
                proposal: !self.is_of_database(name),
                // A link may have come, gone or flipped.
                watches: !matches!(
                    kind,
                    EventKind::Access(_) | EventKind::Modify(ModifyKind::Data(_))
                ),
                ..Dirty::default()
            },
            Interest::WayToProposal(expected) => Dirty {
                proposal: name == expected,
                watches: name == expected,
                ..Dirty::default()
            },
            Interest::WayToDatabase(expected) => {
                // The database itself is on the way to itself, and a close tells nothing of it.
                let hit = name == expected && !matches!(kind, EventKind::Access(_));
                Dirty {
                    database: hit,
                    watches: hit && !matches!(kind, EventKind::Modify(ModifyKind::Data(_))),
                    ..Dirty::default()
                }
            }
            Interest::Database(database) => Dirty {
                database: database_changed(database, name, kind),
                ..Dirty::default()
            },
        }
    }

    /// Whether a name belongs to the database, where it stands among the configs.
    fn is_of_database(&self, name: &OsStr) -> bool {
        self.interests.iter().any(|interest| match interest {
            Interest::Database(database) => suffix_after(database, name).is_some(),
            Interest::Entries | Interest::WayToProposal(_) | Interest::WayToDatabase(_) => false,
        })
    }
}

/// Whether an event may be a commit, and can't come from mere reading.
///
/// Reading opens the files for writing and closes them, and where there is a write-ahead log, it
/// creates and removes an empty one and writes the `-shm` beside it. A commit writes.
fn database_changed(database: &OsStr, name: &OsStr, kind: EventKind) -> bool {
    let written = matches!(
        kind,
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any)
    );
    match suffix_after(database, name) {
        Some("" | "-journal") => !matches!(kind, EventKind::Access(_)),
        Some("-wal") => written,
        Some(_) | None => false,
    }
}

/// `-wal` for `avos.db-wal` after `avos.db`; `None` where the name isn't the database's.
fn suffix_after<'a>(database: &OsStr, name: &'a OsStr) -> Option<&'a str> {
    let suffix = name.to_str()?.strip_prefix(database.to_str()?)?;
    ["", "-journal", "-wal", "-shm"]
        .contains(&suffix)
        .then_some(suffix)
}

/// Whether an event tells of a change at all. The kernel also reports every opening for reading;
/// heeding that, a rescan would wake itself.
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
