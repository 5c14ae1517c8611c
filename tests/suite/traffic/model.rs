//! The verdict against a slow and plain one, which goes over the rows again for every number.

use std::collections::{BTreeMap, BTreeSet};

use avos::domain::GroupName;
use avos::srm::{Evidence, Sample, Sequential, holm};
use avos::traffic::{AnomalyKind, GRACE, Look, SplitTraffic};
use proptest::collection::vec;
use proptest::prelude::*;

use super::support::{Desk, Row, noon};
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
    evidence: Option<Evidence>,
    /// With the units that are tested at the end of each.
    looks: Vec<(Look, u64)>,
}

impl Plain {
    fn new(rows: &[Row], split: usize) -> Self {
        let (experiment, group, shares) = SPLITS[split];
        let is_here = |row: &Row| row.experiment == experiment && row.group == group;
        let firsts: Vec<_> = first_ones(rows);
        let firsts: Vec<&Row> = firsts
            .iter()
            .map(|(_, row)| *row)
            .filter(|row| is_here(row))
            .collect();
        let minute = |row: &Row| row.at.div_euclid(60);
        let minutes: BTreeSet<i64> = rows.iter().filter(|row| is_here(row)).map(minute).collect();
        let units = |through: i64| {
            let count = |variant: &str| {
                let of = |row: &&&Row| row.variant == variant && minute(row) <= through;
                firsts.iter().filter(of).count() as u64
            };
            shares.map(|(variant, _)| count(variant)).to_vec()
        };
        let weights = shares.map(|(_, share)| share);
        let mut test = Sequential::default();
        let mut evidence = None;
        let looks = minutes.iter().map(|&number| {
            let counts = units(number);
            let total: u64 = counts.iter().sum();
            if total > 0 {
                let sample = Sample::new(&counts, &weights).expect("a sample");
                evidence = Some(test.update(&sample));
            }
            let in_it = |row: &&&Row| minute(row) == number;
            let look = Look {
                start: noon(number * 60),
                units: firsts.iter().filter(in_it).count() as u64,
                exposures: rows
                    .iter()
                    .filter(|row| is_here(row))
                    .filter(|row| minute(row) == number)
                    .count() as u64,
                tested_units: total,
                p_value: evidence.map_or(1.0, |evidence| evidence.p_value),
            };
            (look, total)
        });
        let looks = looks.collect();
        Self {
            units: units(i64::MAX),
            evidence,
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
            let after = |index: usize| last_row.is_none_or(|last| index > last);
            let units = firsts
                .iter()
                .filter(|(index, row)| is_here(row) && after(*index));
            let units = u32::try_from(units.count()).expect("few");
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
    let p_values: Vec<f64> = plain
        .iter()
        .filter_map(|it| it.evidence)
        .map(|it| it.p_value)
        .collect();
    let mut corrected = holm(&p_values).into_iter();
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
        let looks: Vec<Look> = plain.looks.iter().map(|(look, _)| *look).collect();
        prop_assert_eq!(&split.looks, &looks);
        let units: Vec<u64> = split.arms.iter().map(|arm| arm.units).collect();
        prop_assert_eq!(&units[..3], &plain.units[..]);
        let Some(evidence) = plain.evidence else {
            prop_assert!(split.test.is_err());
            continue;
        };
        let tested = split.test.as_ref().expect("tested");
        let corrected = corrected.next().expect("a p-value");
        prop_assert_eq!(tested.srm.sequential, evidence);
        prop_assert!((tested.holm_p_value - corrected).abs() < 1e-15);
        prop_assert_eq!(tested.is_mismatch, corrected <= ALPHA);
        // Holm multiplies by how many p-values are no smaller.
        let factor = p_values.iter().filter(|p| **p >= evidence.p_value).count() as f64;
        let crossed = plain
            .looks
            .iter()
            .find(|(look, _)| look.p_value * factor <= ALPHA);
        let crossed = crossed.filter(|_| tested.is_mismatch);
        let crossing = tested
            .crossing
            .map(|crossing| (crossing.since, crossing.units));
        prop_assert_eq!(crossing, crossed.map(|(look, units)| (look.start, *units)));
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
            format!("{} {group:?} {variant} {}", it.experiment_id, it.count)
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
}
