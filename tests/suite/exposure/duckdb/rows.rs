//! The table in a DuckDB file, and what its rows may hold.

use std::ops::ControlFlow;

use avos::assign::{Assignment, AssignmentStatus};
use avos::domain::Revision;
use avos::exposure::{AssignmentLogger, ExposureRows, FileLogger, LogRows, LoggerOptions};

use super::super::support::{Arm, PYTHON_TABLE, refresh, shown, time};
use super::support::{open, place, place_with, rows};

#[test]
fn a_log_has_the_columns_of_the_original_and_three_more() {
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
    let revision = Revision::new("0123456789abcdef");
    let answered = Assignment {
        revision: Some(&revision),
        ..arm.of("u1")
    };
    let mut options = LoggerOptions::default();
    options.source = Some("checkout@host-3".to_owned());
    let logger = FileLogger::open(&place.log, options).expect("a log");
    let at = time("2025-03-01T09:00:00.000001Z");
    logger
        .log_assignments(&[answered, nobody], at)
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
    source VARCHAR
    revision VARCHAR
    ");
    let row = "SELECT concat_ws('|', unit_id, layer_id, slot_index, experiment_id, experiment_name,
               variant, status, assignment_timestamp, group_key, source, revision) FROM user_assignments";
    insta::assert_debug_snapshot!(rows(&place.log, row), @r#"
    [
        "u1|web|7|exp|An experiment|a|assigned|2025-03-01 09:00:00.000001|free|checkout@host-3|0123456789ab",
        "ü\0'|web|7|not_assigned|2025-03-01 09:00:00.000001|checkout@host-3",
    ]
    "#);
    assert_eq!(place.names(), ["log.duckdb"]);
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
        let added = "SELECT concat_ws('|', count(group_key), count(source), count(revision))
                     FROM user_assignments";
        assert_eq!(rows(&place.log, added), ["1|0|0"]);
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
    3 skipped, the first is 2: it has no assignment_timestamp
    ");
    let place = place_with(&format!(
        "{PYTHON_TABLE} INSERT INTO user_assignments (unit_id, layer_id, experiment_id, variant,
         status, assignment_timestamp) VALUES ('u', 'web', 'exp', 'a', 'assigned', 'infinity')"
    ));
    insta::assert_snapshot!(shown(&place.counted()), @"1 skipped, the first is 0: it has no assignment_timestamp");
}

#[test]
fn what_data_frames_did_to_a_row_is_undone() {
    for number in ["DOUBLE", "FLOAT", "DECIMAL(18, 3)", "BIGINT", "HUGEINT"] {
        let place = place_with(&format!(
            "CREATE TABLE user_assignments (\"\u{feff}unit_id\" {number}, layer_id {number},
             slot_index {number}, experiment_id {number}, variant {number}, status VARCHAR,
             assignment_timestamp TIMESTAMP, group_key {number});
             INSERT INTO user_assignments VALUES
             (9, 1, 7, 3, 1, 'assigned', '2025-03-01 09:00:00', 5),
             (9, 1, NULL, 3, 1, 'assigned', '2025-03-01 09:00:00', 5)"
        ));
        assert_eq!(
            shown(&place.counted()),
            "3 5 1: 1 units, 2 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00Z \
             [2025-03-01T09:00:00Z 1]",
            "{number}"
        );
        let found = LogRows::open(&place.log)
            .and_then(|rows| rows.find_unit("9", 10, |_| ControlFlow::Continue(())));
        let found = found.expect("a readable log");
        assert_eq!(
            (found.total, found.rows[1].slot_index),
            (2, Some(7)),
            "{number}"
        );
    }
}

#[test]
fn what_csv_did_to_a_row_is_undone() {
    let place = place_with(
        "CREATE TABLE user_assignments (unit_id VARCHAR, layer_id VARCHAR, slot_index VARCHAR,
         experiment_id VARCHAR, variant VARCHAR, status VARCHAR, assignment_timestamp VARCHAR,
         group_key VARCHAR);
         INSERT INTO user_assignments VALUES
         (chr(65279) || 'u', '1', '7.0', '3', '1', 'assigned', '2025-03-01 09:00:00 UTC', ''),
         ('u', '1', '', '3', '1', 'assigned', '2025-03-01 04:00:00,5 -0500', NULL),
         ('u', '1', '7', '3', '1', 'assigned', '1740819600', ''),
         ('u', '1', '7', '3', '1', 'assigned', '1740819600000', '')",
    );
    insta::assert_snapshot!(shown(&place.counted()), @r#"
    3 - 1: 1 units, 3 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00.5Z [2025-03-01T09:00:00Z 1]
    1 skipped, the first is 3: its assignment_timestamp is in milliseconds ("1740819600000"); numbers are seconds since 1970: divide by 1,000
    "#);
    let found = LogRows::open(&place.log)
        .and_then(|rows| rows.find_unit("u", 10, |_| ControlFlow::Continue(())));
    assert_eq!(found.expect("a readable log").total, 4);
}
