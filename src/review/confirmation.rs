//! What an apply asks for: more, the more it does to units.

use std::collections::BTreeSet;

use crate::domain::{ExperimentId, LayerId};
use crate::plan::{Action, Change, Impact};

/// How an apply is confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Additions and pure ramp-ups: a single key.
    OneKey,
    /// Something ends, or units lose what they have: this name is to be typed.
    Type(String),
}

impl Confirmation {
    /// What these changes ask for. A name is asked where an experiment is completed or where units
    /// leave or switch: the experiment's where it is one, the layer's where it is one, else `all`.
    #[must_use]
    pub fn of(changes: &[Change], impact: &[Impact]) -> Self {
        let completed = changes
            .iter()
            .filter(|change| matches!(change.action, Action::Complete { .. }))
            .filter_map(|change| Some((&change.layer_id, change.experiment_id.as_ref()?)));
        let losing = impact.iter().flat_map(|layer| {
            let losing = layer.experiments.iter();
            let losing = losing.filter(|experiment| experiment.units.lost() > 0.0);
            losing.map(|experiment| (&layer.layer_id, &experiment.experiment_id))
        });
        let concerned: BTreeSet<(&LayerId, &ExperimentId)> = completed.chain(losing).collect();
        let layers: BTreeSet<&LayerId> = concerned.iter().map(|(layer_id, _)| *layer_id).collect();
        match (layers.len(), concerned.first()) {
            (_, None) => Self::OneKey,
            (1, Some((_, id))) if concerned.len() == 1 => Self::Type(id.to_string()),
            (1, Some((layer_id, _))) => Self::Type(layer_id.to_string()),
            _ => Self::Type("all".to_owned()),
        }
    }
}
