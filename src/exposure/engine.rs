//! Which engine keeps a log, told by the ending of its name, and what every engine must offer.

use std::path::Path;

use super::batch::Batch;
use super::scan::{Range, TakeValues};
use super::{Durability, LogError, sqlite};
use crate::store::{self, FileId};

/// A log that is open for appending.
pub(super) trait Sink: Send {
    /// Writes all rows, or none.
    fn write(&mut self, batch: &Batch) -> Result<(), LogError>;

    /// Puts all that was written into the file itself, which was moved away: what stands beside its
    /// old name doesn't go along.
    fn merge(&mut self) -> Result<(), LogError>;
}

/// A log that is open for reading. Reading leaves no trace in it.
pub(super) trait Source: Send {
    /// The first row id from this one on, and the last one; none where there are no such rows.
    fn bounds(&self, from: i64) -> Result<Option<(i64, i64)>, LogError>;

    /// The last row up to this id; none where there is none.
    fn last_row(&self, through: i64) -> Result<Option<LastRow>, LogError>;

    /// Which file it is.
    fn file(&self) -> FileId;

    /// The fewest row ids of a piece.
    fn piece(&self) -> u64;

    /// Hands over the rows of a piece in order, until it is told to stop.
    fn read(&self, piece: Range, rows: &mut dyn TakeValues) -> Result<(), LogError>;

    /// The same of no rows but those whose unit reads as this text.
    fn read_unit(
        &self,
        piece: Range,
        unit_id: &str,
        rows: &mut dyn TakeValues,
    ) -> Result<(), LogError>;

    /// The same log for another thread.
    fn again(&self) -> Result<Box<dyn Source>, LogError>;
}

/// A row that is known again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct LastRow {
    pub(super) id: i64,
    /// The same as long as nobody changes what is counted of the row.
    pub(super) fingerprint: u64,
}

/// Opens the log for appending, or creates it.
pub(super) fn sink(path: &Path, durability: Durability) -> Result<Box<dyn Sink>, LogError> {
    if is_duckdb(path) {
        return duckdb_sink(path);
    }
    Ok(Box::new(sqlite::Sink::open(path, durability)?))
}

/// Opens the log for reading.
pub(super) fn source(path: &Path) -> Result<Box<dyn Source>, LogError> {
    if is_duckdb(path) {
        return duckdb_source(path);
    }
    check_existence(path)?;
    Ok(Box::new(sqlite::Source::open(path)?))
}

/// Which file stands at the path.
pub(super) fn file(path: &Path) -> Result<Option<FileId>, LogError> {
    Ok(store::stamp(path)?.map(|stamp| stamp.id))
}

fn check_existence(path: &Path) -> Result<(), LogError> {
    if file(path)?.is_none() {
        let path = path.to_path_buf();
        return Err(LogError::Missing { path });
    }
    Ok(())
}

fn is_duckdb(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    ending.eq_ignore_ascii_case("duckdb")
}

#[cfg(feature = "duckdb")]
fn duckdb_sink(path: &Path) -> Result<Box<dyn Sink>, LogError> {
    Ok(Box::new(super::duckdb::Sink::open(path)?))
}

#[cfg(feature = "duckdb")]
fn duckdb_source(path: &Path) -> Result<Box<dyn Source>, LogError> {
    check_existence(path)?;
    Ok(Box::new(super::duckdb::Source::open(path)?))
}

#[cfg(not(feature = "duckdb"))]
fn duckdb_sink(path: &Path) -> Result<Box<dyn Sink>, LogError> {
    Err(no_duckdb(path))
}

#[cfg(not(feature = "duckdb"))]
fn duckdb_source(path: &Path) -> Result<Box<dyn Source>, LogError> {
    Err(no_duckdb(path))
}

#[cfg(not(feature = "duckdb"))]
fn no_duckdb(path: &Path) -> LogError {
    let path = path.to_path_buf();
    LogError::NoDuckDb { path }
}
