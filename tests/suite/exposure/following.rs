//! Logs that grow, shrink and are replaced while they are counted.

use std::fs;
use std::ops::ControlFlow;
use std::process::{Command, Stdio};
use std::time::Duration;

use avos::exposure::{AssignmentLogger, FileLogger, LogError, LoggerOptions};

use rusqlite::Connection;

use super::support::{Arm, Place, refresh, time};
use crate::support::waiting::wait_until;

const AT: &str = "2025-03-01 09:00:00.000000";

fn assigned(unit: &'static str) -> [&'static str; 5] {
    [unit, "exp", "a", "assigned", AT]
}

#[test]
fn only_new_rows_are_read() {
    let place = Place::python(&[]);
    let mut counts = place.counts();
    assert_eq!(refresh(&mut counts).rows, 0);
    for (unit, units) in [("u1", 1), ("u2", 2), ("u1", 2)] {
        place.append(&[assigned(unit)]);
        let read = refresh(&mut counts);
        assert_eq!(
            (read.rows, read.restarted, read.is_complete),
            (1, false, true)
        );
        assert_eq!(counts.summary().arms()[0].units, units);
        assert_eq!(refresh(&mut counts).rows, 0);
    }
}

/// Another program takes the log for itself in the middle of a reading, and for longer than one
/// waits.
#[test]
fn a_reading_that_a_lock_ends_goes_on_where_it_was() {
    let place = Place::python(&[]);
    // As many pieces as rows.
    place.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
         INSERT INTO user_assignments (rowid, unit_id, layer_id, slot_index, experiment_id, variant,
             status, assignment_timestamp)
         SELECT i * 100000, 'u' || i, 'web', 0, 'exp', 'a', 'assigned', '2025-03-01 09:00:00' FROM n",
    );
    let mut counts = place.counts();
    let mut lock = None;
    let read = counts.refresh(|_| {
        lock.get_or_insert_with(|| {
            let other = Connection::open(&place.log).expect("a database");
            other.busy_timeout(Duration::from_mins(1)).expect("patient");
            other.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
            other
        });
        ControlFlow::Continue(())
    });
    assert!(read.expect_err("a lock").is_busy());
    let before = counts.rows();
    assert!((1..100).contains(&before), "{before} rows");
    drop(lock);
    let read = refresh(&mut counts);
    assert_eq!((read.rows, read.restarted), (100 - before, false));
    assert_eq!(counts.summary().arms()[0].units, 100);
}

#[test]
fn a_log_that_was_emptied_shortened_or_replaced_is_counted_anew() {
    let rows = [assigned("u1"), assigned("u2")];
    let replaced = |change: &dyn Fn(&Place)| {
        let place = Place::python(&rows);
        let mut counts = place.counted();
        change(&place);
        let read = refresh(&mut counts);
        let units: u64 = counts.summary().arms().iter().map(|arm| arm.units).sum();
        assert!(!refresh(&mut counts).restarted);
        (read.restarted, read.rows, units, counts.rows())
    };
    let empty = |place: &Place| place.sql("DELETE FROM user_assignments");
    assert_eq!(replaced(&empty), (true, 0, 0, 0));
    let shorter = |place: &Place| place.sql("DELETE FROM user_assignments WHERE rowid = 2");
    assert_eq!(replaced(&shorter), (true, 1, 1, 1));
    let refilled = |place: &Place| {
        empty(place);
        place.append(&[assigned("v1"), assigned("v2"), assigned("v3")]);
    };
    assert_eq!(replaced(&refilled), (true, 3, 3, 3));
    // Another file with the same row at its end.
    let other_file = |place: &Place| {
        let copy = place.directory.path().join("copy.db");
        fs::copy(&place.log, &copy).expect("a copy");
        fs::rename(&copy, &place.log).expect("replaced");
    };
    assert_eq!(replaced(&other_file), (true, 2, 2, 2));
    let untouched = |_: &Place| {};
    assert_eq!(replaced(&untouched), (false, 0, 2, 2));
}

#[test]
fn that_a_log_was_replaced_is_said_though_the_first_reading_of_it_failed() {
    let place = Place::python(&[assigned("u1"), assigned("u2")]);
    let mut counts = place.counted();
    // More than two pieces, the last one of which can't be read.
    place.sql(
        "DELETE FROM user_assignments;
         INSERT INTO user_assignments
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
         SELECT 'v' || i, 'web', 0, 'exp', 'Exp', 'a', 'assigned', '2025-03-01 09:00:00' FROM n",
    );
    let sound = fs::read(&place.log).expect("a file");
    let mut damaged = sound.clone();
    let half = damaged.len() / 2;
    damaged[half..half + 40_000].fill(0x5a);
    // In place: the file is the same one.
    fs::write(&place.log, damaged).expect("a file");
    let failed = counts.refresh(|_| std::ops::ControlFlow::Continue(()));
    assert!(
        matches!(failed, Err(LogError::Damaged { .. })),
        "{failed:?}"
    );
    fs::write(&place.log, sound).expect("a file");
    let read = refresh(&mut counts);
    assert!(read.restarted && read.rows < 100_000, "{read:?}");
    assert_eq!(counts.summary().arms()[0].units, 100_000);
    assert!(!refresh(&mut counts).restarted, "once is enough");
}

#[test]
fn the_first_and_the_last_row_id_that_there_can_be_are_read() {
    let place = Place::python(&[assigned("u1")]);
    place.sql("UPDATE user_assignments SET rowid = -9223372036854775808");
    let mut counts = place.counts();
    assert_eq!(refresh(&mut counts).rows, 1);
    assert_eq!(refresh(&mut counts).rows, 0);
    place.append(&[assigned("u2")]);
    place.sql("UPDATE user_assignments SET rowid = 9223372036854775807 WHERE unit_id = 'u2'");
    let read = refresh(&mut counts);
    assert_eq!((read.rows, read.restarted), (1, false));
    assert_eq!(refresh(&mut counts).rows, 0);
    assert_eq!(counts.summary().arms()[0].units, 2);
}

#[test]
fn a_log_that_went_away_keeps_its_counts_until_it_is_back() {
    let place = Place::python(&[assigned("u1")]);
    let mut counts = place.counted();
    fs::remove_file(&place.log).expect("removed");
    let gone = counts.refresh(|_| std::ops::ControlFlow::Continue(()));
    assert!(gone.is_err());
    assert_eq!(counts.summary().arms()[0].units, 1);
}

const LOG: &str = "AVOS_TEST_WRITTEN_LOG";
const ROWS: u64 = 60_000;

/// The other process of the next test: writes rows, as a service does.
#[test]
#[ignore = "a helper of the test that follows it"]
fn a_program_that_writes() {
    let Some(log) = std::env::var_os(LOG) else {
        return;
    };
    let logger = FileLogger::open(&log, LoggerOptions::default()).expect("a log");
    let arm = Arm::new(None);
    for number in 0..ROWS {
        let unit = format!("u{number}");
        let at = time("2025-03-01T09:00:00Z");
        logger.log_assignments(&[arm.of(&unit)], at).expect("taken");
        if number % 500 == 0 {
            logger.flush().expect("written");
        }
    }
    logger.close().expect("written");
}

#[test]
fn a_log_is_followed_while_another_process_writes_it() {
    let place = Place::empty();
    let program = std::env::current_exe().expect("this program");
    let mut writer = Command::new(program)
        .args([
            "--exact",
            "exposure::following::a_program_that_writes",
            "--ignored",
        ])
        .env(LOG, &place.log)
        .stdout(Stdio::null())
        .spawn()
        .expect("a process");
    let mut counts = place.counts();
    let mut growths = 0;
    wait_until(|| {
        // Before its table is there, the log is none.
        let Ok(read) = counts.refresh(|_| std::ops::ControlFlow::Continue(())) else {
            return false;
        };
        assert!(!read.restarted, "nothing was replaced");
        growths += u64::from(read.rows > 0);
        let arms = counts.summary().arms();
        assert!(
            arms.iter().all(|arm| arm.units == counts.rows()),
            "all or nothing of a row"
        );
        counts.rows() == ROWS
    });
    assert!(writer.wait().expect("an end").success());
    assert!(growths > 1, "it was never seen half written");
}
