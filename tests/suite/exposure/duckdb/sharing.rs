//! Who uses a DuckDB log at once, in this program and in others.

use std::io::{BufRead, BufReader, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use avos::exposure::{
    AssignmentLogger, ExposureRows, FileLogger, LogError, LogRows, LoggerOptions,
};
use duckdb::Connection;
use jiff::Timestamp;

use super::super::support::{Arm, PYTHON_TABLE, Place, error_text};
use super::support::{open, place, place_with, read};

const LOG: &str = "AVOS_TEST_DUCKDB_LOG";

#[test]
fn a_log_that_is_written_is_used_by_nobody_else_in_the_program() {
    let place = place();
    let logger = open(&place.log);
    insta::assert_snapshot!(error_text(&read(&place.log).expect_err("in use"), &place), @r"
    the exposure log /log.duckdb is locked: it is in use
    try again when no other program uses it: a DuckDB log has one writer or several readers at a time
    ");
    let second = FileLogger::open(&place.log, LoggerOptions::default());
    assert!(matches!(second, Err(LogError::Locked { .. })));
    logger
        .log_assignments(&[Arm::new(None).of("u1")], Timestamp::UNIX_EPOCH)
        .expect("taken");
    logger.close().expect("written");
    assert_eq!(read(&place.log).expect("a log"), 1);
}

/// A log of several pieces, so that its reading can be watched.
fn long() -> Place {
    place_with(&format!(
        "{PYTHON_TABLE} INSERT INTO user_assignments SELECT 'u' || (i % 100), 'web', 7, 'exp',
         'Exp', 'a', 'assigned', '2025-03-01 09:00:00' FROM range(200000) t(i)"
    ))
}

#[test]
fn a_unit_is_looked_up_while_the_log_is_counted() {
    let place = long();
    let mut looked_up = Vec::new();
    let mut counts = place.counts();
    let counted = counts.refresh(|_| {
        let found = LogRows::open(&place.log)
            .and_then(|rows| rows.find_unit("u7", 10, |_| ControlFlow::Continue(())));
        looked_up.push(found.expect("others read it").total);
        let writer = FileLogger::open(&place.log, LoggerOptions::default());
        assert!(matches!(writer, Err(LogError::Locked { .. })), "it is read");
        ControlFlow::Continue(())
    });
    assert_eq!(counted.expect("a log").rows, 200_000);
    assert!(!looked_up.is_empty() && looked_up.iter().all(|total| *total == 2000));
    open(&place.log).close().expect("nobody reads it any more");
}

/// This test program, running only a helper below with this log.
fn other_process(helper: &str, log: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    let helper = format!("exposure::duckdb::sharing::{helper}");
    command
        .args(["--exact", &helper, "--ignored", "--nocapture"])
        .env(LOG, log)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

#[test]
fn a_reader_that_ends_leaves_the_lock_to_the_others() {
    let place = long();
    let mut counts = place.counts();
    let counted = counts.refresh(|_| {
        read(&place.log).expect("others read it");
        let other = other_process("a_program_that_cannot_write", &place.log).output();
        let other = other.expect("a process");
        let said = String::from_utf8_lossy(&other.stderr);
        assert!(other.status.success() && said.contains("locked"), "{said}");
        ControlFlow::Break(())
    });
    assert!(!counted.expect("a log").is_complete);
}

#[test]
#[ignore = "the other process of the test above"]
fn a_program_that_cannot_write() {
    let Some(log) = std::env::var_os(LOG) else {
        return;
    };
    let error = Connection::open(log).expect_err("somebody reads it");
    assert!(error.to_string().contains("lock"), "{error}");
    std::io::stderr().write_all(b"locked\n").expect("said");
}

/// Writes a row, says so, and holds the log until it is told or killed.
#[test]
#[ignore = "the other process of the next test"]
fn a_program_that_holds_a_log() {
    let Some(log) = std::env::var_os(LOG) else {
        return;
    };
    let logger = open(&PathBuf::from(log));
    logger
        .log_assignments(&[Arm::new(None).of("u1")], Timestamp::UNIX_EPOCH)
        .expect("taken");
    logger.flush().expect("written");
    std::io::stderr().write_all(b"written\n").expect("said");
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
fn a_log_is_locked_by_its_writer_and_whole_when_that_is_killed() {
    let place = place();
    let mut writer = other_process("a_program_that_holds_a_log", &place.log)
        .spawn()
        .expect("a process");
    let said = BufReader::new(writer.stderr.take().expect("its errors"));
    let is_written = said
        .lines()
        .any(|line| line.is_ok_and(|line| line == "written"));
    let while_held = read(&place.log);
    writer.kill().expect("killed");
    writer.wait().expect("an end");
    assert!(is_written, "it never wrote");
    assert!(
        matches!(while_held, Err(LogError::Locked { .. })),
        "{while_held:?}"
    );
    // What was flushed is still in the log beside the file.
    assert_eq!(read(&place.log).expect("a log"), 1);
    assert!(place.names().contains(&"log.duckdb.wal".to_owned()));
    open(&place.log).close().expect("a log");
    assert_eq!(read(&place.log).expect("a log"), 1);
}
