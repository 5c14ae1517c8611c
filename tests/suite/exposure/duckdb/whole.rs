//! All of a DuckDB log, whatever is done with it: counted, looked through, replayed.

use std::fs;
use std::ops::ControlFlow;

use avos::assign::Assignment;
use avos::domain::{HashAlgorithm, Revision, State};
use avos::exposure::{AssignmentLogger, ExposureRows, LogRows, LoggedArm};
use avos::replay::{ReplayOptions, replay};
use avos::timeline::Timeline;
use jiff::SignedDuration;

use super::super::support::{Arm, PYTHON_TABLE, refresh, revisions, time};
use super::support::{open, place, place_with, run};

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
    let found = LogRows::open(&place.log)
        .and_then(|rows| rows.find_unit("u1", 1, |_| ControlFlow::Continue(())));
    let found = found.expect("a readable log");
    assert_eq!((found.total, found.is_complete), (2, true));
    let row = &found.rows[0];
    assert_eq!(row.layer_id, Some("web".into()));
    assert_eq!(row.slot_index, Some(7));
    assert_eq!(row.at, Some(time("2025-03-01T09:02:00Z")));

    let arm = LoggedArm {
        experiment_id: "exp".into(),
        group: Some("free".into()),
        variant: "a".into(),
    };
    let found = LogRows::open(&place.log)
        .and_then(|rows| rows.find_arm(&arm, 9, |_| ControlFlow::Continue(())));
    let found = found.expect("a readable log");
    let units: Vec<_> = found
        .units
        .iter()
        .map(|unit| (&*unit.unit_id, unit.at))
        .collect();
    let at = [2, 1].map(|minute| time("2025-03-01T09:00:00Z") + SignedDuration::from_mins(minute));
    assert_eq!(units, [("u1", at[0]), ("u2", at[1])]);

    let nothing = Timeline::new(&State::empty(HashAlgorithm::Sha256), &[]);
    let options = ReplayOptions::default();
    let rows = LogRows::open(&place.log).expect("a log");
    let replayed = replay(&rows, &nothing, &options, &mut |_| {});
    let replayed = replayed.expect("a readable log");
    assert_eq!((replayed.rows(), replayed.mismatching()), (3, 3));
    let said = &replayed.listed[0].logged;
    assert_eq!(said.slot_index, Some(7));
    assert_eq!(said.variant.as_deref(), Some("a"));
}

#[test]
fn a_row_says_which_state_answered_where_the_log_has_the_column() {
    let place = place();
    let arm = Arm::new(None);
    let logger = open(&place.log);
    let revision = Revision::new("0123456789abcdef");
    let rows = [Some(&revision), None].map(|revision| Assignment {
        revision,
        ..arm.of("u1")
    });
    let at = time("2025-03-01T09:00:00Z");
    logger.log_assignments(&rows, at).expect("taken");
    logger.close().expect("written");
    assert_eq!(
        revisions(&place.log),
        [Some("0123456789ab".to_owned()), None]
    );
    run(
        &place.log,
        "ALTER TABLE user_assignments DROP COLUMN revision",
    );
    assert_eq!(revisions(&place.log), [None, None]);
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
    assert_eq!(counts.summary().arms()[0].units, shorter.rows);
    fs::remove_file(&place.log).expect("removed");
    let others = row.replace("'u'", "'w'");
    run(&place.log, &format!("{PYTHON_TABLE} {others}"));
    let other = refresh(&mut counts);
    assert_eq!((other.rows, other.restarted), (200_000, true));
    assert_eq!(
        (counts.summary().arms()[0].units, counts.rows()),
        (200_000, 200_000)
    );
}

#[test]
fn rows_that_a_deletion_renumbers_are_counted_anew() {
    let rows = |from: u32, to: u32| {
        format!(
            "INSERT INTO user_assignments SELECT 'u' || i, 'web', 7, 'exp', 'Exp', 'a', 'assigned',
             '2025-03-01 09:00:00' FROM range({from}, {to}) t(i)"
        )
    };
    let place = place_with(&format!("{PYTHON_TABLE} {}", rows(0, 250_000)));
    let mut counts = place.counts();
    assert_eq!(refresh(&mut counts).rows, 250_000);
    run(
        &place.log,
        "DELETE FROM user_assignments WHERE rowid % 2 = 1",
    );
    // These get row ids that others had.
    run(&place.log, &rows(250_000, 251_000));
    let anew = refresh(&mut counts);
    assert_eq!((anew.rows, anew.restarted), (126_000, true));
    assert_eq!(counts.summary().arms()[0].units, 126_000);
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
        .refresh(|_| ControlFlow::Break(()))
        .expect("a log")
        .is_complete
    {
        reads += 1;
        assert!(reads < 100);
    }
    assert!(reads > 1, "it was never stopped");
    let arm = &counts.summary().arms()[0];
    assert_eq!((arm.units, arm.exposures), (150_000, 200_000));
}
