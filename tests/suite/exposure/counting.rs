//! Counting: what a log says, against what is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use avos::exposure::{CountOptions, ExposureCounter};
use jiff::Timestamp;
use proptest::prelude::*;

use super::support::{PYTHON_TABLE, Place, refresh, shown, time};

#[test]
fn each_unit_is_counted_once_by_its_first_exposure() {
    let place = Place::python(&[
        ["u1", "exp", "a", "assigned", "2025-03-01 09:00:00.000000"],
        ["u2", "exp", "b", "assigned", "2025-03-01 09:00:59.999999"],
        ["u1", "exp", "a", "assigned", "2025-03-01 09:01:00.000000"],
        ["u1", "exp", "b", "assigned", "2025-03-01 09:02:00.000000"],
        ["u1", "exp", "b", "assigned", "2025-03-01 09:03:00.000000"],
        ["u3", "exp", "b", "assigned", "2025-03-01 09:04:00.000000"],
        ["u1", "other", "b", "assigned", "2025-03-01 09:05:00.000000"],
        ["u4", "-", "-", "not_assigned", "2025-03-01 09:05:00.000000"],
        [
            "u5",
            "exp",
            "-",
            "experiment_inactive",
            "2025-03-01 09:05:00.000000",
        ],
        [
            "u5",
            "exp",
            "-",
            "experiment_inactive",
            "2025-03-01 09:05:00.000000",
        ],
    ]);
    insta::assert_snapshot!(shown(&place.counted()), @r"
    exp - a: 1 units, 2 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:01:00Z [2025-03-01T09:00:00Z 1]
    exp - b: 2 units, 4 exposures, 2025-03-01T09:00:59.999999Z to 2025-03-01T09:04:00Z [2025-03-01T09:00:00Z 1, 2025-03-01T09:04:00Z 1]
    other - b: 1 units, 1 exposures, 2025-03-01T09:05:00Z to 2025-03-01T09:05:00Z [2025-03-01T09:05:00Z 1]
    exp: 1 with several variants
    - not_assigned: 1
    exp experiment_inactive: 2
    ");
}

#[test]
fn a_unit_belongs_to_the_group_of_its_first_exposure() {
    let place = Place::with(PYTHON_TABLE);
    place.sql("ALTER TABLE user_assignments ADD COLUMN group_key VARCHAR");
    for (unit, group, variant) in [
        ("u1", "'free'", "a"),
        ("u1", "'paid'", "a"),
        ("u2", "'paid'", "b"),
        ("u2", "'free'", "a"),
        ("u3", "NULL", "a"),
        ("u4", "''", "a"),
    ] {
        place.sql(&format!(
            "INSERT INTO user_assignments VALUES ('{unit}', 'web', 1, 'exp', 'Exp', '{variant}',
             'assigned', '2025-03-01 09:00:00', {group})"
        ));
    }
    insta::assert_snapshot!(shown(&place.counted()), @r"
    exp - a: 2 units, 2 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00Z [2025-03-01T09:00:00Z 2]
    exp free a: 1 units, 2 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00Z [2025-03-01T09:00:00Z 1]
    exp paid a: 0 units, 1 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00Z []
    exp paid b: 1 units, 1 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00Z [2025-03-01T09:00:00Z 1]
    exp: 1 with several variants
    ");
}

#[test]
fn only_exposures_since_a_time_are_counted() {
    let place = Place::python(&[
        ["u1", "exp", "a", "assigned", "2025-03-01 09:00:00.000000"],
        ["u1", "exp", "b", "assigned", "2025-03-01 10:00:00.000000"],
        // A clock that was set back.
        ["u2", "exp", "a", "assigned", "2025-03-01 08:00:00.000000"],
        ["u3", "-", "-", "not_assigned", "2025-03-01 08:00:00.000000"],
        ["u2", "exp", "a", "assigned", "2025-03-01 10:00:00.000001"],
    ]);
    let mut options = CountOptions::default();
    options.since = Some(time("2025-03-01T10:00:00Z"));
    let mut counts = ExposureCounter::new(&place.log, options);
    refresh(&mut counts);
    insta::assert_snapshot!(shown(&counts), @r"
    exp - a: 1 units, 1 exposures, 2025-03-01T10:00:00.000001Z to 2025-03-01T10:00:00.000001Z [2025-03-01T10:00:00Z 1]
    exp - b: 1 units, 1 exposures, 2025-03-01T10:00:00Z to 2025-03-01T10:00:00Z [2025-03-01T10:00:00Z 1]
    ");
    assert_eq!(counts.rows(), 5);
}

#[test]
fn a_long_log_is_read_in_pieces_and_counted_in_order() {
    // Several pieces for each reader, with row ids that are far apart at the end.
    let place = Place::with(PYTHON_TABLE);
    place.sql(
        "INSERT INTO user_assignments
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199999)
         SELECT 'u' || (i % 70000), 'web', 0, 'exp', 'Exp', char(97 + i / 70000), 'assigned',
         datetime(1740819600 + i / 1000, 'unixepoch') FROM n;
         UPDATE user_assignments SET rowid = 4611686018427387904 WHERE rowid = 200000;",
    );
    let mut seen = Vec::new();
    let mut counts = place.counts();
    let read = counts.refresh(|progress| {
        seen.push(progress);
        ControlFlow::Continue(())
    });
    assert!(read.is_ok_and(|read| read.is_complete && read.rows == 200_000 && !read.restarted));
    let units: Vec<(u64, u64)> = counts
        .summary()
        .arms()
        .iter()
        .map(|arm| (arm.units, arm.exposures))
        .collect();
    assert_eq!(units, [(70_000, 70_000), (0, 70_000), (0, 60_000)]);
    assert_eq!(counts.summary().conflicting_units(&"exp".into()), 70_000);
    assert!(seen.is_sorted_by(|a, b| a.rows < b.rows && a.fraction <= b.fraction));
    assert!(
        seen.last()
            .is_some_and(|last| (last.fraction - 1.0).abs() < 1e-9)
    );
    let (remembered, bytes) = (counts.remembered_units(), counts.remembered_bytes());
    assert!(
        remembered == 70_000 && bytes <= (15 + 8) * remembered,
        "{bytes}"
    );
}

#[test]
fn a_read_that_was_stopped_goes_on_where_it_ended() {
    let place = Place::with(PYTHON_TABLE);
    place.sql(
        "INSERT INTO user_assignments
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 149999)
         SELECT 'u' || i, 'web', 0, 'exp', 'Exp', 'a', 'assigned', '2025-03-01 09:00:00' FROM n",
    );
    let mut counts = place.counts();
    let mut reads = 0;
    loop {
        let read = counts.refresh(|_| ControlFlow::Break(())).expect("a log");
        if read.rows == 0 {
            assert!(read.is_complete);
            break;
        }
        reads += 1;
        assert!(!read.restarted);
        assert_eq!(counts.summary().arms()[0].units, counts.rows());
    }
    assert!(reads > 2, "{reads}");
    assert_eq!(counts.rows(), 150_000);
}

/// A Saturday in 2025, from which the seconds of rows count.
const START: i64 = 1_740_787_200;

/// A row: unit, experiment, variant, whether assigned, second.
type Row = (u8, u8, u8, bool, i64);

/// What counts must be: units and exposures by experiment and variant, all and by window; the
/// units of the experiment since a variant's last exposure; units with several variants by
/// experiment.
#[derive(Debug, Default, PartialEq)]
struct Expected {
    arms: BTreeMap<(String, String), (u64, u64)>,
    since_last: BTreeMap<(String, String), u64>,
    windows: BTreeMap<(String, String), BTreeMap<i64, (u64, u64)>>,
    conflicts: BTreeMap<String, u64>,
}

impl Expected {
    fn of(rows: &[Row], since: i64) -> Self {
        let mut expected = Self::default();
        let mut variants: BTreeMap<(u8, u8), BTreeSet<u8>> = BTreeMap::new();
        for &(unit, experiment, variant, is_assigned, second) in rows {
            if !is_assigned || second < since {
                continue;
            }
            let arm = (format!("e{experiment}"), format!("v{variant}"));
            let seen = variants.entry((unit, experiment)).or_default();
            let window = second.div_euclid(60) * 60;
            let windows = expected.windows.entry(arm.clone()).or_default();
            let is_first = u64::from(seen.is_empty());
            for counts in [
                expected.arms.entry(arm.clone()).or_default(),
                windows.entry(window).or_default(),
            ] {
                counts.0 += is_first;
                counts.1 += 1;
            }
            for (other, since) in &mut expected.since_last {
                *since += is_first * u64::from(other.0 == arm.0);
            }
            expected.since_last.insert(arm, 0);
            seen.insert(variant);
        }
        for ((_, experiment), seen) in variants {
            if seen.len() > 1 {
                *expected
                    .conflicts
                    .entry(format!("e{experiment}"))
                    .or_default() += 1;
            }
        }
        expected
    }

    fn found(counts: &ExposureCounter) -> Self {
        let mut found = Self::default();
        for arm in counts.summary().arms() {
            let id = arm.experiment_id.to_string();
            let conflicts = counts.summary().conflicting_units(&arm.experiment_id);
            if conflicts > 0 {
                found.conflicts.insert(id.clone(), conflicts);
            }
            let windows = counts.summary().windows(&arm).into_iter();
            let windows = windows.map(|window| {
                (
                    window.start.as_second() - START,
                    (window.units, window.exposures),
                )
            });
            let key = (id, arm.variant.to_string());
            found.windows.insert(key.clone(), windows.collect());
            let since_last = arm.units_elsewhere_since;
            found.since_last.insert(key.clone(), since_last);
            found.arms.insert(key, (arm.units, arm.exposures));
        }
        found
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However the rows come, and however many at a time.
    #[test]
    fn counts_are_those_of_a_plain_count(
        rows in prop::collection::vec((0..20_u8, 0..3_u8, 0..3_u8, prop::bool::weighted(0.9), -200..200_i64), 0..120),
        step in 1..60_usize,
        since in prop::option::of(-200..200_i64),
    ) {
        let place = Place::with(PYTHON_TABLE);
        let mut options = CountOptions::default();
        options.since = since.map(|second| Timestamp::from_second(START + second).expect("a time"));
        let mut counts = ExposureCounter::new(&place.log, options);
        for some in rows.chunks(step) {
            let values: Vec<String> = some.iter().map(|(unit, experiment, variant, is_assigned, second)| {
                let status = if *is_assigned { "assigned" } else { "experiment_inactive" };
                format!("('u{unit}', 'web', 0, 'e{experiment}', 'E', 'v{variant}', '{status}', datetime({START} + {second}, 'unixepoch'))")
            }).collect();
            place.sql(&format!("INSERT INTO user_assignments VALUES {}", values.join(", ")));
            prop_assert_eq!(refresh(&mut counts).rows, some.len() as u64);
        }
        let expected = Expected::of(&rows, since.unwrap_or(i64::MIN));
        prop_assert_eq!(Expected::found(&counts), expected);
    }
}
