//! Where a database is.

use std::fmt;
use std::path::{Path, PathBuf};

/// The name of a database.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DatabaseLocation {
    /// A SQLite file, whether it exists or not.
    File(PathBuf),
    /// The memory of this process.
    Memory,
}

impl DatabaseLocation {
    /// The path of a file; `None` for a database that isn't one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Memory => None,
        }
    }
}

impl<P: Into<PathBuf>> From<P> for DatabaseLocation {
    fn from(path: P) -> Self {
        Self::File(path.into())
    }
}

impl fmt::Display for DatabaseLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Memory => f.write_str("in memory"),
        }
    }
}
