//! A breach of a sync rule.

use crate::diagnostic::{Rule, Severity, Subject};
use crate::domain::{ExperimentId, LayerId};
use crate::plan::ReplayError;

/// The code of an internal error. It isn't one of [`ALL`](super::ALL): no layer file breaks it.
pub(crate) static DEFECT: Rule = Rule {
    code: "defect",
    severity: Severity::Error,
    what: "A planned change fits the layer that it was planned for.",
    why: "AVOS applies no plan that it can't carry out itself.",
    example: "",
    fix: "Report it with the layer files and the output of `avos export`.",
};

/// What a plan may not do, which value is at fault, and how to fix it. `config` knows where the
/// value is in the files.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The rule that it breaks.
    pub rule: &'static Rule,
    /// The value at fault.
    pub subject: Subject,
    /// What is wrong, in one sentence, with the values concerned.
    pub message: String,
    /// How to fix it.
    pub help: String,
}

impl Violation {
    /// Creates a violation by one of a layer's own values.
    pub(super) fn of_layer(
        rule: &'static Rule,
        layer_id: &LayerId,
        key: &'static str,
        message: String,
        help: String,
    ) -> Self {
        let subject = Subject {
            layer_id: layer_id.clone(),
            experiment_id: None,
            key: Some(key),
        };
        Self {
            rule,
            subject,
            message,
            help,
        }
    }

    /// Creates a violation by one of an experiment's values.
    pub(super) fn of_experiment(
        rule: &'static Rule,
        (layer_id, experiment_id): (&LayerId, &ExperimentId),
        key: &'static str,
        message: String,
        help: String,
    ) -> Self {
        let subject = Subject {
            layer_id: layer_id.clone(),
            experiment_id: Some(experiment_id.clone()),
            key: Some(key),
        };
        Self {
            rule,
            subject,
            message,
            help,
        }
    }

    /// Creates an internal error: a change made for this layer doesn't fit it.
    pub(in crate::plan) fn of_defect(
        layer_id: &LayerId,
        experiment_id: &ExperimentId,
        error: &ReplayError,
    ) -> Self {
        Self {
            rule: &DEFECT,
            subject: Subject {
                layer_id: layer_id.clone(),
                experiment_id: Some(experiment_id.clone()),
                key: None,
            },
            message: format!(
                "internal error: a planned change of experiment `{experiment_id}` doesn't fit layer \
                 `{layer_id}`: {error}"
            ),
            help: "nothing is applied; report this error with the layer files and the output of \
                   `avos export`"
                .to_owned(),
        }
    }
}
