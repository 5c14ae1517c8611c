//! A row that can't be read is skipped for the same reason by everyone who reads the log.

use std::ops::ControlFlow;

use avos::exposure::{CountOptions, ExposureCounter, Skipped, Skips};
use avos::replay::ReplayOptions;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::select;

use super::support::{Desk, minute, shown, time};
use crate::support::cases::with_cases;
use crate::support::layers::{experiment, layer};

/// Values as SQL, for any column.
const ODD: &[&str] = &[
    "NULL",
    "''",
    "' '",
    "0",
    "9",
    "9.0",
    "9.5",
    "-0.0",
    "9007199254740992.0",
    "1e300",
    "9e999",
    "'9'",
    "'9.0'",
    "'9,0'",
    "x'ff'",
    "x'39'",
    "char(65279)",
    "char(65279) || 'hero'",
    "'hero'",
    "'home'",
    "'a'",
    "'assigned'",
    "'ASSIGNED'",
    "'not_assigned'",
    "'experiment_inactive'",
    "'lost'",
    "1772323200",
    "1772323200.5",
    "1772323200000",
    "46082.5",
    "20513",
    "'2026-03-01'",
    "'2026-03-01 12:00'",
    "'2026-03-01 12:00:00 UTC'",
    "'2026-03-01 12:00:00,5'",
    "'1970-01-01'",
    "'0001-01-01 00:00:00'",
    "'soon'",
    "char(10)",
];

/// A row: a value of its own for most columns, and an odd one for the others.
fn rows() -> impl Strategy<Value = Vec<String>> {
    let column = |usual: &'static str| prop_oneof![3 => Just(usual), 1 => select(ODD)];
    let row = [
        column("'u1'"),
        column("'home'"),
        column("7"),
        column("'hero'"),
        column("'a'"),
        column("'assigned'"),
        column("'2026-03-01 12:00:00'"),
        column("NULL"),
    ];
    prop::collection::vec(
        row.prop_map(|values| format!("({})", values.join(", "))),
        1..40,
    )
}

/// A database, and a log of these rows in columns without a type.
fn logged(rows: &[String]) -> Desk {
    let desk = Desk::empty();
    let hero = experiment("hero").set("traffic_percentage", 0.5);
    desk.apply(&[layer("home").with(hero)], minute(0));
    desk.sql(&format!(
        "CREATE TABLE user_assignments (unit_id, layer_id, slot_index, experiment_id, variant,
         status, assignment_timestamp, group_key);
         INSERT INTO user_assignments VALUES {}",
        rows.join(", ")
    ));
    desk
}

fn counted(desk: &Desk, since: Option<Timestamp>) -> ExposureCounter {
    let mut options = CountOptions::default();
    options.since = since;
    let mut counts = ExposureCounter::new(&desk.log, options);
    let read = counts.refresh(|_| ControlFlow::Continue(()));
    read.expect("a readable log");
    counts
}

fn listed(skips: &Skips) -> Vec<Skipped> {
    skips.iter().cloned().collect()
}

proptest! {
    #![proptest_config(with_cases(64))]

    #[test]
    fn counting_and_replaying_skip_the_same_rows_for_the_same_reasons(
        rows in rows(),
        since in prop::option::of(Just(time("2026-02-01T00:00:00Z"))),
    ) {
        let desk = logged(&rows);
        let counts = counted(&desk, since);
        let mut options = ReplayOptions::default();
        options.since = since;
        let replayed = desk.replay_with(&options);
        prop_assert_eq!(listed(counts.summary().skips()), listed(&replayed.skipped));
        // What isn't skipped is counted by one and checked by the other.
        let arms = counts.summary().arms().into_iter().map(|arm| arm.exposures);
        let statuses = counts.summary().statuses().into_iter().map(|status| status.exposures);
        let read: u64 = arms.chain(statuses).sum();
        prop_assert_eq!(read, replayed.rows() - replayed.skipped.rows());
    }
}

#[test]
fn a_group_that_nobody_asked_for_changes_nothing() {
    let desk = Desk::empty();
    let hero = experiment("hero").set("traffic_percentage", 1.0);
    let state = desk.apply(&[layer("home").with(hero)], minute(0));
    desk.serve(&state, &["u1", "u2", "u3", "u4", "u5"], minute(1));
    for (row, group) in ["'vip'", "''", "1.5", "x'ff'", "7"].iter().enumerate() {
        desk.sql(&format!(
            "UPDATE user_assignments SET group_key = {group} WHERE rowid = {}",
            row + 1
        ));
    }
    insta::assert_snapshot!(shown(&desk.replay()), @"5 rows: 5 matching, 0 refreshing, 0 random, 0 without group, 0 of unknown state");
}
