//! Logs of the original: read as they are, appended to in place.

use avos::exposure::{AssignmentLogger, FileLogger, LoggerOptions};

use super::support::{Arm, PYTHON_TABLE, Place, refresh, shown, time};

const OLD: [&str; 5] = ["old", "exp", "a", "assigned", "2025-03-01 08:00:00.000000"];

fn log_one(place: &Place) {
    let logger = FileLogger::open(&place.log, LoggerOptions::default()).expect("a log");
    let arm = Arm::new(Some("free"));
    let at = time("2025-03-01T09:00:00Z");
    logger.log_assignments(&[arm.of("new")], at).expect("taken");
    logger.close().expect("written");
}

#[test]
fn a_log_of_the_original_is_read_without_a_trace() {
    let place = Place::python(&[OLD]);
    let seen = || {
        let metadata = place.log.metadata().expect("a file");
        let content = std::fs::read(&place.log).expect("a file");
        (content, metadata.modified().expect("a time"), place.names())
    };
    let before = seen();
    let mut counts = place.counted();
    refresh(&mut counts);
    assert!(seen() == before, "reading changed the log");
    assert_eq!(counts.summary().arms().len(), 1);
}

#[test]
fn a_log_of_the_original_is_appended_to_and_gets_the_columns() {
    let place = Place::python(&[OLD]);
    log_one(&place);
    assert_eq!(place.column("unit_id").len(), 2);
    assert_eq!(place.column("group_key"), [None, Some("free".to_owned())]);
    assert_eq!(place.column("source"), [None, None]);
    assert_eq!(place.column("revision"), [None, None]);
    // The original goes on with it, and so do we.
    place.append(&[[
        "third",
        "exp",
        "b",
        "assigned",
        "2025-03-01 10:00:00.000000",
    ]]);
    log_one(&place);
    insta::assert_snapshot!(shown(&place.counted()), @r"
    exp - a: 1 units, 1 exposures, 2025-03-01T08:00:00Z to 2025-03-01T08:00:00Z [2025-03-01T08:00:00Z 1]
    exp - b: 1 units, 1 exposures, 2025-03-01T10:00:00Z to 2025-03-01T10:00:00Z [2025-03-01T10:00:00Z 1]
    exp free a: 1 units, 2 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00Z [2025-03-01T09:00:00Z 1]
    ");
}

/// A log may lack any of the columns, in whatever order it has the others.
#[test]
fn a_log_gets_only_the_columns_that_it_lacks() {
    for has in [
        "",
        "group_key",
        "Revision",
        "source, group_key",
        "revision, source, group_key",
    ] {
        let place = Place::python(&[OLD]);
        for column in has.split(", ").filter(|column| !column.is_empty()) {
            place.sql(&format!(
                "ALTER TABLE user_assignments ADD COLUMN {column} VARCHAR"
            ));
            place.sql(&format!("UPDATE user_assignments SET {column} = 'kept'"));
        }
        let mut counts = place.counted();
        log_one(&place);
        for column in ["group_key", "source", "revision"] {
            let kept = has
                .to_lowercase()
                .contains(column)
                .then(|| "kept".to_owned());
            assert_eq!(
                place.column(column)[0],
                kept,
                "{column} of a log with {has}"
            );
        }
        let read = refresh(&mut counts);
        assert_eq!((read.rows, read.restarted), (1, false), "{has}");
    }
}

#[test]
fn counting_goes_on_when_the_column_comes() {
    let place = Place::python(&[OLD]);
    let mut counts = place.counted();
    log_one(&place);
    let read = refresh(&mut counts);
    assert_eq!((read.rows, read.restarted), (1, false));
}

#[test]
fn an_id_column_is_left_to_count_itself() {
    let place =
        Place::with(&PYTHON_TABLE.replace("(\n", "(id INTEGER PRIMARY KEY AUTOINCREMENT, "));
    place.append(&[OLD]);
    log_one(&place);
    assert_eq!(
        place.column("id"),
        [Some("1".to_owned()), Some("2".to_owned())]
    );
    assert_eq!(place.counted().summary().arms().len(), 2);
}

#[test]
fn a_log_among_other_tables_keeps_their_journal_mode() {
    let mode = |place: &Place| {
        let connection = rusqlite::Connection::open(&place.log).expect("a database");
        let mode = connection.pragma_query_value(None, "journal_mode", |row| row.get(0));
        mode.unwrap_or_else(|error| format!("{error}"))
    };
    let place = Place::with(&format!(
        "{PYTHON_TABLE} CREATE TABLE layers (layer_id VARCHAR)"
    ));
    log_one(&place);
    assert_eq!(mode(&place), "delete");
    let place = Place::with(PYTHON_TABLE);
    log_one(&place);
    assert_eq!(mode(&place), "wal");
}
