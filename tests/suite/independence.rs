//! Which answers of the assigner tell something of each other, over many units: a salt that is an
//! experiment's id, and salts that layers share.

use avos::assign::{Assigner, Groups};
use avos::config::check_sources;
use avos::domain::{HashAlgorithm, LayerId, State};
use avos::plan::{Scope, plan_changes};
use avos::srm::chi_squared_tail;

use crate::config::{now, sources};

const UNITS: u32 = 300_000;

/// The assigner of two layers with the same salt, which is also the id of the first's experiment.
fn assigner(algorithm: HashAlgorithm, slots: [u32; 2]) -> Assigner {
    let layer = |id: &str, experiment: &str, slots: u32| {
        format!(
            "layer_id: {id}\nlayer_salt: hero\ntotal_slots: {slots}\nhash_algorithm: {algorithm}\n\
             experiments:\n  - experiment_id: {experiment}\n    layer_id: {id}\n    name: N\n    \
             variants: [a, b, c]\n    traffic_allocation: {{a: 0.5, b: 0.3, c: 0.2}}\n    status: active\n"
        )
    };
    let (first, second) = (
        layer("one", "hero", slots[0]),
        layer("two", "other", slots[1]),
    );
    let checked = check_sources(&sources(&[("a.yml", &first), ("b.yml", &second)]), now());
    assert!(!checked.has_errors());
    let nothing = State::empty(algorithm);
    let planned = plan_changes(&checked.desired, &nothing, &Scope::All, now());
    Assigner::new(&nothing.with_layers(planned.after))
}

/// The p-value of the test of independence of two answers with so many values each.
fn p_value(pairs: impl Iterator<Item = (usize, usize)>, rows: usize, columns: usize) -> f64 {
    let mut cells = vec![vec![0_u32; columns]; rows];
    for (row, column) in pairs {
        cells[row][column] += 1;
    }
    let total = f64::from(cells.iter().flatten().sum::<u32>());
    let in_row = |row: usize| f64::from(cells[row].iter().sum::<u32>());
    let in_column = |column: usize| cells.iter().map(|row| f64::from(row[column])).sum::<f64>();
    let mut statistic = 0.0;
    for (row, counts) in cells.iter().enumerate() {
        for (column, count) in counts.iter().enumerate() {
            let expected = in_row(row) * in_column(column) / total;
            statistic += (f64::from(*count) - expected).powi(2) / expected;
        }
    }
    chi_squared_tail(statistic, (rows - 1) * (columns - 1))
}

/// A unit's slot and the number of its variant in a layer.
fn answer(assigner: &Assigner, layer: &str, unit: u32) -> (usize, usize) {
    let (layer, unit) = (LayerId::from(layer), format!("user_{unit}"));
    let answer = assigner
        .assign(&layer, &unit, &Groups::default(), now())
        .expect("an answer");
    let variant = answer.variant.as_ref().expect("a variant").as_str();
    let variant = ["a", "b", "c"]
        .iter()
        .position(|name| *name == variant)
        .expect("known");
    (answer.slot_index.0 as usize, variant)
}

#[test]
fn slot_and_variant_are_independent_even_where_both_come_from_one_hash() {
    for slots in [64, 97] {
        let assigner = assigner(HashAlgorithm::Md5, [slots, 1]);
        let pairs = (0..UNITS).map(|unit| answer(&assigner, "one", unit));
        let p = p_value(pairs, slots as usize, 3);
        assert!(p > 0.001, "{slots} slots: {p}");
    }
}

#[test]
fn slots_of_a_shared_salt_are_independent_without_a_common_factor_only() {
    use HashAlgorithm::{Md5, Sha256};
    for (algorithm, slots, are_independent) in [
        (Md5, [20, 21], true),
        (Sha256, [16, 9], true),
        (Md5, [20, 30], false),
        (Sha256, [20, 20], false),
    ] {
        let assigner = assigner(algorithm, slots);
        let slot = |layer, unit| answer(&assigner, layer, unit).0;
        let pairs = (0..UNITS / 3).map(|unit| (slot("one", unit), slot("two", unit)));
        let p = p_value(pairs, slots[0] as usize, slots[1] as usize);
        assert_eq!(p > 0.001, are_independent, "{algorithm} {slots:?}: {p}");
        assert!(are_independent || p < 1e-100, "{algorithm} {slots:?}: {p}");
    }
}
