//! What an apply asks for: more, the more it does to units.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::{ExperimentId, LayerId, LayerState, State};
use crate::plan::{Action, Change, losing_units};

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
    pub fn of(
        changes: &[Change],
        before: &State,
        after: &BTreeMap<LayerId, LayerState>,
        at: Timestamp,
    ) -> Self {
        let mut concerned: BTreeSet<(&LayerId, &ExperimentId)> = changes
            .iter()
            .filter(|change| matches!(change.action, Action::Complete { .. }))
            .filter_map(|change| Some((&change.layer_id, change.experiment_id.as_ref()?)))
            .collect();
        let layers: BTreeSet<&LayerId> = changes.iter().map(|change| &change.layer_id).collect();
        for layer_id in layers {
            if let Some(layer_after) = after.get(layer_id) {
                let losing = losing_units(before.layers.get(layer_id), layer_after, at);
                concerned.extend(losing.into_iter().map(|id| (layer_id, id)));
            }
        }
        let layers: BTreeSet<&LayerId> = concerned.iter().map(|(layer_id, _)| *layer_id).collect();
        match (layers.len(), concerned.first()) {
            (_, None) => Self::OneKey,
            (1, Some((_, id))) if concerned.len() == 1 => Self::Type(id.to_string()),
            (1, Some((layer_id, _))) => Self::Type(layer_id.to_string()),
            _ => Self::Type("all".to_owned()),
        }
    }
}
