//! The files that a name or a pattern means.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use duckdb::Connection;

use super::super::super::engine::StampedFile;
use super::super::super::{LogError, LogLocation};
use super::super::open::{duckdb_error, utf8_path};
use super::file_table::quoted;
use crate::sqlite::stamp;

/// Finds the files of a log, in the order of their names. A file whose own name looks like a pattern is that file.
pub(super) fn find_files(
    connection: &Connection,
    location: &LogLocation,
) -> Result<Arc<[StampedFile]>, LogError> {
    let path = location.file()?;
    let missing = || LogError::Missing {
        log: location.clone(),
    };
    let paths = if path.exists() || !location.is_pattern() {
        vec![path.to_path_buf()]
    } else {
        matching(connection, path)?
    };
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        if path.is_dir() {
            return Err(LogError::Directory { log: path.into() });
        }
        // A file that is gone since the search isn't part of the log.
        let Some(stamp) = stamp(&path)? else {
            continue;
        };
        files.push(StampedFile { path, stamp });
    }
    if files.is_empty() {
        return Err(missing());
    }
    Ok(files.into())
}

/// Checks that a file is still the one that was found.
pub(super) fn check_unchanged(file: &StampedFile) -> Result<(), LogError> {
    if stamp(&file.path)? == Some(file.stamp) {
        return Ok(());
    }
    Err(LogError::Replaced {
        log: (&file.path).into(),
    })
}

fn matching(connection: &Connection, pattern: &Path) -> Result<Vec<PathBuf>, LogError> {
    let query = format!("SELECT file FROM glob({})", quoted(utf8_path(pattern)?));
    let found = || {
        let mut statement = connection.prepare(&query)?;
        let files = statement.query_map([], |row| row.get::<_, String>(0))?;
        files.collect::<duckdb::Result<Vec<String>>>()
    };
    let mut found = found().map_err(duckdb_error(pattern))?;
    found.sort_unstable();
    found.dedup();
    // DuckDB begins a relative path with a point, even where the pattern doesn't.
    let has_point = pattern.starts_with("./");
    let plain = |file: &String| {
        let plain = file.strip_prefix("./").filter(|_| !has_point);
        PathBuf::from(plain.unwrap_or(file))
    };
    Ok(found.iter().map(plain).collect())
}
