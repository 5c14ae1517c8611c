//! Where an exposure log is.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::location::{LocationError, refuse_scheme};

/// Names an exposure log: today by the path of a file; other kinds of names may follow.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LogLocation(PathBuf);

impl LogLocation {
    /// Parses what a user named: today the path of a file.
    pub fn parse(name: impl Into<PathBuf>) -> Result<Self, LocationError> {
        let path = name.into();
        refuse_scheme(&path, "a SQLite or DuckDB file")?;
        Ok(Self(path))
    }

    /// Returns the path of a log in a file.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        Some(&self.0)
    }

    /// Returns whether DuckDB keeps the log: the ending of its name says so.
    pub(super) fn is_duckdb(&self) -> bool {
        let ending = self.0.extension().unwrap_or_default();
        ending.eq_ignore_ascii_case("duckdb")
    }
}

#[cfg(feature = "store")]
impl LogLocation {
    pub(super) fn file(&self) -> &Path {
        &self.0
    }
}

impl fmt::Display for LogLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

impl From<PathBuf> for LogLocation {
    fn from(path: PathBuf) -> Self {
        Self(path)
    }
}

impl<T: AsRef<Path> + ?Sized> From<&T> for LogLocation {
    fn from(path: &T) -> Self {
        Self(path.as_ref().to_path_buf())
    }
}
