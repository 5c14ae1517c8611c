//! Opens a log with its engine, which is chosen by the ending of the file's name.

use std::path::Path;

use super::engine::{LogSink, LogSource};
use super::{Durability, LogError, LogLocation, sqlite};
use crate::sqlite::{FileId, stamp};

/// Opens the log for appending, or creates it.
pub(super) fn open_sink(path: &Path, durability: Durability) -> Result<Box<dyn LogSink>, LogError> {
    if LogLocation::from(path).is_duckdb() {
        return duckdb_sink(path);
    }
    Ok(Box::new(sqlite::SqliteSink::open(path, durability)?))
}

/// Opens the log for reading.
pub(super) fn open_source(location: &LogLocation) -> Result<Box<dyn LogSource>, LogError> {
    let path = location.file();
    if location.is_duckdb() {
        return duckdb_source(path);
    }
    check_existence(path)?;
    Ok(Box::new(sqlite::SqliteSource::open(path)?))
}

/// Returns the identity of the file at the path.
pub(super) fn file_id(path: &Path) -> Result<Option<FileId>, LogError> {
    Ok(stamp(path)?.map(|stamp| stamp.id))
}

fn check_existence(path: &Path) -> Result<(), LogError> {
    if file_id(path)?.is_none() {
        return Err(LogError::Missing { log: path.into() });
    }
    Ok(())
}

#[cfg(feature = "duckdb")]
fn duckdb_sink(path: &Path) -> Result<Box<dyn LogSink>, LogError> {
    Ok(Box::new(super::duckdb::DuckDbSink::open(path)?))
}

#[cfg(feature = "duckdb")]
fn duckdb_source(path: &Path) -> Result<Box<dyn LogSource>, LogError> {
    check_existence(path)?;
    Ok(Box::new(super::duckdb::DuckDbSource::open(path)?))
}

#[cfg(not(feature = "duckdb"))]
fn duckdb_sink(path: &Path) -> Result<Box<dyn LogSink>, LogError> {
    Err(no_duckdb(path))
}

#[cfg(not(feature = "duckdb"))]
fn duckdb_source(path: &Path) -> Result<Box<dyn LogSource>, LogError> {
    Err(no_duckdb(path))
}

#[cfg(not(feature = "duckdb"))]
fn no_duckdb(path: &Path) -> LogError {
    LogError::NoDuckDb { log: path.into() }
}
