//! A layer as the assigner compiles it: its active runs, each with its experiment.

use super::hash::{self, HashKey, HashMessage, Slots};
use crate::domain::{
    Experiment, ExperimentId, HashAlgorithm, Layer, LayerState, SlotIndex, SlotMap, SlotUse,
    Splitter,
};

/// A layer ready to answer which experiment is active on a slot.
pub(crate) struct CompiledLayer {
    /// The layer itself.
    pub(crate) layer: Layer,
    /// Its experiments, in the order in which they were created.
    pub(crate) experiments: Vec<Experiment>,
    /// For the units' slots.
    slot_key: HashKey,
    total_slots: Slots,
    /// For the units' points in each experiment.
    point_keys: Vec<PointKeys>,
    /// Who holds its slots, active and reserved: for explanations.
    pub(super) slots: SlotMap,
    /// The active runs in order of their slots, without overlap.
    runs: Vec<ActiveRun>,
}

/// The keys of one experiment: of all of its units, or of those of each of its groups; none for a
/// `random` splitter, which hashes nothing.
struct PointKeys(Vec<HashKey>);

impl PointKeys {
    fn new(algorithm: HashAlgorithm, experiment: &Experiment) -> Self {
        let key = |group| HashKey::point(algorithm, experiment.experiment_id.as_str(), group);
        Self(match &experiment.splitter {
            Splitter::Random => Vec::new(),
            Splitter::Hash => vec![key(None)],
            Splitter::Segment(groups) | Splitter::Geo(groups) | Splitter::Stratified(groups) => {
                groups
                    .iter()
                    .map(|(name, _)| key(Some(name.as_str())))
                    .collect()
            }
        })
    }
}

struct ActiveRun {
    first: SlotIndex,
    last: SlotIndex,
    /// Index into the layer's experiments.
    experiment: usize,
}

impl CompiledLayer {
    /// A state's layer. Reserved runs answer like free ones, so they are left out; so is a run of
    /// an experiment that isn't on the layer.
    pub(crate) fn new(state: &LayerState) -> Self {
        let algorithm = state.layer.hash_algorithm;
        let experiments = &state.experiments;
        let index_of = |id: &ExperimentId| experiments.iter().position(|e| e.experiment_id == *id);
        let active = state.slots.runs();
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
            total_slots: Slots::new(state.layer.total_slots),
            slot_key: HashKey::slot(algorithm, &state.layer.layer_salt),
            point_keys: experiments
                .iter()
                .map(|e| PointKeys::new(algorithm, e))
                .collect(),
            layer: state.layer.clone(),
            experiments: experiments.clone(),
            slots: state.slots.clone(),
            runs,
        }
    }

    /// Returns the unit's slot.
    pub(crate) fn slot(&self, unit_id: &str) -> SlotIndex {
        self.total_slots.slot(self.slot_key.number(unit_id))
    }

    /// Passes the slot of each of many units to `take`, with the unit's index; in no particular
    /// order.
    pub(super) fn slots<'u>(
        &self,
        units: impl Iterator<Item = &'u str>,
        mut take: impl FnMut(usize, SlotIndex),
    ) {
        let messages = units.enumerate().map(|(target, unit_id)| HashMessage {
            key: &self.slot_key,
            unit_id,
            target,
        });
        hash::numbers(self.layer.hash_algorithm, messages, |index, number| {
            take(index, self.total_slots.slot(number));
        });
    }

    /// Returns the key of units' points in this experiment, in this group of it if its splitter has
    /// groups; `None` for a `random` splitter.
    #[inline]
    pub(super) fn point_key(&self, experiment: usize, group: Option<usize>) -> Option<&HashKey> {
        self.point_keys[experiment].0.get(group.unwrap_or(0))
    }

    /// Returns the index of the experiment that is active on the slot.
    #[inline]
    pub(crate) fn active_on(&self, slot: SlotIndex) -> Option<usize> {
        // A layer has a handful of runs: searching them costs far less than the hash before it.
        let run = self.runs.partition_point(|run| run.last < slot);
        let run = self.runs.get(run).filter(|run| run.first <= slot)?;
        Some(run.experiment)
    }
}
