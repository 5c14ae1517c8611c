//! Failures inside a connection, which doesn't know the path.

use std::path::Path;

use crate::plan::ReplayError;
use crate::sqlite::FileError;
use crate::store::StoreError;

/// A failure inside a connection, where the path isn't known; [`Failure::at`] adds it.
#[derive(Debug)]
pub(super) enum Failure {
    /// SQLite failed.
    Sqlite(rusqlite::Error),
    /// The error is complete.
    Complete(StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Complete(error)
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::Complete(error.into())
    }
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        Self::Complete(error.into())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Complete(error.into())
    }
}

impl Failure {
    /// Returns the failure to read this row: a value of a wrong type becomes an error with its place.
    pub(super) fn in_row(self, table: &'static str, key: String) -> Self {
        match self {
            Self::Sqlite(rusqlite::Error::InvalidColumnType(_, column, found)) => {
                let what = format!("{column} is {found}");
                StoreError::corrupt(table, key, what).into()
            }
            other => other,
        }
    }

    /// Returns the error for the database at this path.
    pub(super) fn at(self, path: &Path) -> StoreError {
        match self {
            Self::Complete(error) => error,
            Self::Sqlite(source) => FileError::sqlite(path, source).into(),
        }
    }
}
