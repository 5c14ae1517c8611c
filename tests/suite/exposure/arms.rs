//! The units that an arm got last.

use std::ops::ControlFlow;

use avos::exposure::{
    ArmUnits, AssignmentLogger, ExposureRows, FileLogger, LogRows, LoggedArm, LoggedAssignment,
    LoggerOptions, MemoryLogger,
};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::support::{Arm, Place, time};

const AT: &str = "2026-01-01T10:00:00Z";

fn arm(experiment: &str, group: Option<&str>, variant: &str) -> LoggedArm {
    LoggedArm {
        experiment_id: experiment.into(),
        group: group.map(Into::into),
        variant: variant.into(),
    }
}

fn found(place: &Place, arm: &LoggedArm, limit: usize) -> ArmUnits {
    let found = LogRows::open(&place.log)
        .and_then(|rows| rows.find_arm(arm, limit, |_| ControlFlow::Continue(())));
    found.expect("a readable log")
}

fn units(found: &ArmUnits) -> Vec<&str> {
    let units = found.units.iter();
    units.map(|unit| unit.unit_id.as_str()).collect()
}

#[test]
fn only_what_counts_as_an_exposure_of_the_arm_is_found() {
    let hour = |hour: &str| format!("2026-01-01 {hour}:00:00.000000");
    let [ten, eleven, noon] = ["10", "11", "12"].map(hour);
    let place = Place::python(&[
        ["ann", "x", "b", "assigned", &ten],
        ["bob", "x", "b", "assigned", &eleven],
        ["cid", "x", "a", "assigned", &eleven],
        ["dan", "y", "b", "assigned", &eleven],
        ["eve", "x", "b", "paused", &eleven],
        ["fay", "x", "b", "assigned", "never"],
        ["gus", "-", "-", "not_assigned", &eleven],
        ["ann", "x", "b", "assigned", &noon],
    ]);
    let found = found(&place, &arm("x", None, "b"), 20);
    assert!(found.is_complete);
    // The newest first, each once, with its last row.
    assert_eq!(units(&found), ["ann", "bob"]);
    assert_eq!(found.units[0].at, time("2026-01-01T12:00:00Z"));
    assert_eq!(found.units[0].slot_index, Some(0));
}

#[test]
fn a_search_ends_where_it_has_enough_and_can_be_stopped() {
    let place = Place::python(&[]);
    place.sql(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999) \
         INSERT INTO user_assignments SELECT 'user_' || (i % 30), 'web', 7, 'x', 'X', \
         iif(i < 40000, 'b', 'a'), 'assigned', '2026-01-01 10:00:00' FROM n",
    );
    let rows = LogRows::open(&place.log).expect("a log");
    let search = |variant: &str, limit, stop_at: f64| {
        let mut told = Vec::new();
        let found = rows.find_arm(&arm("x", None, variant), limit, |fraction| {
            told.push(fraction);
            if fraction < stop_at {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        (found.expect("a readable log"), told)
    };
    let (at_the_end, told) = search("a", 2, 1.0);
    assert_eq!(units(&at_the_end), ["user_9", "user_8"]);
    assert_eq!((at_the_end.is_complete, told), (true, vec![0.0]));
    // The last of `b` is row 39,999; its units are spread over two parts of the log.
    let (silent, told) = search("b", 40, 1.0);
    let all: Vec<String> = (0..30).map(|n| format!("user_{}", (39 - n) % 30)).collect();
    assert_eq!(units(&silent), all);
    assert_eq!(
        (silent.is_complete, told),
        (true, vec![0.0, 0.25, 0.5, 0.75])
    );
    let (stopped, told) = search("b", 40, 0.5);
    assert_eq!((stopped.is_complete, told), (false, vec![0.0, 0.25, 0.5]));
    assert_eq!(units(&stopped), [""; 0]);
}

#[test]
fn an_empty_log_has_no_units() {
    let place = Place::python(&[]);
    let found = found(&place, &arm("x", None, "b"), 20);
    assert_eq!((found.units.len(), found.is_complete), (0, true));
}

/// The same in plain words.
fn expected(rows: &[LoggedAssignment], arm: &LoggedArm, limit: usize) -> Vec<String> {
    let mut units = Vec::new();
    for row in rows.iter().rev() {
        let is_of_group = arm.group.is_none() || row.group == arm.group;
        let is_of_arm = row.experiment_id.as_ref() == Some(&arm.experiment_id)
            && row.variant.as_ref() == Some(&arm.variant);
        if is_of_arm && is_of_group && !units.contains(&row.unit_id) {
            units.push(row.unit_id.clone());
        }
    }
    units.truncate(limit);
    units
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Rows in memory and in a file give the same units, whatever is asked.
    #[test]
    fn any_rows_give_the_same_in_memory_and_in_a_file(
        rows in prop::collection::vec((0..6_u8, 0..2_usize, 0..2_usize, 0..3_usize), 0..40),
        limit in 1..5_usize,
    ) {
        let place = Place::empty();
        let file = FileLogger::open(&place.log, LoggerOptions::default()).expect("a log");
        let memory = MemoryLogger::default();
        let groups = [None, Some("free"), Some("pro")];
        for (minute, (unit, experiment, variant, group)) in (0..).zip(&rows) {
            let mut of = Arm::new(groups[*group]);
            of.experiment = ["x", "y"][*experiment].into();
            of.variant = ["a", "b"][*variant].into();
            let unit = unit.to_string();
            let row = [of.of(&unit)];
            let at = time(AT) + SignedDuration::from_mins(minute);
            for logger in [&file as &dyn AssignmentLogger, &memory] {
                logger.log_assignments(&row, at).expect("taken");
            }
        }
        file.close().expect("written");
        let rows = memory.logged();
        for group in groups {
            let arm = arm("x", group, "b");
            let in_file = found(&place, &arm, limit);
            let in_memory = rows.find_arm(&arm, limit, |_| ControlFlow::Continue(()));
            let in_memory = in_memory.expect("it is in memory");
            prop_assert_eq!(&in_file, &in_memory);
            prop_assert_eq!(units(&in_file), expected(&rows, &arm, limit));
        }
    }
}
