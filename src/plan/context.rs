//! What planning one layer must know of the other layers.

use std::collections::{HashMap, HashSet};

use crate::domain::{Desired, ExperimentId, HashAlgorithm, LayerId, State};

/// The context in which a layer is planned.
pub(super) struct PlanContext<'a> {
    /// The hash of new layers whose file names none.
    pub(super) default_hash: HashAlgorithm,
    /// The layer of each experiment in the database.
    pub(super) homes: HashMap<&'a ExperimentId, &'a LayerId>,
    /// The experiments of all files.
    pub(super) wanted: HashSet<&'a ExperimentId>,
}

impl<'a> PlanContext<'a> {
    pub(super) fn new(desired: &'a Desired, state: &'a State) -> Self {
        let homes = state.layers.iter().flat_map(|(layer_id, layer)| {
            let experiments = layer.experiments.iter();
            experiments.map(move |experiment| (&experiment.experiment_id, layer_id))
        });
        let wanted = desired.layers.iter().flat_map(|layer| &layer.experiments);
        Self {
            default_hash: state.default_hash_algorithm,
            homes: homes.collect(),
            wanted: wanted.map(|wants| &wants.experiment_id).collect(),
        }
    }
}
