//! Why a unit can't be assigned.

use crate::domain::{ExperimentId, GroupName, LayerId};
use crate::near::{alike, did_you_mean};

/// Why the assigner has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssignError {
    /// No layer has this id.
    #[error("there is no layer `{layer_id}`{}", meant(near))]
    UnknownLayer {
        /// The requested id.
        layer_id: LayerId,
        /// Similar ids, the most similar first; at most three.
        near: Vec<LayerId>,
    },
    /// The experiment on the unit's slot splits by a group, and the unit's isn't known.
    #[error("experiment `{experiment_id}` splits by {key}, but the unit has no {key}")]
    MissingGroup {
        /// The experiment.
        experiment_id: ExperimentId,
        /// What is missing: `segment`, `geo` or `stratum`; a flag has the same name.
        key: &'static str,
    },
    /// The experiment on the unit's slot has no allocation for the unit's group.
    #[error(
        "experiment `{experiment_id}` has no {key} `{group}`; it has {}",
        listed(known)
    )]
    UnknownGroup {
        /// The experiment.
        experiment_id: ExperimentId,
        /// What it splits by: `segment`, `geo` or `stratum`.
        key: &'static str,
        /// The unit's group.
        group: String,
        /// The groups that the experiment has, in file order.
        known: Vec<GroupName>,
    },
}

impl AssignError {
    /// [`AssignError::UnknownLayer`] with the nearest of these ids.
    pub(crate) fn unknown_layer<'a>(
        layer_id: &LayerId,
        known: impl Iterator<Item = &'a LayerId>,
    ) -> Self {
        Self::UnknownLayer {
            layer_id: layer_id.clone(),
            near: alike(layer_id.as_str(), known)
                .into_iter()
                .cloned()
                .collect(),
        }
    }
}

fn meant(near: &[LayerId]) -> String {
    if near.is_empty() {
        return String::new();
    }
    format!("; {}", did_you_mean(near))
}

fn listed(names: &[GroupName]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
