//! What can go wrong with a database, and how to mend it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, ffi};

use crate::domain::Revision;
use crate::plan::ReplayError;

/// Why a database can't be read or written. Nothing was changed, whichever it is.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such file.
    #[error("the database {} doesn't exist", .path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The path names a directory or a device.
    #[error("{} is not a file", .path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The directory that the database should be created in isn't there.
    #[error("the directory {} doesn't exist", .path.display())]
    MissingDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// The path names a symbolic link to nothing.
    #[error("{} is a link to a file that doesn't exist", .path.display())]
    DanglingLink {
        /// The link.
        path: PathBuf,
    },
    /// The file is something else than a SQLite database.
    #[error("{} is not a SQLite database", .path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// SQLite finds the file malformed.
    #[error("the database {} is damaged", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// A SQLite database of another program.
    #[error(
        "{} is not an AVOS database: its tables ({}) are not those of AVOS (layers, experiments, layer_slots)",
        .path.display(), .tables.join(", ")
    )]
    NotAvos {
        /// The file.
        path: PathBuf,
        /// Its tables.
        tables: Vec<String>,
    },
    /// The schema is newer than this program.
    #[error("the database {} has schema version {found}, this program knows up to {known}", .path.display())]
    NewerVersion {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// A row says something that can't be.
    #[error("the database contradicts itself: {table} {key:?}: {what}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The row's key.
        key: String,
        /// What is wrong with it.
        what: String,
    },
    /// Another program holds the database's lock.
    #[error("the database {} is locked by another program", .path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The file or its directory can't be written.
    #[error("the database {} can't be written: it or its directory is read-only", .path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// A program died while it wrote, and this one isn't allowed to roll its change back.
    #[error("the database {} was left in the middle of a change by a program that died", .path.display())]
    Unrecovered {
        /// The file.
        path: PathBuf,
    },
    /// The file was replaced by another one during the apply.
    #[error("the database {} was replaced by another file meanwhile", .path.display())]
    Replaced {
        /// The file.
        path: PathBuf,
    },
    /// The database isn't in the state that the plan was made for.
    #[error("the database changed since the plan was made: it is at {}, the plan is for {}", .found.short(), .planned.short())]
    Stale {
        /// The revision that the plan was made for.
        planned: Revision,
        /// The revision that the database has.
        found: Revision,
    },
    /// The plan's changes don't fit the state, although it is the one they were made for.
    #[error("the plan doesn't fit the database")]
    Replay(#[from] ReplayError),
    /// What was written doesn't read back as what was planned; it was rolled back.
    #[error("the changes were rolled back: the database would not have read back as planned")]
    Inconsistent,
    /// The plan's changes can't be written as JSON.
    #[error("the plan can't be written to the journal")]
    Unwritable(#[from] serde_json::Error),
    /// The file can't be looked at or created.
    #[error("can't open {}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Anything else that SQLite says.
    #[error("SQLite failed on {}", .path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: rusqlite::Error,
    },
}

impl StoreError {
    /// Whether the database simply isn't there.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }

    /// How to mend it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Missing { .. } => "check the path; the first apply creates the database",
            Self::NotAFile { .. } => "name the database file itself",
            Self::MissingDirectory { .. } => "create the directory first, or check the path",
            Self::DanglingLink { .. } => "remove the link, or let it point to a database",
            Self::NotADatabase { .. } => {
                "check the path; an encrypted or compressed database can't be read either"
            }
            Self::Damaged { .. } => "restore it from a backup, or try `sqlite3 FILE .recover`",
            Self::NotAvos { .. } => {
                "check the path; an exposure log is given apart from the database"
            }
            Self::NewerVersion { .. } => "use the version of AVOS that wrote it, or a newer one",
            Self::Corrupt { .. } => {
                "mend the row with the program that wrote it, or restore the database from a backup"
            }
            Self::Busy { .. } => "try again when the other program is done",
            Self::ReadOnly { .. } => {
                "check the permissions of the file and of its directory, which SQLite also writes to"
            }
            Self::Unrecovered { .. } => {
                "open it once where it and its directory can be written: reading it there mends it"
            }
            Self::Replaced { .. } => "look at the database again, then make a new plan",
            Self::Stale { .. } => "make a new plan and review it",
            Self::Replay(_) => "make a new plan; a plan file must not be edited",
            Self::Inconsistent => "this is a fault of AVOS: please report it with the plan",
            Self::Io { .. } => "check the path and its permissions",
            Self::Unwritable(_) => return None,
            Self::Sqlite { source, .. } => return sqlite_help(source),
        })
    }

    /// What is wrong with a row.
    pub(super) fn corrupt(
        table: &'static str,
        key: impl Into<String>,
        what: impl Into<String>,
    ) -> Self {
        Self::Corrupt {
            table,
            key: key.into(),
            what: what.into(),
        }
    }

    /// What the operating system says about a path.
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path }
            }
            _ => Self::Io { path, source },
        }
    }
}

fn sqlite_help(error: &rusqlite::Error) -> Option<&'static str> {
    match error.sqlite_error_code()? {
        ErrorCode::DiskFull => Some("make room on the disk"),
        ErrorCode::CannotOpen => {
            Some("check the permissions of the file and of its directory, which SQLite also uses")
        }
        ErrorCode::SystemIoFailure => Some("check the disk and the file system"),
        _ => None,
    }
}

/// A failure inside a connection, where the path isn't known; [`Failure::at`] adds it.
#[derive(Debug)]
pub(crate) enum Failure {
    /// SQLite failed.
    Sqlite(rusqlite::Error),
    /// The error is complete.
    Told(StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Told(error)
    }
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        Self::Told(error.into())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Told(error.into())
    }
}

impl Failure {
    /// The error for the database at this path.
    pub(crate) fn at(self, path: &Path) -> StoreError {
        let source = match self {
            Self::Told(error) => return error,
            Self::Sqlite(source) => source,
        };
        let path = path.to_path_buf();
        let Some(error) = source.sqlite_error() else {
            return StoreError::Sqlite { path, source };
        };
        match (error.code, error.extended_code) {
            (_, ffi::SQLITE_READONLY_ROLLBACK | ffi::SQLITE_READONLY_RECOVERY) => {
                StoreError::Unrecovered { path }
            }
            (_, ffi::SQLITE_READONLY_DBMOVED) => StoreError::Replaced { path },
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => StoreError::Busy { path },
            (ErrorCode::ReadOnly, _) => StoreError::ReadOnly { path },
            (ErrorCode::NotADatabase, _) => StoreError::NotADatabase { path },
            (ErrorCode::DatabaseCorrupt, _) => StoreError::Damaged { path, source },
            _ => StoreError::Sqlite { path, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: i32) -> StoreError {
        let source = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        Failure::Sqlite(source).at(Path::new("a.db"))
    }

    #[test]
    fn what_sqlite_says_becomes_an_error_with_its_help() {
        assert!(matches!(error(ffi::SQLITE_BUSY), StoreError::Busy { .. }));
        assert!(matches!(
            error(ffi::SQLITE_READONLY_DIRECTORY),
            StoreError::ReadOnly { .. }
        ));
        assert!(matches!(
            error(ffi::SQLITE_READONLY_ROLLBACK),
            StoreError::Unrecovered { .. }
        ));
        assert!(matches!(
            error(ffi::SQLITE_READONLY_DBMOVED),
            StoreError::Replaced { .. }
        ));
        assert!(matches!(
            error(ffi::SQLITE_CORRUPT),
            StoreError::Damaged { .. }
        ));
        let full = error(ffi::SQLITE_FULL);
        assert_eq!(full.to_string(), "SQLite failed on a.db");
        assert_eq!(full.help(), Some("make room on the disk"));
    }
}
