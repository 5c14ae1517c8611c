//! Places for DuckDB logs, and what other programs do with them.

use std::ops::ControlFlow;
use std::path::Path;

use avos::exposure::{CountOptions, ExposureCounter, FileLogger, LogError, LoggerOptions};
use duckdb::Connection;

use super::super::support::Place;

/// A place whose log is DuckDB's.
pub(super) fn place() -> Place {
    let mut place = Place::empty();
    place.log = place.directory.path().join("log.duckdb");
    place
}

pub(super) fn place_with(sql: &str) -> Place {
    let place = place();
    run(&place.log, sql);
    place
}

/// Runs SQL as another program does.
pub(super) fn run(log: &Path, sql: &str) {
    let connection = Connection::open(log).expect("a database");
    connection.execute_batch(sql).expect("valid SQL");
}

pub(super) fn rows(log: &Path, query: &str) -> Vec<String> {
    let connection = Connection::open(log).expect("a database");
    let mut statement = connection.prepare(query).expect("a query");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|row| row.expect("a text")).collect()
}

pub(super) fn open(log: &Path) -> FileLogger {
    FileLogger::open(log, LoggerOptions::default()).expect("a log")
}

pub(super) fn read(log: &Path) -> Result<u64, LogError> {
    let mut counts = ExposureCounter::new(log, CountOptions::default());
    let read = counts.refresh(|_| ControlFlow::Continue(()));
    read.map(|read| read.rows)
}
