//! Why a database file can't be used, and how to fix it.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, ffi};

/// Why a database file can't be read or written. In each case nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The path names a directory or a device.
    #[error("{} is not a file", .path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The directory in which the file should be created doesn't exist.
    #[error("the directory {} doesn't exist", .path.display())]
    MissingDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// The path names a dangling symbolic link.
    #[error("{} is a link to a file that doesn't exist", .path.display())]
    DanglingLink {
        /// The link.
        path: PathBuf,
    },
    /// The file isn't a SQLite database.
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
        source: Box<dyn Error + Send + Sync>,
    },
    /// Another program holds the file's lock.
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
    /// A program died while writing, and this one isn't allowed to roll its change back.
    #[error("the database {} was left in the middle of a change by a program that died", .path.display())]
    Unrecovered {
        /// The file.
        path: PathBuf,
    },
    /// The file was replaced by another one while it was in use.
    #[error("the database {} was replaced by another file meanwhile", .path.display())]
    Replaced {
        /// The file.
        path: PathBuf,
    },
    /// The file can't be opened, inspected or created.
    #[error("can't open {}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Any other failure of SQLite.
    #[error("SQLite failed on {}", .path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl FileError {
    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotAFile { .. } => "name the database file itself",
            Self::MissingDirectory { .. } => "create the directory first, or check the path",
            Self::DanglingLink { .. } => "remove the link, or let it point to a database",
            Self::NotADatabase { .. } => {
                "check the path; an encrypted or compressed database can't be read either"
            }
            Self::Damaged { .. } => "restore it from a backup, or try `sqlite3 FILE .recover`",
            Self::Busy { .. } => "try again when the other program is done",
            Self::ReadOnly { .. } => {
                "check the permissions of the file and of its directory, which SQLite also writes to"
            }
            Self::Unrecovered { .. } => {
                "read it once with write access to it and its directory: SQLite then repairs it"
            }
            Self::Replaced { .. } => "look at the database again, then make a new plan",
            Self::Io { .. } => "check the path and its permissions",
            Self::Sqlite { .. } => return sqlite_help(self.sqlite_code()?),
        })
    }

    /// Returns the error for what the operating system says about a path.
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path }
            }
            _ => Self::Io { path, source },
        }
    }

    /// Returns the error for what SQLite says about the database at a path.
    pub(crate) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_path_buf();
        let Some(error) = source.sqlite_error().copied() else {
            let source = source.into();
            return Self::Sqlite { path, source };
        };
        match (error.code, error.extended_code) {
            (_, ffi::SQLITE_READONLY_ROLLBACK | ffi::SQLITE_READONLY_RECOVERY) => {
                Self::Unrecovered { path }
            }
            (_, ffi::SQLITE_READONLY_DBMOVED) => Self::Replaced { path },
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Self::Busy { path },
            (ErrorCode::ReadOnly, _) => Self::ReadOnly { path },
            (ErrorCode::NotADatabase, _) => Self::NotADatabase { path },
            (ErrorCode::DatabaseCorrupt, _) => {
                let source = source.into();
                Self::Damaged { path, source }
            }
            _ => {
                let source = source.into();
                Self::Sqlite { path, source }
            }
        }
    }

    /// Returns SQLite's code of a failure without a variant of its own.
    pub(crate) fn sqlite_code(&self) -> Option<ErrorCode> {
        let Self::Sqlite { source, .. } = self else {
            return None;
        };
        source
            .downcast_ref::<rusqlite::Error>()?
            .sqlite_error_code()
    }
}

fn sqlite_help(code: ErrorCode) -> Option<&'static str> {
    match code {
        ErrorCode::DiskFull => Some("free some disk space"),
        ErrorCode::CannotOpen => {
            Some("check the permissions of the file and of its directory, which SQLite also uses")
        }
        ErrorCode::SystemIoFailure => Some("check the disk and the file system"),
        ErrorCode::ConstraintViolation => {
            Some("a constraint or a trigger of the table refuses the row: remove it")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: i32) -> FileError {
        let source = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        FileError::sqlite(Path::new("a.db"), source)
    }

    #[test]
    fn what_sqlite_says_becomes_an_error_with_its_help() {
        assert!(matches!(error(ffi::SQLITE_BUSY), FileError::Busy { .. }));
        assert!(matches!(
            error(ffi::SQLITE_READONLY_DIRECTORY),
            FileError::ReadOnly { .. }
        ));
        assert!(matches!(
            error(ffi::SQLITE_READONLY_ROLLBACK),
            FileError::Unrecovered { .. }
        ));
        assert!(matches!(
            error(ffi::SQLITE_READONLY_DBMOVED),
            FileError::Replaced { .. }
        ));
        assert!(matches!(
            error(ffi::SQLITE_CORRUPT),
            FileError::Damaged { .. }
        ));
        let full = error(ffi::SQLITE_FULL);
        assert_eq!(full.to_string(), "SQLite failed on a.db");
        assert_eq!(full.help(), Some("free some disk space"));
    }
}
