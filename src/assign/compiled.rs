//! A layer as the assigner holds it: the active runs, each with its experiment at hand.

use super::hash;
use crate::domain::{Experiment, ExperimentId, Layer, LayerState, SlotIndex, SlotMap, SlotUse};

/// A layer ready to answer which experiment is active on a slot.
pub(crate) struct CompiledLayer {
    /// The layer itself.
    pub(crate) layer: Layer,
    /// Its experiments, in the order in which they were created.
    pub(crate) experiments: Vec<Experiment>,
    /// Who holds its slots, active and reserved: for explanations.
    pub(super) slots: SlotMap,
    /// The active runs in order of their slots, without overlap.
    runs: Vec<ActiveRun>,
}

struct ActiveRun {
    first: SlotIndex,
    last: SlotIndex,
    /// Index into the layer's experiments.
    experiment: usize,
}

impl CompiledLayer {
    /// A state's layer. Reserved runs answer like free ones, so they are left out; so is a run of
    /// an experiment that doesn't stand on the layer.
    pub(crate) fn new(state: &LayerState) -> Self {
        let experiments = &state.experiments;
        let index_of = |id: &ExperimentId| experiments.iter().position(|e| e.experiment_id == *id);
        let active = state.slots.runs().iter();
        let runs = active
            .filter(|run| run.usage == SlotUse::Active)
            .filter_map(|run| {
                Some(ActiveRun {
                    first: run.first,
                    last: run.last,
                    experiment: index_of(&run.experiment_id)?,
                })
            })
            .collect();
        Self {
            layer: state.layer.clone(),
            experiments: experiments.clone(),
            slots: state.slots.clone(),
            runs,
        }
    }

    /// The unit's slot.
    pub(crate) fn slot(&self, unit_id: &str) -> SlotIndex {
        let layer = &self.layer;
        hash::slot(
            layer.hash_algorithm,
            &layer.layer_salt,
            unit_id,
            layer.total_slots,
        )
    }

    /// The index of the experiment that is active on the slot.
    pub(crate) fn active_on(&self, slot: SlotIndex) -> Option<usize> {
        // A layer has a handful of runs: searching them costs far less than the hash before it.
        let run = self.runs.partition_point(|run| run.last < slot);
        let run = self.runs.get(run).filter(|run| run.first <= slot)?;
        Some(run.experiment)
    }
}
