//! Opens a log with its engine: that of a source, or the one that the ending of a file's name chooses.

use std::path::Path;

use super::engine::{LogSink, LogSource};
#[cfg(feature = "warehouse")]
use super::warehouse::WarehouseCounter;
use super::{
    CountOptions, Durability, ExposureCounter, ExposureReader, LogError, LogLocation, sqlite,
};
use crate::sqlite::{FileId, stamp};

/// Creates a counter for the log at this location, without opening it.
#[must_use]
pub fn open_counter(location: &LogLocation, options: CountOptions) -> Box<dyn ExposureReader> {
    match location {
        #[cfg(feature = "warehouse")]
        LogLocation::Source(source) => Box::new(WarehouseCounter::new(source, options.since)),
        // Without ADBC, the file that a source isn't says so when it is opened.
        _ => Box::new(ExposureCounter::new(location.clone(), options)),
    }
}

/// Opens the log for appending, or creates it.
pub(super) fn open_sink(path: &Path, durability: Durability) -> Result<Box<dyn LogSink>, LogError> {
    if LogLocation::from(path).is_duckdb() {
        return duckdb_sink(path);
    }
    Ok(Box::new(sqlite::SqliteSink::open(path, durability)?))
}

/// Opens the log for reading.
pub(super) fn open_source(location: &LogLocation) -> Result<Box<dyn LogSource>, LogError> {
    let path = location.file()?;
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
