//! How fast units find their slot and variant, beside the floor: two bare hashes of as many bytes.
//!
//! `cargo bench --bench assign`

use std::sync::Arc;

use avos::assign::{Assigner, Groups, simulate};
use avos::domain::{
    Allocation, Arm, Experiment, Fraction, HashAlgorithm, Layer, LayerId, LayerState, Revision,
    Splitter, State, Status,
};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::Timestamp;
use md5::Md5;
use sha2::{Digest, Sha256};

const UNITS: usize = 100_000;
const SALT: &str = "homepage_salt_2025";
const EXPERIMENT: &str = "hero_button_colors_v1";

fn main() {
    divan::main();
}

fn units() -> Vec<String> {
    (0..UNITS).map(|number| format!("user_{number}")).collect()
}

/// Ids of 36 characters, as UUIDs are written: with a salt, most take a second block to hash.
fn uuids() -> Vec<String> {
    let uuid = |number: usize| {
        // Spread over all digits; only the length matters.
        let spread = (number as u128 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        let digits = format!("{spread:032x}");
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| &digits[range]);
        parts.join("-")
    };
    (0..UNITS).map(uuid).collect()
}

/// A layer of 1000 slots, all active for one experiment of two arms.
fn state(hash_algorithm: HashAlgorithm) -> State {
    let arm = |name: &str| Arm {
        variant: name.into(),
        fraction: Fraction::new(0.5).expect("a fraction"),
    };
    let experiment = Experiment {
        experiment_id: EXPERIMENT.into(),
        name: EXPERIMENT.to_owned(),
        traffic_allocation: Allocation::new(vec![arm("blue"), arm("green")]).expect("two halves"),
        splitter: Splitter::Hash,
        traffic_percentage: Fraction::ONE,
        reserved_percentage: Fraction::ONE,
        status: Status::Active,
        start_date: None,
        end_date: None,
        priority: 0,
    };
    let mut layer = LayerState::empty(Layer {
        layer_id: "home".into(),
        layer_salt: SALT.to_owned(),
        total_slots: 1000,
        total_traffic_percentage: Fraction::ONE,
        hash_algorithm,
    });
    let id = &experiment.experiment_id;
    layer.slots.reserve(id, 1000).expect("free slots");
    layer.slots.activate(id, 1000).expect("reserved slots");
    layer.experiments.push(experiment);
    State {
        revision: Revision::new(""),
        default_hash_algorithm: hash_algorithm,
        layers: [(LayerId::from("home"), Arc::new(layer))].into(),
        last_entry: None,
        slot_histories: [].into(),
    }
}

/// One by one, as a service asks.
#[divan::bench(args = HashAlgorithm::ALL)]
fn assign(bencher: Bencher, algorithm: HashAlgorithm) {
    let (units, assigner) = (units(), Assigner::new(&state(algorithm)));
    let (layer, groups, at) = (
        LayerId::from("home"),
        Groups::default(),
        Timestamp::UNIX_EPOCH,
    );
    bencher.counter(ItemsCount::new(UNITS)).bench_local(|| {
        for unit in &units {
            let _ = black_box(assigner.assign(&layer, black_box(unit), &groups, at));
        }
    });
}

/// One by one with the answers kept in a list, beside which `bulk` is measured.
#[divan::bench(args = HashAlgorithm::ALL)]
fn answers(bencher: Bencher, algorithm: HashAlgorithm) {
    let (units, assigner) = (units(), Assigner::new(&state(algorithm)));
    let (layer, groups, at) = (
        LayerId::from("home"),
        Groups::default(),
        Timestamp::UNIX_EPOCH,
    );
    let answer = |unit| assigner.assign(&layer, unit, &groups, at);
    bencher
        .counter(ItemsCount::new(UNITS))
        .bench_local(|| units.iter().map(|unit| answer(unit)).collect::<Vec<_>>());
}

/// The same list by all cores; `RAYON_NUM_THREADS` sets another number of threads.
#[cfg(feature = "bulk")]
#[divan::bench(args = HashAlgorithm::ALL)]
fn bulk(bencher: Bencher, algorithm: HashAlgorithm) {
    assign_all(bencher, algorithm, &units());
}

/// The same of UUIDs.
#[cfg(feature = "bulk")]
#[divan::bench(args = HashAlgorithm::ALL)]
fn bulk_of_uuids(bencher: Bencher, algorithm: HashAlgorithm) {
    assign_all(bencher, algorithm, &uuids());
}

#[cfg(feature = "bulk")]
fn assign_all(bencher: Bencher, algorithm: HashAlgorithm, units: &[String]) {
    let assigner = Assigner::new(&state(algorithm));
    let (layer, groups, at) = (
        LayerId::from("home"),
        Groups::default(),
        Timestamp::UNIX_EPOCH,
    );
    bencher
        .counter(ItemsCount::new(UNITS))
        .bench_local(|| assigner.assign_bulk(&layer, units, &groups, at));
}

/// As a sample, with the writing of ids and the counting, as the console asks on each save.
#[divan::bench(args = HashAlgorithm::ALL)]
fn sample(bencher: Bencher, algorithm: HashAlgorithm) {
    let assigner = Assigner::new(&state(algorithm));
    let (layer, groups, at) = (
        LayerId::from("home"),
        Groups::default(),
        Timestamp::UNIX_EPOCH,
    );
    bencher
        .counter(ItemsCount::new(UNITS))
        .bench_local(|| simulate(&assigner, &layer, UNITS as u64, &groups, at, &|| false));
}

/// The floor: each unit's two hashes and nothing else, the inputs lying ready.
#[divan::bench(args = HashAlgorithm::ALL)]
fn two_bare_hashes(bencher: Bencher, algorithm: HashAlgorithm) {
    hash_bare(bencher, algorithm, &units());
}

/// The same of UUIDs.
#[divan::bench(args = HashAlgorithm::ALL)]
fn two_bare_hashes_of_uuids(bencher: Bencher, algorithm: HashAlgorithm) {
    hash_bare(bencher, algorithm, &uuids());
}

fn hash_bare(bencher: Bencher, algorithm: HashAlgorithm, units: &[String]) {
    let inputs: Vec<[String; 2]> = units
        .iter()
        .map(|unit| match algorithm {
            HashAlgorithm::Sha256 => [
                format!("s\0{SALT}\0{unit}"),
                format!("v\0{EXPERIMENT}\0\0{unit}"),
            ],
            HashAlgorithm::Md5 => [format!("{unit}{SALT}"), format!("{unit}{EXPERIMENT}")],
        })
        .collect();
    bencher.counter(ItemsCount::new(UNITS)).bench_local(|| {
        for input in inputs.as_flattened() {
            match algorithm {
                HashAlgorithm::Sha256 => drop(black_box(Sha256::digest(black_box(input)))),
                HashAlgorithm::Md5 => drop(black_box(Md5::digest(black_box(input)))),
            }
        }
    });
}
