//! Whom an event concerns: which of proposal, database, log and watches it makes doubtful.

use std::ffi::OsStr;
use std::path::Path;

use notify::EventKind;
use notify::event::{AccessKind, AccessMode, ModifyKind};

use super::burst::Dirty;
use super::targets::{Interest, Kept, Target};

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
                    Interest::File(kept, _) | Interest::WayTo(kept, _) => Dirty {
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
            dirty.merge(self.concerned(interest, name, kind));
        }
        dirty
    }

    fn concerned(&self, interest: &Interest, name: &OsStr, kind: EventKind) -> Dirty {
        match interest {
            Interest::Entries => Dirty {
                proposal: !self.is_kept(name),
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
            Interest::WayTo(kept, expected) => {
                // The file itself is on the way to itself, and a close tells nothing of it.
                let hit = name == expected && !matches!(kind, EventKind::Access(_));
                Dirty {
                    watches: hit && !matches!(kind, EventKind::Modify(ModifyKind::Data(_))),
                    ..kept.dirty(hit)
                }
            }
            Interest::File(kept, file) => kept.dirty(is_commit(file, name, kind)),
        }
    }

    /// Whether a name belongs to the database or to the log, where it stands among the configs.
    fn is_kept(&self, name: &OsStr) -> bool {
        self.interests.iter().any(|interest| match interest {
            Interest::File(_, file) => suffix_after(file, name).is_some(),
            Interest::Entries | Interest::WayToProposal(_) | Interest::WayTo(..) => false,
        })
    }
}

impl Kept {
    /// That it may have changed, or not.
    fn dirty(self, may_have: bool) -> Dirty {
        Dirty {
            database: may_have && self == Self::Database,
            log: may_have && self == Self::Log,
            ..Dirty::default()
        }
    }
}

/// Whether an event may be a commit, and can't come from mere reading.
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

/// `-wal` for `avos.db-wal` after `avos.db`; `None` where the name isn't that file's.
fn suffix_after<'a>(file: &OsStr, name: &'a OsStr) -> Option<&'a str> {
    let suffix = name.to_str()?.strip_prefix(file.to_str()?)?;
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
