//! What is completed stays as it is.

use super::Violation;
use crate::diagnostic::{Rule, Severity};
use crate::domain::{Experiment, LayerId};

pub(super) static COMPLETED_FINAL: Rule = Rule {
    code: "completed-final",
    severity: Severity::Error,
    what: "A completed experiment can't be modified.",
    why: "Its slots may belong to another experiment already, and its record should stay what it was.",
    example: "status: active  # was completed",
    fix: "Restore its values, or leave it out of the files; to run it again create a new experiment.",
};

/// A completed experiment against what its file says now: the same again is no change.
pub(in crate::plan) fn check_completed(
    layer_id: &LayerId,
    has: &Experiment,
    wants: &Experiment,
) -> Vec<Violation> {
    let id = &wants.experiment_id;
    let keys = differing_keys(has, wants);
    keys.into_iter()
        .map(|key| {
            Violation::of_experiment(
                &COMPLETED_FINAL,
                (layer_id, id),
                key,
                format!("experiment `{id}` is completed and its `{key}` can't change any more"),
                "restore the value, or create a new experiment with another `experiment_id`".into(),
            )
        })
        .collect()
}

fn differing_keys(has: &Experiment, wants: &Experiment) -> Vec<&'static str> {
    let same_variants = wants
        .traffic_allocation
        .has_variants_of(&has.traffic_allocation);
    let same_kind = wants.splitter.kind() == has.splitter.kind();
    let allocations_key = wants
        .splitter
        .kind()
        .allocations_key()
        .unwrap_or("splitter_type");
    [
        ("name", has.name == wants.name),
        ("variants", same_variants),
        (
            "traffic_allocation",
            !same_variants || wants.traffic_allocation.is_same(&has.traffic_allocation),
        ),
        ("status", has.status == wants.status),
        ("splitter_type", same_kind),
        (
            allocations_key,
            !same_kind || !same_variants || wants.splitter.is_same(&has.splitter),
        ),
        (
            "traffic_percentage",
            has.traffic_percentage.is_same(wants.traffic_percentage),
        ),
        (
            "reserved_percentage",
            has.reserved_percentage.is_same(wants.reserved_percentage),
        ),
        ("start_date", has.start_date == wants.start_date),
        ("end_date", has.end_date == wants.end_date),
        ("priority", has.priority == wants.priority),
    ]
    .into_iter()
    .filter_map(|(key, is_same)| (!is_same).then_some(key))
    .collect()
}
