//! Opens a log with its engine: that of a source, or the one that the ending of a file's name chooses.

use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;

use super::columns::Further;
use super::engine::{LogSink, LogSource};
use super::location::LogFormat;
#[cfg(feature = "warehouse")]
use super::warehouse::WarehouseCounter;
use super::{
    CountOptions, Dimension, ExposureCounter, ExposureReader, LogError, LogLocation, LoggerOptions,
    Progress, dimension_scan, sqlite,
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

/// Counts the units of a log by the values of each of these further columns. `watch` is called now and then;
/// `Break` stops it, and then there are none.
pub fn count_dimensions(
    location: &LogLocation,
    columns: &[String],
    since: Option<Timestamp>,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Option<Vec<Dimension>>, LogError> {
    match location {
        #[cfg(feature = "warehouse")]
        LogLocation::Source(source) => {
            WarehouseCounter::count_dimensions(source, columns, since, watch)
        }
        _ => dimension_scan::count(location, columns, since, watch),
    }
}

/// Opens the log for appending, or creates it.
pub(super) fn open_sink(
    path: &Path,
    options: &LoggerOptions,
) -> Result<Box<dyn LogSink>, LogError> {
    match LogLocation::from(path).format() {
        LogFormat::Sqlite => Ok(Box::new(sqlite::SqliteSink::open(path, options)?)),
        LogFormat::DuckDb => duckdb_sink(path, options),
        LogFormat::Parquet | LogFormat::Csv => Err(LogError::OnlyRead { log: path.into() }),
    }
}

/// Opens the log for reading.
pub(super) fn open_source(
    location: &LogLocation,
    further: &Further,
) -> Result<Box<dyn LogSource>, LogError> {
    let path = location.file()?;
    match location.format() {
        LogFormat::Sqlite => {
            check_existence(path)?;
            Ok(Box::new(sqlite::SqliteSource::open(path, further)?))
        }
        LogFormat::DuckDb => duckdb_source(path, further),
        LogFormat::Parquet | LogFormat::Csv => files_source(location, further),
    }
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
fn duckdb_sink(path: &Path, options: &LoggerOptions) -> Result<Box<dyn LogSink>, LogError> {
    let source = options.source.as_deref();
    Ok(Box::new(super::duckdb::DuckDbSink::open(path, source)?))
}

#[cfg(feature = "duckdb")]
fn duckdb_source(path: &Path, further: &Further) -> Result<Box<dyn LogSource>, LogError> {
    check_existence(path)?;
    Ok(Box::new(super::duckdb::DuckDbSource::open(path, further)?))
}

#[cfg(feature = "duckdb")]
fn files_source(location: &LogLocation, further: &Further) -> Result<Box<dyn LogSource>, LogError> {
    let source = super::duckdb::FilesSource::open(location, further)?;
    Ok(Box::new(source))
}

#[cfg(not(feature = "duckdb"))]
fn duckdb_sink(path: &Path, _: &LoggerOptions) -> Result<Box<dyn LogSink>, LogError> {
    Err(no_duckdb(path))
}

#[cfg(not(feature = "duckdb"))]
fn duckdb_source(path: &Path, _: &Further) -> Result<Box<dyn LogSource>, LogError> {
    Err(no_duckdb(path))
}

#[cfg(not(feature = "duckdb"))]
fn files_source(location: &LogLocation, _: &Further) -> Result<Box<dyn LogSource>, LogError> {
    let log = location.clone();
    Err(LogError::NoDuckDb { log })
}

#[cfg(not(feature = "duckdb"))]
fn no_duckdb(path: &Path) -> LogError {
    LogError::NoDuckDb { log: path.into() }
}
