//! The verdict against a slow and plain one, which goes over the rows again for every number.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use avos::domain::GroupName;
use avos::exposure::{CountOptions, ExposureCounter};
use avos::srm::{Evidence, Sample, Sequential};
use avos::traffic::{AnomalyKind, EvidencePoint, GRACE, Judge, SplitTraffic, SplitWindow};
use proptest::collection::vec;
use proptest::prelude::*;

use super::support::{Desk, Row, at, noon};
use crate::support::layers::{LayerYaml, experiment, layer};

const ALPHA: f64 = 0.05;

type Shares = [(&'static str, f64); 3];

/// Of `plain` and of each group of `grouped`, the variants with their shares.
const SPLITS: [(&str, Option<&str>, Shares); 3] = [
    ("grouped", Some("x"), [("a", 0.5), ("b", 0.5), ("c", 0.0)]),
    ("grouped", Some("y"), [("a", 0.1), ("b", 0.2), ("c", 0.7)]),
    ("plain", None, [("a", 0.2), ("b", 0.6), ("c", 0.2)]),
];

fn layers() -> LayerYaml {
    let grouped = experiment("grouped")
        .set("variants", "[a, b, c]")
        .set("traffic_allocation", "{a: 0.5, b: 0.5, c: 0.0}")
        .set("splitter_type", "segment")
        .set(
            "segment_allocations",
            "{x: {a: 0.5, b: 0.5, c: 0.0}, y: {a: 0.1, b: 0.2, c: 0.7}}",
        );
    let plain = experiment("plain")
        .set("variants", "[a, b, c]")
        .set("traffic_allocation", "{a: 0.2, b: 0.6, c: 0.2}");
    layer("web").with(grouped).with(plain)
}

fn rows() -> impl Strategy<Value = Vec<Row<'static>>> {
    let split = 0..SPLITS.len();
    let variant = prop_oneof![6 => Just("a"), 3 => Just("b"), 1 => Just("c"), 1 => Just("d")];
    let at = prop_oneof![9 => 0..1200_i64, 1 => -90_000..90_000_i64];
    let row = (0..60_u32, split, variant, at).prop_map(|(unit, split, variant, at)| Row {
        unit: unit.to_string(),
        experiment: SPLITS[split].0,
        group: SPLITS[split].1,
        variant,
        at,
    });
    vec(row, 0..200)
}

/// The rows with their indices that are a unit's first ones in an experiment.
fn first_ones<'r, 'a>(rows: &'r [Row<'a>]) -> Vec<(usize, &'r Row<'a>)> {
    let mut seen = BTreeSet::new();
    let rows = rows.iter().enumerate();
    rows.filter(|(_, row)| seen.insert((row.experiment, &row.unit)))
        .collect()
}

/// What the plain way finds of a split.
struct Plain {
    units: Vec<u64>,
    /// The row of its first unit that is tested.
    first: Option<usize>,
    /// What each look says, with the row that it is at: there are so few units that each is one.
    looks: Vec<(usize, u64, Evidence)>,
    windows: Vec<SplitWindow>,
}

impl Plain {
    fn new(rows: &[Row], split: usize) -> Self {
        let (experiment, group, shares) = SPLITS[split];
        let is_here = |row: &Row| row.experiment == experiment && row.group == group;
        let firsts = first_ones(rows).into_iter();
        let firsts: Vec<(usize, &Row)> = firsts.filter(|(_, row)| is_here(row)).collect();
        let weights = shares.map(|(_, share)| share);
        let mut test = Sequential::default();
        let mut counts = [0; 3];
        let mut looks = Vec::new();
        for (index, row) in &firsts {
            let arm = shares
                .iter()
                .position(|(variant, _)| *variant == row.variant);
            if let Some(arm) = arm {
                counts[arm] += 1;
                let sample = Sample::new(&counts, &weights).expect("a sample");
                looks.push((*index, counts.iter().sum(), test.update(&sample)));
            }
        }
        let minute = |row: &Row| row.at.div_euclid(60);
        let here = || rows.iter().filter(|row| is_here(row));
        let minutes: BTreeSet<i64> = here().map(minute).collect();
        let windows = minutes.into_iter().map(|number| SplitWindow {
            start: noon(number * 60),
            units: firsts
                .iter()
                .filter(|(_, row)| minute(row) == number)
                .count() as u64,
            exposures: here().filter(|row| minute(row) == number).count() as u64,
        });
        Self {
            units: counts.to_vec(),
            first: looks.first().map(|(index, ..)| *index),
            windows: windows.collect(),
            looks,
        }
    }
}

/// The silent arms as `experiment group variant units`.
fn silent(rows: &[Row]) -> BTreeSet<String> {
    let mut silent = BTreeSet::new();
    let firsts = first_ones(rows);
    for (experiment, group, shares) in SPLITS {
        let is_here = |row: &&Row| row.experiment == experiment && row.group == group;
        let here: Vec<&Row> = rows.iter().filter(is_here).collect();
        let Some(latest) = here.iter().map(|row| row.at).max() else {
            continue;
        };
        for (variant, share) in shares {
            let of_arm = |row: &Row| row.variant == variant;
            let last_row = rows.iter().rposition(|row| is_here(&row) && of_arm(row));
            let own: Vec<i64> = here
                .iter()
                .filter(|row| of_arm(row))
                .map(|row| row.at)
                .collect();
            let since = match own.iter().max() {
                Some(last) => *last,
                None => here.iter().map(|row| row.at).min().expect("some"),
            };
            let minute = |row: &Row| row.at.div_euclid(60);
            let here = firsts.iter().filter(|(_, row)| is_here(row));
            let count = |is_counted: &dyn Fn(usize, &Row) -> bool| {
                let counted = here.clone().filter(|(index, row)| is_counted(*index, row));
                counted.count()
            };
            let units = match last_row {
                None => count(&|_, _| true),
                // Written later and not of an earlier minute, or else of a later minute.
                Some(last_row) => {
                    let last = since.div_euclid(60);
                    let written = count(&|index, _| index > last_row);
                    let from_then =
                        count(&|_, row| minute(row) > last || minute(row) == last && !of_arm(row));
                    written
                        .min(from_then)
                        .max(count(&|_, row| minute(row) > last))
                }
            };
            let units = u32::try_from(units).expect("few");
            let is_improbable = (0..units).fold(1.0, |p, _| p * (1.0 - share)) <= 0.001;
            if share > 0.0 && is_improbable && latest - since >= GRACE.as_secs() {
                silent.insert(format!("{experiment} {group:?} {variant} {units}"));
            }
        }
    }
    silent
}

fn check(rows: &[Row]) -> Result<(), TestCaseError> {
    let desk = Desk::with(&[layers()]);
    desk.log(rows);
    let traffic = desk.judge();
    prop_assert_eq!(traffic.splits.len(), SPLITS.len());
    let plain: Vec<Plain> = (0..SPLITS.len())
        .map(|split| Plain::new(rows, split))
        .collect();
    let mut firsts: Vec<usize> = plain.iter().filter_map(|it| it.first).collect();
    firsts.sort_unstable();
    let mut ranks = BTreeMap::new();
    for (plain, (experiment, group, shares)) in plain.iter().zip(SPLITS) {
        let is_it = |split: &&SplitTraffic| {
            split.experiment_id.as_str() == experiment
                && split.group.as_ref().map(GroupName::as_str) == group
        };
        let rank = traffic
            .splits
            .iter()
            .position(|split| is_it(&split))
            .expect("the split");
        let split = &traffic.splits[rank];
        prop_assert_eq!(&split.windows, &plain.windows);
        let units: Vec<u64> = split.arms.iter().map(|arm| arm.units).collect();
        prop_assert_eq!(&units[..3], &plain.units[..]);
        let Some((_, _, evidence)) = plain.looks.last() else {
            prop_assert!(split.test.is_err());
            continue;
        };
        let tested = split.test.as_ref().expect("tested");
        prop_assert_eq!(tested.srm.sequential, *evidence);
        let order = firsts.iter().position(|first| plain.first == Some(*first));
        let order = order.expect("a first unit") + 1;
        let weight = 1.0 / (order * (order + 1)) as f64;
        prop_assert_eq!(tested.order, order as u64);
        prop_assert!((tested.weight - weight).abs() < 1e-15);
        let corrected = (evidence.p_value / tested.weight).min(1.0);
        prop_assert!((tested.corrected_p_value - corrected).abs() < 1e-15);
        prop_assert_eq!(tested.is_mismatch, corrected <= ALPHA);
        let mut looks = plain.looks.iter();
        let crossed = looks.find(|(.., look)| look.p_value / tested.weight <= ALPHA);
        let crossed = crossed.map(|(row, units, _)| (noon(rows[*row].at), *units));
        let crossing = tested.crossing;
        prop_assert_eq!(crossing.map(|it| (it.since, it.units)), crossed);
        let mut least = 1.0;
        let falls = plain.looks.iter().filter_map(|(row, units, look)| {
            let falls = look.p_value < least;
            least = look.p_value;
            let point = EvidencePoint {
                at: noon(rows[*row].at),
                units: *units,
                p_value: look.p_value,
            };
            falls.then_some(point)
        });
        prop_assert_eq!(&tested.course, &falls.collect::<Vec<_>>());
        // An expected share lies outside of its interval exactly where there is a mismatch.
        let intervals = tested.intervals.iter().zip(shares);
        let distances = intervals.map(|(interval, (_, share))| interval.distance(share));
        prop_assert_eq!(distances.fold(0.0, f64::max) > 0.0, tested.is_mismatch);
        prop_assert_eq!(tested.onset.is_some(), tested.is_mismatch);
        let total: u64 = plain.units.iter().sum();
        let off = |arm: usize| plain.units[arm] as f64 / total as f64 - shares[arm].1;
        let (arm, by) = tested.deviation.expect("units");
        prop_assert!((off(arm) - by).abs() < 1e-12);
        prop_assert!((0..3).all(|other| off(other).abs() <= by.abs() + 1e-12));
        // What is no mismatch stands by its gravest anomaly, without one after all that have some.
        let gravest = split.gravest.filter(|_| !tested.is_mismatch);
        let is_clean = !tested.is_mismatch && gravest.is_none();
        ranks.insert(rank, (!tested.is_mismatch, is_clean, gravest, corrected));
    }
    prop_assert!(ranks.values().is_sorted(), "the worst first");
    let found = traffic
        .anomalies
        .iter()
        .filter(|it| it.kind == AnomalyKind::Silent);
    let found: BTreeSet<String> = found
        .map(|it| {
            let group = it.group.as_ref().map(GroupName::as_str);
            let variant = it.variant.as_ref().expect("an arm");
            let id = it.experiment_id.as_ref().expect("an experiment");
            format!("{id} {group:?} {variant} {}", it.count)
        })
        .collect();
    prop_assert_eq!(found, silent(rows));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_verdict_is_the_plain_one(rows in rows()) {
        check(&rows)?;
    }

    /// Whatever is appended, a mismatch stays one, since the same time, with the same weight.
    #[test]
    fn no_later_row_takes_a_mismatch_back(rows in rows(), later in rows()) {
        let desk = Desk::with(&[layers()]);
        desk.log(&rows);
        let before = desk.judge();
        desk.log(&later);
        let after = desk.judge();
        for split in before.splits.iter().filter(|split| split.is_mismatch()) {
            let is_it = |other: &&SplitTraffic| other.name() == split.name();
            let found = after.splits.iter().find(is_it).expect("it stays");
            let (then, now) = (split.test.as_ref().expect("tested"), found.test.as_ref().expect("tested"));
            prop_assert!(now.is_mismatch);
            prop_assert_eq!(then.crossing, now.crossing);
            prop_assert_eq!(then.order, now.order);
            prop_assert!(now.corrected_p_value <= then.corrected_p_value);
        }
    }

    /// A judge that saw the log grow says what one says that sees all of it at once.
    #[test]
    fn a_judge_that_goes_on_says_what_a_new_one_says(parts in vec(rows(), 1..4)) {
        let desk = Desk::with(&[layers()]);
        let mut counts = ExposureCounter::new(&desk.log, CountOptions::default());
        let mut following = Judge::default();
        for rows in &parts {
            desk.log(rows);
            let refresh = counts.refresh(|_| ControlFlow::Continue(()));
            refresh.expect("a readable log");
            let followed = following.judge(counts.summary(), &desk.timeline(), &at(ALPHA));
            prop_assert_eq!(format!("{:?}", followed), format!("{:?}", desk.judge()));
        }
    }
}
