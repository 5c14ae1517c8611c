//! Logs that aren't as they should be.

use std::fs;

use avos::assign::Groups;
use avos::exposure::LogRows;
use avos::replay::{ReplayOptions, replay};
use insta::assert_snapshot;
use rusqlite::Connection;

use super::support::{Desk, minute, serve, shown};
use crate::support::layers::{experiment, layer};

/// A database, and a log of these rows about it.
fn logged(units: u32) -> Desk {
    let desk = Desk::empty();
    let hero = experiment("hero").set("traffic_percentage", 0.5);
    let state = desk.apply(&[layer("home").with(hero)], minute(0));
    let units: Vec<String> = (0..units).map(|number| format!("u{number}")).collect();
    let units = units.iter().map(|unit| (unit.as_str(), Groups::default()));
    serve(&desk.log, &state, units, minute(1));
    desk
}

/// The error with its help.
fn refused(desk: &Desk) -> String {
    let options = ReplayOptions::default();
    let replayed = LogRows::open(&desk.log)
        .and_then(|rows| replay(&rows, &desk.timeline(), &options, &mut |_| {}));
    let error = replayed.expect_err("refused");
    let said = format!("{error}; {}", error.help().expect("help"));
    said.replace(&desk.directory.path().display().to_string(), "DIR")
}

#[test]
fn what_is_no_log_says_so() {
    let desk = logged(1);
    let change = |sql| {
        desk.sql(sql);
        refused(&desk)
    };
    assert_snapshot!(change("ALTER TABLE user_assignments DROP COLUMN slot_index"), @"the table user_assignments in DIR/log.db has no column slot_index; check the path, or write the log with AVOS");
    assert_snapshot!(change("DROP TABLE user_assignments"), @"DIR/log.db is not an exposure log: it has no table user_assignments; check the path; the state database is given apart from the exposure log");
    fs::write(
        &desk.log,
        "no database at all, though it is long enough. ".repeat(20),
    )
    .expect("a file");
    assert_snapshot!(refused(&desk), @"DIR/log.db is not a SQLite database; check the path; an encrypted or compressed database can't be read either");
    fs::remove_file(&desk.log).expect("a file");
    assert_snapshot!(refused(&desk), @"the exposure log DIR/log.db doesn't exist; check the path; `avos assign --log FILE` or a service's logger creates one");
}

#[test]
fn a_log_that_is_cut_off_is_an_error() {
    let desk = logged(5000);
    let log = fs::OpenOptions::new()
        .write(true)
        .open(&desk.log)
        .expect("a file");
    let length = log.metadata().expect("a file").len();
    log.set_len(length / 2).expect("cut");
    let said = refused(&desk);
    assert!(said.contains("damaged"), "{said}");
}

#[test]
fn rows_that_cannot_be_read_are_skipped() {
    let desk = logged(9);
    let set = |what: &str, row: u32| {
        desk.sql(&format!(
            "UPDATE user_assignments SET {what} WHERE rowid = {row}"
        ));
    };
    set("unit_id = NULL", 1);
    set("unit_id = 1.5", 2);
    set("layer_id = x'ff'", 3);
    set("slot_index = 'many'", 4);
    set("status = NULL", 5);
    set("assignment_timestamp = 'soon'", 6);
    set("assignment_timestamp = NULL", 7);
    set("unit_id = CAST(unit_id AS BLOB)", 8);
    assert_snapshot!(shown(&desk.replay()), @r#"
    9 rows: 2 matching, 0 refreshing, 0 random, 0 without group, 0 of unknown state
    1 skipped, the first is 7: it has no assignment_timestamp
    1 skipped, the first is 5: it has no status
    1 skipped, the first is 1: it has no unit_id
    1 skipped, the first is 6: its assignment_timestamp isn't a time ("soon"); write it as YYYY-MM-DD HH:MM:SS, in UTC or with an offset such as +02:00
    1 skipped, the first is 3: its layer_id isn't text ("�"); write ids as UTF-8 text or as whole numbers below 2^53
    1 skipped, the first is 4: its slot_index isn't a whole number ("many")
    tampered hero: 1
    2 tampered: unexpected slot_index, experiment_id, status, variant
    "#);
}

#[test]
fn an_empty_log_has_nothing_wrong() {
    let desk = logged(0);
    assert_eq!(desk.replay().rows(), 0);
}

#[test]
fn a_log_of_many_rows_is_read_in_order_and_what_comes_later_is_not() {
    let desk = logged(70_000);
    desk.sql("UPDATE user_assignments SET slot_index = 100 WHERE rowid % 1000 = 0");
    let writer = Connection::open(&desk.log).expect("a database");
    let mut fractions = Vec::new();
    let mut options = ReplayOptions::default();
    options.most_listed = 50;
    let rows = LogRows::open(&desk.log).expect("a log");
    desk.sql("INSERT INTO user_assignments SELECT * FROM user_assignments LIMIT 1000");
    let replayed = replay(&rows, &desk.timeline(), &options, |progress| {
        let copy = "INSERT INTO user_assignments SELECT * FROM user_assignments LIMIT 1000";
        writer.execute_batch(copy).expect("no reader is in the way");
        fractions.push(progress.fraction);
    });
    let replayed = replayed.expect("a readable log");
    assert_eq!((replayed.rows(), replayed.mismatching()), (70_000, 70));
    let listed: Vec<i64> = replayed.listed.iter().map(|row| row.row_id).collect();
    assert_eq!(listed, (1..=50).map(|row| row * 1000).collect::<Vec<_>>());
    assert!(
        fractions.is_sorted() && fractions.last() == Some(&1.0),
        "{fractions:?}"
    );
}
