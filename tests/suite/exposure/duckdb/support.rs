//! Places for DuckDB logs and for files, and what other programs do with them.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use avos::exposure::{CountOptions, ExposureCounter, FileLogger, LogError, LoggerOptions};
use duckdb::Connection;

use super::super::support::{Place, refresh};

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

/// Writes the answer of a query into a file of the format that its ending says.
pub(super) fn write_file(file: &Path, query: &str) {
    let connection = Connection::open_in_memory().expect("a database");
    let path = file.display().to_string().replace('\'', "''");
    let copy = format!("COPY ({query}) TO '{path}'");
    connection.execute_batch(&copy).expect("valid SQL");
}

/// Rows of a log of AVOS, as a query.
pub(super) const AVOS_ROWS: &str = "SELECT * FROM (VALUES
    ('u1', 'web', 3, 'exp', 'a', 'assigned', TIMESTAMP '2025-03-01 09:00:00', 'ios'),
    ('u2', 'web', 4, 'exp', 'b', 'assigned', TIMESTAMP '2025-03-01 09:01:00', 'web'),
    ('u1', 'web', 3, 'exp', 'a', 'assigned', TIMESTAMP '2025-03-01 09:02:00', NULL))
    AS v(unit_id, layer_id, slot_index, experiment_id, variant, status, assignment_timestamp, platform)";

pub(super) fn place_with_files(files: &[(&str, &str)]) -> Place {
    let place = Place::empty();
    for (name, query) in files {
        let file = place.directory.path().join(name);
        fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
        write_file(&file, query);
    }
    place
}

pub(super) fn pattern(place: &Place, ending: &str) -> PathBuf {
    place.directory.path().join(format!("*.{ending}"))
}

pub(super) fn counter(log: &Path) -> ExposureCounter {
    ExposureCounter::new(log, CountOptions::default())
}

pub(super) fn counted(log: &Path) -> ExposureCounter {
    let mut counts = counter(log);
    refresh(&mut counts);
    counts
}
