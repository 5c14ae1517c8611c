//! A breach of a sync rule.

use crate::diagnostic::{Rule, Subject};
use crate::domain::{ExperimentId, LayerId};

/// What a plan may not do, which value is at fault, and how to mend it. Where the value stands in
/// the files, `config` knows.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The rule that it breaks.
    pub rule: &'static Rule,
    /// The value at fault.
    pub subject: Subject,
    /// What is wrong, in one sentence, with the values concerned.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl Violation {
    /// A violation by one of a layer's own values.
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

    /// A violation by one of an experiment's values.
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
}
