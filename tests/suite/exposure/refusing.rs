//! What is no log, or none that can be read.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use avos::exposure::{CountOptions, ExposureCounter, FileLogger, LogError, LoggerOptions};
use rusqlite::Connection;

use super::support::{PYTHON_TABLE, Place, error_text, refresh};

fn read(path: &Path) -> LogError {
    let mut counts = ExposureCounter::new(path, CountOptions::default());
    let read = counts.refresh(|_| ControlFlow::Continue(()));
    read.expect_err("no log")
}

fn write(path: &Path) -> LogError {
    let logger = FileLogger::open(path, LoggerOptions::default());
    logger.expect_err("no log")
}

#[test]
fn what_is_no_log_is_named() {
    let place = Place::empty();
    let path = |name: &str| place.directory.path().join(name);
    let sql = |name: &str, sql: &str| {
        let connection = Connection::open(path(name)).expect("a database");
        connection.execute_batch(sql).expect("valid SQL");
    };
    sql(
        "state.db",
        "CREATE TABLE layers (a); CREATE TABLE experiments (a)",
    );
    sql(
        "short.db",
        "CREATE TABLE user_assignments (unit_id, status)",
    );
    sql(
        "view.db",
        "CREATE TABLE t (a); CREATE VIEW user_assignments AS SELECT * FROM t",
    );
    sql(
        "keyed.db",
        "CREATE TABLE user_assignments (unit_id PRIMARY KEY) WITHOUT ROWID",
    );
    sql(
        "hidden.db",
        "CREATE TABLE user_assignments (unit_id, _rowid_)",
    );
    fs::write(path("text.db"), "unit,variant\n".repeat(1000)).expect("a file");
    fs::write(path("few.db"), "unit\n").expect("a file");
    fs::create_dir(path("directory.db")).expect("a directory");
    let mut said = Vec::new();
    for name in [
        "none.db",
        "state.db",
        "short.db",
        "view.db",
        "keyed.db",
        "hidden.db",
        "text.db",
        "few.db",
        "directory.db",
    ] {
        said.push(format!("read {}", error_text(&read(&path(name)), &place)));
        // A log that doesn't exist is created by writing.
        if name != "none.db" {
            said.push(format!("write {}", error_text(&write(&path(name)), &place)));
        }
    }
    said.push(format!(
        "write {}",
        error_text(&write(&path("none/log.db")), &place)
    ));
    insta::assert_snapshot!(said.join("\n"), @"
    read the exposure log /none.db doesn't exist
    check the path; `avos assign --log FILE` or a service's logger creates one
    read /state.db is not an exposure log: it has no table user_assignments (it has experiments, layers)
    check the path; the state database is given apart from the exposure log
    write /state.db is not an exposure log: it has no table user_assignments (it has experiments, layers)
    check the path; the state database is given apart from the exposure log
    read the table user_assignments in /short.db has no column layer_id, slot_index, experiment_id, variant, assignment_timestamp
    check the path, or write the log with AVOS
    write the table user_assignments in /short.db has no column layer_id, slot_index, experiment_id, experiment_name, variant, assignment_timestamp
    check the path, or write the log with AVOS
    read the table user_assignments in /view.db has no row ids
    copy its rows to a plain table: not a view, not WITHOUT ROWID, and without a column _rowid_
    write the table user_assignments in /view.db has no row ids
    copy its rows to a plain table: not a view, not WITHOUT ROWID, and without a column _rowid_
    read the table user_assignments in /keyed.db has no row ids
    copy its rows to a plain table: not a view, not WITHOUT ROWID, and without a column _rowid_
    write the table user_assignments in /keyed.db has no row ids
    copy its rows to a plain table: not a view, not WITHOUT ROWID, and without a column _rowid_
    read the table user_assignments in /hidden.db has no row ids
    copy its rows to a plain table: not a view, not WITHOUT ROWID, and without a column _rowid_
    write the table user_assignments in /hidden.db has no row ids
    copy its rows to a plain table: not a view, not WITHOUT ROWID, and without a column _rowid_
    read /text.db is not a SQLite database
    check the path; an encrypted or compressed database can't be read either
    write /text.db is not a SQLite database
    check the path; an encrypted or compressed database can't be read either
    read /few.db is not a SQLite database
    check the path; an encrypted or compressed database can't be read either
    write /few.db is not a SQLite database
    check the path; an encrypted or compressed database can't be read either
    read /directory.db is not a file
    name the database file itself
    write /directory.db is not a file
    name the database file itself
    write the directory /none doesn't exist
    create the directory first, or check the path
    ");
}

#[cfg(not(feature = "duckdb"))]
#[test]
fn a_duckdb_log_needs_a_build_that_knows_it() {
    let place = Place::empty();
    for name in ["log.duckdb", "log.DuckDB"] {
        let log = place.directory.path().join(name);
        fs::write(&log, "").expect("a file");
        for error in [read(&log), write(&log)] {
            let said = error_text(&error, &place).replace(name, "NAME");
            insta::allow_duplicates!(insta::assert_snapshot!(said, @r"
            /NAME is a DuckDB log, and this build only reads SQLite logs
            build AVOS with `--features duckdb` and DuckDB's library, or give a file with another ending; see docs/exposures.md
            "));
        }
        assert_eq!(fs::metadata(&log).expect("a file").len(), 0);
    }
}

#[test]
fn an_empty_file_is_no_log_to_read_and_becomes_one_by_writing() {
    let place = Place::empty();
    fs::write(&place.log, "").expect("a file");
    insta::assert_snapshot!(error_text(&read(&place.log), &place), @r"
    /log.db is not an exposure log: it has no table user_assignments
    check the path; the state database is given apart from the exposure log
    ");
    let logger = FileLogger::open(&place.log, LoggerOptions::default()).expect("a log");
    logger.close().expect("a log");
    assert_eq!(place.counted().rows(), 0);
}

#[test]
fn a_locked_log_is_said_to_be_and_is_read_afterwards() {
    let place = Place::with(PYTHON_TABLE);
    let other = Connection::open(&place.log).expect("a database");
    other.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    insta::assert_snapshot!(error_text(&read(&place.log), &place), @"
    the exposure log /log.db is locked: it is in use
    try again when the program that holds the lock has finished
    ");
    other.execute_batch("ROLLBACK").expect("unlocked");
    assert_eq!(place.counted().rows(), 0);
}

#[test]
fn a_damaged_log_is_counted_as_far_as_it_goes() {
    let place = Place::with(PYTHON_TABLE);
    place.sql(
        "INSERT INTO user_assignments
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
         SELECT 'u' || i, 'web', 0, 'exp', 'Exp', 'a', 'assigned', '2025-03-01 09:00:00' FROM n",
    );
    let mut bytes = fs::read(&place.log).expect("a file");
    let half = bytes.len() / 2;
    bytes[half..half + 40_000].fill(0x5a);
    fs::write(&place.log, bytes).expect("a file");
    let mut counts = place.counts();
    let mut refresh = || counts.refresh(|_| ControlFlow::Continue(()));
    let damaged = refresh().expect_err("damaged");
    insta::assert_snapshot!(error_text(&damaged, &place), @r"
    the exposure log /log.db is damaged: database disk image is malformed
    restore it from a backup, or try `sqlite3 FILE .recover`
    ");
    assert!(refresh().is_err(), "it is still damaged");
    let units = counts.summary().arms()[0].units;
    assert!(units > 0 && units == counts.rows(), "{units}");
    // Cut in half: SQLite finds that the file is shorter than it says.
    fs::write(&place.log, &fs::read(&place.log).expect("a file")[..half]).expect("a file");
    read(&place.log);
}

#[test]
fn a_log_that_cannot_be_written_is_read() {
    let place = Place::python(&[["u1", "exp", "a", "assigned", "2025-03-01 09:00:00"]]);
    let mut permissions = place.log.metadata().expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&place.log, permissions).expect("read-only");
    let mut counts = place.counts();
    assert_eq!(refresh(&mut counts).rows, 1);
}
