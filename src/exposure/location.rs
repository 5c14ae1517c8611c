//! Where an exposure log is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "store")]
use super::LogError;
use super::WarehouseSource;
use crate::location::{LocationError, refuse_scheme};

/// Names an exposure log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LogLocation {
    /// A SQLite or DuckDB file, or Parquet or CSV files: one, or those that match a pattern. The ending of the name
    /// decides.
    File(PathBuf),
    /// A log that is counted by the database or the warehouse that holds it.
    Source(Arc<WarehouseSource>),
}

/// What the files of a log are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogFormat {
    Sqlite,
    DuckDb,
    Parquet,
    Csv,
}

impl LogFormat {
    /// Whether other programs write such files, and AVOS only reads them.
    pub(super) fn is_only_read(self) -> bool {
        matches!(self, Self::Parquet | Self::Csv)
    }
}

impl LogLocation {
    /// Parses what a user named as the path of a file. A source has its name from the settings, which decide
    /// first: see [`source_name`](Self::source_name).
    pub fn parse(name: impl Into<PathBuf>) -> Result<Self, LocationError> {
        let path = name.into();
        refuse_scheme(
            &path,
            "a SQLite or DuckDB file, Parquet or CSV files, or a source of the settings",
        )?;
        Ok(Self::File(path))
    }

    /// Returns the path of a log in a file.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Source(_) => None,
        }
    }

    /// Returns the name of the source that this path may be instead: a single word without a point, so that
    /// neither `log.db` nor `./log` is one.
    #[must_use]
    pub fn source_name(&self) -> Option<&str> {
        let name = self.path()?.to_str()?;
        is_source_name(name).then_some(name)
    }

    /// Returns whether the name is a pattern that files match.
    pub(super) fn is_pattern(&self) -> bool {
        let name = self.path().and_then(Path::to_str).unwrap_or_default();
        self.format().is_only_read() && name.contains(['*', '?', '['])
    }

    /// Returns the format of a log in files: the ending of its name says it.
    pub(super) fn format(&self) -> LogFormat {
        let ending = self.path().and_then(Path::extension);
        let is = |name: &str| ending.is_some_and(|ending| ending.eq_ignore_ascii_case(name));
        if is("duckdb") {
            LogFormat::DuckDb
        } else if is("parquet") {
            LogFormat::Parquet
        } else if is("csv") {
            LogFormat::Csv
        } else {
            LogFormat::Sqlite
        }
    }
}

#[cfg(feature = "store")]
impl LogLocation {
    /// Returns the path of a log in a file, or says why a source won't do.
    pub(super) fn file(&self) -> Result<&Path, LogError> {
        match self {
            Self::File(path) => Ok(path),
            Self::Source(source) => {
                let source_name = source.name.clone();
                Err(if cfg!(feature = "warehouse") {
                    LogError::NotAFile { source_name }
                } else {
                    LogError::NoWarehouse { source_name }
                })
            }
        }
    }
}

/// Returns whether a source can have this name: letters, digits, `-` and `_`.
#[must_use]
pub(crate) fn is_source_name(name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    !name.is_empty() && name.chars().all(is_part)
}

impl fmt::Display for LogLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Source(source) => source.name.fmt(f),
        }
    }
}

impl From<PathBuf> for LogLocation {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl<T: AsRef<Path> + ?Sized> From<&T> for LogLocation {
    fn from(path: &T) -> Self {
        Self::File(path.as_ref().to_path_buf())
    }
}

impl From<WarehouseSource> for LogLocation {
    fn from(source: WarehouseSource) -> Self {
        Self::Source(Arc::new(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_single_word_may_name_a_source() {
        let name = |name: &str| LogLocation::from(name).source_name().map(str::to_owned);
        for word in ["warehouse", "exposures-2026", "eu_west", "журнал"] {
            assert_eq!(name(word).as_deref(), Some(word));
        }
        for path in ["log.db", "./warehouse", "logs/warehouse", "a b", "", "C:x"] {
            assert_eq!(name(path), None, "{path}");
        }
    }
}
