//! For this module's tests: a small state, and how many rounds they run.

use std::sync::Arc;

use crate::domain::{
    Allocation, Arm, Experiment, Fraction, GroupName, HashAlgorithm, Layer, LayerId, LayerState,
    Revision, SlotIndex, SlotMap, SlotRun, SlotUse, Splitter, State, Status,
};

/// Returns how many rounds a test of hashing runs: a few under Miri, which is some thousand times slower.
pub(super) fn rounds(usual: u32) -> u32 {
    if cfg!(miri) {
        usual.div_ceil(128)
    } else {
        usual
    }
}

pub(super) fn allocation(fractions: &[(&str, f64)]) -> Allocation {
    let arms = fractions.iter().map(|&(variant, fraction)| Arm {
        variant: variant.into(),
        fraction: Fraction::new(fraction).expect("a fraction"),
    });
    Allocation::new(arms.collect()).expect("an allocation")
}

/// Returns an active experiment that splits units in halves between `a` and `b` by hash.
pub(crate) fn experiment(id: &str) -> Experiment {
    Experiment::builder(id)
        .name(format!("Experiment {id}"))
        .arm("a", 0.5)
        .arm("b", 0.5)
        .status(Status::Active)
        .build()
        .expect("an experiment")
}

/// Returns a splitter by segment: all of `free` get `a`, all of `paid` get `b`.
pub(super) fn by_segment() -> Splitter {
    let all_to = |variant| match variant {
        "a" => allocation(&[("a", 1.0), ("b", 0.0)]),
        _ => allocation(&[("a", 0.0), ("b", 1.0)]),
    };
    let groups = [("free", all_to("a")), ("paid", all_to("b"))];
    Splitter::Segment(
        groups
            .map(|(name, arms)| (GroupName::from(name), arms))
            .into(),
    )
}

/// Returns a state with one layer, `home`, of ten slots, on which the experiments hold the runs.
pub(crate) fn state(experiments: Vec<Experiment>, runs: &[(u32, u32, &str, SlotUse)]) -> State {
    let layer = Layer {
        layer_id: "home".into(),
        layer_salt: "salt".into(),
        total_slots: 10,
        total_traffic_percentage: Fraction::ONE,
        hash_algorithm: HashAlgorithm::Sha256,
    };
    let run = |&(first, last, id, usage): &(u32, u32, &str, SlotUse)| SlotRun {
        first: SlotIndex(first),
        last: SlotIndex(last),
        experiment_id: id.into(),
        usage,
    };
    let slots = SlotMap::from_runs(10, runs.iter().map(run).collect()).expect("valid runs");
    let layer = LayerState {
        layer,
        experiments,
        slots,
        holds: [].into(),
    };
    State {
        revision: Revision::new(""),
        default_hash_algorithm: HashAlgorithm::Sha256,
        layers: [(LayerId::from("home"), Arc::new(layer))].into(),
        last_entry: None,
        slot_histories: [].into(),
    }
}
