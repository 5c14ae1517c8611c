//! The layers that a plan is about, and whether a database still has them as they were.
//!
//! A plan reads only the layers that it changes. So another layer may change between the plan and its
//! apply, and plans of different layers can be applied in any order.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Action, Change};
use crate::diagnostic::quoted_list;
use crate::digest::to_hex;
use crate::domain::{
    Experiment, ExperimentId, ExperimentRecord, Hold, Layer, LayerId, LayerRecord, LayerState,
    Revision, SlotRun, State,
};

/// The revision of each layer that a plan is about; `None` for one that didn't exist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BaseLayers(BTreeMap<LayerId, Option<Revision>>);

impl BaseLayers {
    /// Returns the layers of these changes as they are in this state.
    #[must_use]
    pub fn of(changes: &[Change], state: &State) -> Self {
        let ids: BTreeSet<&LayerId> = changes.iter().map(|change| &change.layer_id).collect();
        let revision = |id: &LayerId| state.layer(id).map(layer_revision);
        let layers = ids.into_iter().map(|id| (id.clone(), revision(id)));
        Self(layers.collect())
    }

    /// Returns the layers that aren't in this state as they were, in order. A layer that gets a new
    /// experiment also counts if another layer has one with this id by now. All of them count if the state
    /// has no layers, unless they were taken from such a state: it isn't the database that was meant.
    #[must_use]
    pub fn stale_in(
        &self,
        changes: &[Change],
        is_for_empty_database: bool,
        state: &State,
    ) -> Vec<LayerId> {
        if state.layers.is_empty() && !is_for_empty_database {
            return self.0.keys().cloned().collect();
        }
        let is_same = |(id, was): (&LayerId, &Option<Revision>)| {
            state.layer(id).map(layer_revision) == *was && !is_id_taken(id, changes, state)
        };
        let layers = self.0.iter().filter(|layer| !is_same(*layer));
        layers.map(|(id, _)| id.clone()).collect()
    }

    /// Returns whether there were layers, and this state has none of them.
    #[must_use]
    pub fn are_all_gone_from(&self, state: &State) -> bool {
        let mut existed = self.0.iter().filter(|(_, was)| was.is_some()).peekable();
        existed.peek().is_some() && existed.all(|(id, _)| state.layer(id).is_none())
    }

    /// Returns whether these are the layers of these changes, neither more nor less.
    #[must_use]
    pub fn are_of(&self, changes: &[Change]) -> bool {
        changes
            .iter()
            .all(|change| self.0.contains_key(&change.layer_id))
            && self
                .0
                .keys()
                .all(|id| changes.iter().any(|change| change.layer_id == *id))
    }
}

/// Returns whether a new experiment of the layer has an id that another layer of the state has.
fn is_id_taken(layer_id: &LayerId, changes: &[Change], state: &State) -> bool {
    let of_layer = changes.iter().filter(|change| change.layer_id == *layer_id);
    let new = of_layer.filter(|change| matches!(change.action, Action::CreateExperiment { .. }));
    let mut ids = new.filter_map(|change| change.experiment_id.as_ref());
    ids.any(|id| {
        let found = state.experiment(id);
        found.is_some_and(|(layer, _)| layer.layer.layer_id != *layer_id)
    })
}

/// Names some layers in a sentence: `layers a, b and 3 more`, each in backticks.
pub(crate) fn name_layers(layers: &[LayerId]) -> String {
    const NAMED: usize = 5;
    let names = quoted_list(layers.iter().take(NAMED));
    let noun = if layers.len() == 1 { "layer" } else { "layers" };
    match layers.len().saturating_sub(NAMED) {
        0 => format!("{noun} {names}"),
        more => format!("{noun} {names} and {more} more"),
    }
}

/// What a layer's revision is made from: all that a plan of it reads. The order of its experiments is only
/// for display.
#[derive(Serialize)]
struct RevisedLayer<'a> {
    record: LayerRecord,
    slots: Vec<&'a SlotRun>,
    holds: Vec<(&'a ExperimentId, &'a Hold)>,
}

/// Returns the digest of a layer's contents; unlike the revision of a database, it doesn't depend on the
/// store.
pub(crate) fn layer_revision(layer: &LayerState) -> Revision {
    let Layer {
        layer_id,
        layer_salt,
        total_slots,
        total_traffic_percentage,
        hash_algorithm,
    } = &layer.layer;
    let mut experiments: Vec<&Experiment> = layer.experiments.iter().collect();
    experiments.sort_by_key(|experiment| &experiment.experiment_id);
    let experiments = experiments.into_iter();
    let revised = RevisedLayer {
        record: LayerRecord {
            layer_id: layer_id.clone(),
            layer_salt: layer_salt.clone(),
            total_slots: *total_slots,
            total_traffic_percentage: *total_traffic_percentage,
            hash_algorithm: *hash_algorithm,
            experiments: experiments
                .map(|experiment| ExperimentRecord::new(layer_id, experiment))
                .collect(),
        },
        slots: layer.slots.runs().collect(),
        holds: layer.holds.iter().collect(),
    };
    let json = serde_json::to_vec(&revised).expect("a record of plain values is JSON");
    Revision::new(to_hex(Sha256::digest(json)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::assign::testing::{experiment, state};
    use crate::domain::SlotUse::{Active, Reserved};

    #[test]
    fn a_layer_s_revision_tells_its_contents_apart_and_not_their_order() {
        let revision = |state: &State| {
            let layers = state.layers.values().next().expect("a layer");
            layer_revision(layers)
        };
        let runs = [(0, 3, "x", Active), (4, 5, "y", Reserved)];
        let one = state(vec![experiment("x"), experiment("y")], &runs);
        let turned = state(vec![experiment("y"), experiment("x")], &runs);
        assert_eq!(revision(&one), revision(&turned));
        let fewer = state(vec![experiment("x"), experiment("y")], &runs[..1]);
        assert_ne!(revision(&one), revision(&fewer));
        let mut renamed = one.clone();
        for layer in renamed.layers.values_mut() {
            Arc::make_mut(layer).experiments[0].name = "another".to_owned();
        }
        assert_ne!(revision(&one), revision(&renamed));
    }
}
