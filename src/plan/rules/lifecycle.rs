//! Completed experiments never change.

use super::Violation;
use crate::diagnostic::{Rule, Severity};
use crate::domain::{Attribute, Experiment, LayerId, differing_attributes};

pub(crate) static COMPLETED_FINAL: Rule = Rule {
    code: "completed-final",
    severity: Severity::Error,
    what: "A completed experiment can't be modified.",
    why: "Its slots may belong to another experiment already, and its record should stay what it was.",
    example: "status: active  # was completed",
    fix: "Restore its values, or leave it out of the files; to run it again, create a new experiment.",
};

/// Checks a completed experiment against its file: the same values again aren't a change.
pub(in crate::plan) fn check_completed(
    layer_id: &LayerId,
    has: &Experiment,
    wants: &Experiment,
) -> Vec<Violation> {
    let id = &wants.experiment_id;
    differing_attributes(has, wants)
        .map(|Attribute { key, .. }| {
            Violation::of_experiment(
                &COMPLETED_FINAL,
                (layer_id, id),
                key,
                format!("experiment `{id}` is completed and its `{key}` can't change anymore"),
                "restore the value, or create a new experiment with another `experiment_id`".into(),
            )
        })
        .collect()
}
