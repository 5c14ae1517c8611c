//! Allocations never change, except for a winner on completion.

use super::Violation;
use crate::diagnostic::{Rule, Severity};
use crate::domain::{Allocation, Experiment, LayerId, Status};

pub(super) static IMMUTABLE_ALLOCATION: Rule = Rule {
    code: "immutable-allocation",
    severity: Severity::Error,
    what: "`traffic_allocation` and the group allocations never change while an experiment runs.",
    why: "Other fractions move units from one variant to another in the middle of the experiment, \
          which spoils its result and breaks what users see.",
    example: "traffic_allocation: {blue: 0.7, green: 0.3}  # was 0.5 and 0.5",
    fix: "Restore the allocation; to show the experiment to more units raise \
           `traffic_percentage`, for other fractions create a new experiment.",
};

pub(super) static WINNER_NEEDS_COMPLETED: Rule = Rule {
    code: "winner-needs-completed",
    severity: Severity::Error,
    what: "A winner (one variant 1.0, the others 0.0) is allowed only together with \
           `status: completed`.",
    why: "While the experiment runs, a winner moves all units of the other variants at once.",
    example: "status: active\ntraffic_allocation: {blue: 1.0, green: 0.0}",
    fix: "Set `status: completed` with the winner, or restore the allocation.",
};

/// Checks allocations against those of the database. Different variants or splitters are findings
/// of their own, and different fractions merely follow from them.
pub(in crate::plan) fn check(
    layer_id: &LayerId,
    has: &Experiment,
    wants: &Experiment,
) -> Vec<Violation> {
    let (before, after) = (&has.traffic_allocation, &wants.traffic_allocation);
    let same_variants = after.has_variants_of(before);
    let same_splitter = wants.splitter.kind() == has.splitter.kind();
    let mut violations = Vec::new();
    if same_variants && !after.is_same(before) {
        violations.extend(check_traffic(layer_id, before, wants));
    }
    if same_variants && same_splitter && !wants.splitter.is_same(&has.splitter) {
        let key = wants
            .splitter
            .kind()
            .allocations_key()
            .unwrap_or("splitter_type");
        violations.push(immutable(layer_id, wants, key, None));
    }
    violations
}

fn check_traffic(layer_id: &LayerId, before: &Allocation, wants: &Experiment) -> Option<Violation> {
    let id = &wants.experiment_id;
    let after = &wants.traffic_allocation;
    let Some(winner) = after.winner() else {
        let values = (written(before), written(after));
        return Some(immutable(
            layer_id,
            wants,
            "traffic_allocation",
            Some(values),
        ));
    };
    (wants.status != Status::Completed).then(|| {
        Violation::of_experiment(
            &WINNER_NEEDS_COMPLETED,
            (layer_id, id),
            "traffic_allocation",
            format!(
                "experiment `{id}` gives everything to `{winner}`, but its status is `{}`",
                wants.status
            ),
            format!(
                "write `status: completed`, or restore `traffic_allocation: {}`",
                written(before)
            ),
        )
    })
}

fn immutable(
    layer_id: &LayerId,
    wants: &Experiment,
    key: &'static str,
    values: Option<(String, String)>,
) -> Violation {
    let id = &wants.experiment_id;
    let mut message = format!("`{key}` of experiment `{id}` can't change");
    let mut help = "restore it, or create a new experiment".to_owned();
    if let Some((has, wants)) = values {
        message += &format!(": the database has {has}, the file says {wants}");
        help = format!("write `{key}: {has}`, or create a new experiment");
    }
    Violation::of_experiment(&IMMUTABLE_ALLOCATION, (layer_id, id), key, message, help)
}

fn written(allocation: &Allocation) -> String {
    let arms = allocation.arms().iter();
    let arms: Vec<String> = arms
        .map(|arm| format!("{}: {}", arm.variant, arm.fraction))
        .collect();
    format!("{{{}}}", arms.join(", "))
}
