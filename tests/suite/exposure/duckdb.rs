//! DuckDB logs: what they share with SQLite's, and what they don't.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use avos::assign::{Assignment, AssignmentStatus};
use avos::domain::{
    ExperimentId, GroupName, HashAlgorithm, LayerId, SlotIndex, State, VariantName,
};
use avos::exposure::{
    AssignmentLogger, CountOptions, Counts, FileLogger, LogError, LogRows, LoggerOptions, rows_of,
};
use avos::replay::{ReplayOptions, replay};
use avos::timeline::Timeline;
use duckdb::Connection;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::support::{Arm, PYTHON_TABLE, Place, error_text, refresh, shown, time};

/// A place whose log is DuckDB's.
fn place() -> Place {
    let mut place = Place::empty();
    place.log = place.directory.path().join("log.duckdb");
    place
}

fn place_with(sql: &str) -> Place {
    let place = place();
    run(&place.log, sql);
    place
}

/// Runs SQL as another program does.
fn run(log: &Path, sql: &str) {
    let connection = Connection::open(log).expect("a database");
    connection.execute_batch(sql).expect("valid SQL");
}

fn rows(log: &Path, query: &str) -> Vec<String> {
    let connection = Connection::open(log).expect("a database");
    let mut statement = connection.prepare(query).expect("a query");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|row| row.expect("a text")).collect()
}

fn open(log: &Path) -> FileLogger {
    FileLogger::open(log, LoggerOptions::default()).expect("a log")
}

fn read(log: &Path) -> Result<u64, LogError> {
    let mut counts = Counts::new(log, CountOptions::default());
    let read = counts.refresh(&mut |_| ControlFlow::Continue(()));
    read.map(|read| read.rows)
}

#[test]
fn a_log_has_the_columns_of_the_original_and_a_group() {
    let place = place();
    let arm = Arm::new(Some("free"));
    let nobody = Assignment {
        experiment_id: None,
        experiment_name: None,
        variant: None,
        status: AssignmentStatus::NotAssigned,
        group: None,
        ..arm.of("ü\0'")
    };
    let logger = open(&place.log);
    let at = time("2025-03-01T09:00:00.000001Z");
    logger
        .log_assignments(&[arm.of("u1"), nobody], at)
        .expect("taken");
    logger.close().expect("written");
    let columns = "SELECT column_name || ' ' || data_type FROM duckdb_columns()
                   WHERE table_name = 'user_assignments' ORDER BY column_index";
    insta::assert_snapshot!(rows(&place.log, columns).join("\n"), @r"
    unit_id VARCHAR
    layer_id VARCHAR
    slot_index INTEGER
    experiment_id VARCHAR
    experiment_name VARCHAR
    variant VARCHAR
    status VARCHAR
    assignment_timestamp TIMESTAMP
    group_key VARCHAR
    ");
    let row = "SELECT concat_ws('|', unit_id, layer_id, slot_index, experiment_id, experiment_name,
               variant, status, assignment_timestamp, group_key) FROM user_assignments";
    insta::assert_debug_snapshot!(rows(&place.log, row), @r#"
    [
        "u1|web|7|exp|An experiment|a|assigned|2025-03-01 09:00:00.000001|free",
        "ü\0'|web|7|not_assigned|2025-03-01 09:00:00.000001",
    ]
    "#);
    assert_eq!(place.names(), ["log.duckdb"]);
}

#[test]
fn a_unit_is_looked_up_and_a_log_replayed() {
    let place = place();
    let arm = Arm::new(Some("free"));
    let logger = open(&place.log);
    for (unit, minute) in [("u1", 0), ("u2", 1), ("u1", 2)] {
        let at = time("2025-03-01T09:00:00Z") + SignedDuration::from_mins(minute);
        logger.log_assignments(&[arm.of(unit)], at).expect("taken");
    }
    logger.close().expect("written");
    let found = rows_of(&place.log, "u1", 1, &mut |_| ControlFlow::Continue(()));
    let found = found.expect("a readable log");
    assert_eq!((found.total, found.is_complete), (2, true));
    let row = &found.rows[0];
    assert_eq!(row.layer_id, Some("web".into()));
    assert_eq!(row.slot_index, Some(7));
    assert_eq!(row.at, Some(time("2025-03-01T09:02:00Z")));

    let nothing = Timeline::new(&State::empty(HashAlgorithm::Sha256), &[]);
    let options = ReplayOptions::default();
    let rows = LogRows::of(&place.log).expect("a log");
    let replayed = replay(&rows, &nothing, &options, &mut |_| {});
    let replayed = replayed.expect("a readable log");
    assert_eq!((replayed.rows(), replayed.mismatching()), (3, 3));
    let said = &replayed.listed[0].logged;
    assert_eq!(said.slot_index, Some(7));
    assert_eq!(said.variant.as_deref(), Some("a"));
}

#[test]
fn a_log_of_the_original_is_read_as_it_is_and_appended_to() {
    let table = PYTHON_TABLE.replace(';', "");
    for time_type in ["TIMESTAMP", "VARCHAR", "TIMESTAMPTZ", "TIMESTAMP_NS"] {
        let place = place_with(&format!(
            "{}; INSERT INTO user_assignments VALUES
             ('u1', 'web', 7, 'exp', 'Exp', 'a', 'assigned', '2025-03-01 09:00:00.000001'),
             ('u2', 'web', 7, 'exp', 'Exp', 'b', 'assigned', '2025-03-01 10:00:00')",
            table.replace("TIMESTAMP", time_type),
        ));
        let mut counts = place.counts();
        assert_eq!(refresh(&mut counts).rows, 2);
        let arm = Arm::new(Some("free"));
        let logger = open(&place.log);
        let at = time("2025-03-01T11:00:00.000003Z");
        logger.log_assignments(&[arm.of("u3")], at).expect("taken");
        logger.close().expect("written");
        assert_eq!(refresh(&mut counts).rows, 1, "only the new one");
        assert_eq!(
            shown(&counts),
            "exp - a: 1 units, 1 exposures, 2025-03-01T09:00:00.000001Z to \
             2025-03-01T09:00:00.000001Z [2025-03-01T09:00:00Z 1]\n\
             exp - b: 1 units, 1 exposures, 2025-03-01T10:00:00Z to 2025-03-01T10:00:00Z \
             [2025-03-01T10:00:00Z 1]\n\
             exp free a: 1 units, 1 exposures, 2025-03-01T11:00:00.000003Z to \
             2025-03-01T11:00:00.000003Z [2025-03-01T11:00:00Z 1]",
            "{time_type}"
        );
    }
}

#[test]
fn values_of_any_type_are_taken_where_they_have_a_meaning() {
    let place = place_with(
        "CREATE TABLE user_assignments (assignment_timestamp DOUBLE, UNIT_ID BIGINT, layer_id INTEGER,
         slot_index INTEGER, experiment_id INTEGER, experiment_name VARCHAR, variant INTEGER,
         status VARCHAR, more INTEGER);
         INSERT INTO user_assignments VALUES
         (1740819600, 17, 1, 0, 3, 'Exp', 1, 'assigned', NULL),
         (1740819660.5, 18, 1, 0, 3, 'Exp', 1, 'ASSIGNED', NULL),
         (NULL, 19, 1, 0, 3, 'Exp', 1, 'assigned', NULL),
         ('NaN', 19, 1, 0, 3, 'Exp', 1, 'assigned', NULL),
         (1740819600, NULL, 1, 0, 3, 'Exp', 1, 'assigned', NULL),
         (1740819600, 17, 1, 0, NULL, 'Exp', NULL, 'not_assigned', NULL)",
    );
    insta::assert_snapshot!(shown(&place.counted()), @r"
    3 - 1: 2 units, 2 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:01:00.5Z [2025-03-01T09:00:00Z 1, 2025-03-01T09:01:00Z 1]
    - not_assigned: 1
    3 skipped, the first is 2: its assignment_timestamp is no time
    ");
    let place = place_with(&format!(
        "{PYTHON_TABLE} INSERT INTO user_assignments (unit_id, experiment_id, variant, status,
         assignment_timestamp) VALUES ('u', 'exp', 'a', 'assigned', 'infinity')"
    ));
    insta::assert_snapshot!(shown(&place.counted()), @"1 skipped, the first is 0: its assignment_timestamp is no time");
}

#[test]
fn what_is_no_log_is_named() {
    let place = place();
    let path = |name: &str| place.directory.path().join(name);
    run(&path("state.duckdb"), "CREATE TABLE layers (a INTEGER)");
    run(
        &path("short.DuckDB"),
        "CREATE TABLE user_assignments (unit_id VARCHAR, status VARCHAR)",
    );
    run(
        &path("view.duckdb"),
        "CREATE TABLE t (a INTEGER); CREATE VIEW user_assignments AS SELECT * FROM t",
    );
    let sqlite = rusqlite::Connection::open(path("sqlite.duckdb")).expect("a database");
    sqlite.execute_batch(PYTHON_TABLE).expect("a table");
    fs::write(path("text.duckdb"), "unit,variant\n".repeat(1000)).expect("a file");
    fs::write(path("empty.duckdb"), "").expect("a file");
    fs::create_dir(path("directory.duckdb")).expect("a directory");
    std::os::unix::fs::symlink(path("nowhere"), path("link.duckdb")).expect("a link");
    let mut said = Vec::new();
    for name in [
        "state.duckdb",
        "short.DuckDB",
        "view.duckdb",
        "sqlite.duckdb",
        "text.duckdb",
        "empty.duckdb",
        "directory.duckdb",
    ] {
        let unread = read(&path(name)).expect_err("no log");
        said.push(format!("read {}", error_text(&unread, &place)));
    }
    let nothing = read(&path("none.duckdb")).expect_err("no log");
    said.push(format!("read {}", error_text(&nothing, &place)));
    for name in [
        "state.duckdb",
        "short.DuckDB",
        "empty.duckdb",
        "link.duckdb",
        "none/log.duckdb",
    ] {
        let unwritten = FileLogger::open(path(name), LoggerOptions::default());
        said.push(format!(
            "write {}",
            error_text(&unwritten.expect_err("no log"), &place)
        ));
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    read /state.duckdb is not an exposure log: it has no table user_assignments (it has layers)
    check the path; the state database is given apart from the exposure log
    read the table user_assignments in /short.DuckDB has no column experiment_id, variant, assignment_timestamp
    check the path, or write the log with AVOS
    read the table user_assignments in /view.duckdb has no row ids
    copy its rows to a plain table: no view, not WITHOUT ROWID, no column _rowid_
    read /sqlite.duckdb is not a DuckDB database
    check the path; a SQLite log has a name that doesn't end in .duckdb
    read /text.duckdb is not a DuckDB database
    check the path; a SQLite log has a name that doesn't end in .duckdb
    read /empty.duckdb is not a DuckDB database
    check the path; a SQLite log has a name that doesn't end in .duckdb
    read /directory.duckdb is not a file
    name the database file itself
    read the exposure log /none.duckdb doesn't exist
    check the path; `avos assign --log FILE` or a service's logger creates a log
    write /state.duckdb is not an exposure log: it has no table user_assignments (it has layers)
    check the path; the state database is given apart from the exposure log
    write the table user_assignments in /short.DuckDB has no column layer_id, slot_index, experiment_id, experiment_name, variant, assignment_timestamp
    check the path, or write the log with AVOS
    write /empty.duckdb is not a DuckDB database
    check the path; a SQLite log has a name that doesn't end in .duckdb
    write /link.duckdb is a link to a file that doesn't exist
    remove the link, or let it point to a database
    write the directory /none doesn't exist
    create the directory first, or check the path
    ");
    assert!(!path("none.duckdb").exists());
}

#[test]
fn a_log_is_used_once_at_a_time_in_one_program() {
    let place = place();
    let logger = open(&place.log);
    insta::assert_snapshot!(error_text(&read(&place.log).expect_err("in use"), &place), @r"
    the DuckDB log /log.duckdb is locked: it is in use
    a DuckDB log is read when its writer lets go, and has one writer at a time: try again then
    ");
    let second = FileLogger::open(&place.log, LoggerOptions::default());
    assert!(matches!(second, Err(LogError::Locked { .. })));
    logger
        .log_assignments(&[Arm::new(None).of("u1")], Timestamp::UNIX_EPOCH)
        .expect("taken");
    logger.close().expect("written");
    assert_eq!(read(&place.log).expect("a log"), 1);
}

const LOG: &str = "AVOS_TEST_DUCKDB_LOG";

/// The other process of the next test: writes a row, says so, and holds the log until it is told
/// or killed.
#[test]
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
    let mut writer = Command::new(std::env::current_exe().expect("this program"))
        .args([
            "--exact",
            "exposure::duckdb::a_program_that_holds_a_log",
            "--nocapture",
        ])
        .env(LOG, &place.log)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
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

#[test]
fn another_log_or_a_shorter_one_is_counted_anew() {
    let row =
        "INSERT INTO user_assignments SELECT 'u' || i, 'web', 7, 'exp', 'Exp', 'a', 'assigned',
               '2025-03-01 09:00:00' FROM range(200000) t(i)";
    let place = place_with(&format!("{PYTHON_TABLE} {row}"));
    let mut counts = place.counts();
    assert_eq!(refresh(&mut counts).rows, 200_000);
    let unchanged = refresh(&mut counts);
    assert_eq!((unchanged.rows, unchanged.restarted), (0, false));
    run(
        &place.log,
        "DELETE FROM user_assignments WHERE rowid >= 100000",
    );
    let shorter = refresh(&mut counts);
    assert!(shorter.restarted && shorter.rows < 200_000, "{shorter:?}");
    assert_eq!(counts.arms()[0].units, shorter.rows);
    fs::remove_file(&place.log).expect("removed");
    let others = row.replace("'u'", "'w'");
    run(&place.log, &format!("{PYTHON_TABLE} {others}"));
    let other = refresh(&mut counts);
    assert_eq!((other.rows, other.restarted), (200_000, true));
    assert_eq!((counts.arms()[0].units, counts.rows()), (200_000, 200_000));
}

#[test]
fn a_long_read_is_stopped_and_goes_on() {
    let place = place_with(&format!(
        "{PYTHON_TABLE} INSERT INTO user_assignments SELECT 'u' || (i % 150000), 'web', 7, 'exp',
         'Exp', 'a', 'assigned', '2025-03-01 09:00:00' FROM range(200000) t(i)"
    ));
    let mut counts = place.counts();
    let mut reads = 0;
    while !counts
        .refresh(&mut |_| ControlFlow::Break(()))
        .expect("a log")
        .is_complete
    {
        reads += 1;
        assert!(reads < 100);
    }
    assert!(reads > 1, "it was never stopped");
    let arm = &counts.arms()[0];
    assert_eq!((arm.units, arm.exposures), (150_000, 200_000));
}

/// What is logged in one go.
#[derive(Clone, Debug)]
struct Logged {
    unit: String,
    experiment: Option<u8>,
    variant: Option<u8>,
    group: Option<String>,
    at: i64,
}

fn logged() -> impl Strategy<Value = Logged> {
    let unit = prop_oneof!["u[0-9]", "\\PC{0,8}", "[\\x00-\\x1f'\"]{1,4}"];
    let experiment = proptest::option::of(0_u8..3);
    let variant = proptest::option::weighted(0.8, 0_u8..3);
    let group = proptest::option::of("(free|paid|)");
    (
        unit,
        experiment,
        variant,
        group,
        -4_000_000_000_i64..4_000_000_000,
    )
        .prop_map(|(unit, experiment, variant, group, at)| Logged {
            unit,
            experiment,
            variant,
            group,
            at,
        })
}

fn log_all(log: &Path, rows: &[Logged]) {
    let logger = open(log);
    let layer = LayerId::from("layer");
    for row in rows {
        let experiment = row
            .experiment
            .map(|id| ExperimentId::from(format!("exp{id}")));
        let variant = row.variant.map(|id| VariantName::from(format!("v{id}")));
        let group = row.group.as_deref().map(GroupName::from);
        let status = match (&experiment, &variant) {
            (None, _) => AssignmentStatus::NotAssigned,
            (_, None) => AssignmentStatus::ExperimentInactive,
            // Without a variant it can't be counted, and without an experiment neither.
            _ => AssignmentStatus::Assigned,
        };
        let assignment = Assignment {
            unit_id: &row.unit,
            layer_id: &layer,
            slot_index: SlotIndex(3),
            experiment_id: experiment.as_ref(),
            experiment_name: None,
            variant: variant.as_ref(),
            status,
            group: group.as_ref(),
        };
        let at = Timestamp::UNIX_EPOCH + SignedDuration::from_micros(row.at);
        logger.log_assignments(&[assignment], at).expect("taken");
    }
    logger.close().expect("written");
}

/// All that is counted.
fn all(counts: &Counts) -> String {
    let arms = counts.arms();
    let windows: Vec<_> = arms.iter().map(|arm| counts.windows(arm)).collect();
    let elsewhere: Vec<u64> = arms.iter().map(|arm| arm.units_elsewhere_since).collect();
    let (statuses, rows) = (counts.statuses(), counts.rows());
    format!(
        "{}\n{windows:?}\n{elsewhere:?}\n{statuses:?}\n{rows}",
        shown(counts)
    )
}

proptest! {
    // Each case opens ten files, some of them synced.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_same_rows_give_the_same_counts_as_in_sqlite(
        first in proptest::collection::vec(logged(), 1..60),
        then in proptest::collection::vec(logged(), 1..60),
        spoilt in proptest::collection::vec(0_usize..5, 0..4),
    ) {
        let (sqlite, duckdb) = (Place::empty(), place());
        let mut counts = [sqlite.counts(), duckdb.counts()];
        for rows in [first, then] {
            log_all(&sqlite.log, &rows);
            log_all(&duckdb.log, &rows);
            for column in &spoilt {
                let column = ["unit_id", "experiment_id", "variant", "status", "assignment_timestamp"][*column];
                let spoil = "INSERT INTO user_assignments (unit_id, experiment_id, variant, status,
                    assignment_timestamp) VALUES ('u', 'exp0', 'v0', 'assigned', '1970-01-01 00:00:00')";
                let nullify = format!("{spoil}; UPDATE user_assignments SET {column} = NULL WHERE rowid =
                    (SELECT max(rowid) FROM user_assignments)");
                sqlite.sql(&nullify);
                run(&duckdb.log, &nullify);
            }
            let [of_sqlite, of_duckdb] = &mut counts;
            prop_assert_eq!(refresh(of_sqlite), refresh(of_duckdb));
            // SQLite's row ids begin at 1, DuckDB's at 0.
            let skipped = |counts: &Counts| counts.skipped().map(|all| (all.rows, all.reason));
            prop_assert_eq!(skipped(of_sqlite), skipped(of_duckdb));
            let lines = |counts: &Counts| {
                let all = all(counts);
                let lines = all.lines().filter(|line| !line.contains(" skipped, the first is "));
                lines.map(str::to_owned).collect::<Vec<String>>()
            };
            prop_assert_eq!(lines(of_sqlite), lines(of_duckdb));
        }
    }
}
