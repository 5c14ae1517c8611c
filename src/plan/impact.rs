//! What a plan does to units, exact over slots.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{ExperimentId, LayerId, LayerState, SlotIndex, SlotMap, SlotUse, SplitterType};

/// Shares of a layer's units by what happens to them; fractions of `total_slots`, from 0 to 1.
///
/// A unit counts as assigned when an active, current experiment holds its slot. Experiments with
/// the `random` splitter are left out: their units have no variant to keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Impact {
    /// The layer.
    pub layer_id: LayerId,
    /// Assigned before and afterwards, to the same experiment and variant.
    pub units_kept: f64,
    /// Not assigned before, assigned afterwards.
    pub units_joining: f64,
    /// Assigned before, not assigned afterwards.
    pub units_leaving: f64,
    /// Assigned before and afterwards, to another experiment or variant.
    pub units_switching: f64,
}

impl Impact {
    /// What becomes of the units of a layer; `before` is none for a layer that is created. Dates
    /// are taken at `at`.
    #[must_use]
    pub fn new(before: Option<&LayerState>, after: &LayerState, at: Timestamp) -> Self {
        let (mut kept, mut joining, mut leaving, mut switching) = (0, 0, 0, 0);
        let assigning_before = before.map(|layer| assigning(layer, at)).unwrap_or_default();
        let assigning_after = assigning(after, at);
        for (first, end) in stretches(before.map(|layer| &layer.slots), &after.slots) {
            let slots = end - first;
            let first = SlotIndex(first);
            let was = before.and_then(|layer| holder(layer, first, &assigning_before));
            match (was, holder(after, first, &assigning_after)) {
                (None, None) => {}
                (None, Some(_)) => joining += slots,
                (Some(_), None) => leaving += slots,
                (Some(was), Some(is)) if was == is => kept += slots,
                (Some(_), Some(_)) => switching += slots,
            }
        }
        let share = |slots: u32| f64::from(slots) / f64::from(after.slots.total());
        Self {
            layer_id: after.layer.layer_id.clone(),
            units_kept: share(kept),
            units_joining: share(joining),
            units_leaving: share(leaving),
            units_switching: share(switching),
        }
    }

    /// Whether some units lose or change what they have.
    #[must_use]
    pub fn is_disruptive(&self) -> bool {
        self.units_leaving > 0.0 || self.units_switching > 0.0
    }
}

/// Stretches `[first, end)` of slots within which nothing changes in either map.
fn stretches(before: Option<&SlotMap>, after: &SlotMap) -> Vec<(u32, u32)> {
    let runs = before.into_iter().chain([after]).flat_map(SlotMap::runs);
    let mut bounds: BTreeSet<u32> = runs.flat_map(|run| [run.first.0, run.last.0 + 1]).collect();
    bounds.extend([0, after.total()]);
    let bounds: Vec<u32> = bounds.into_iter().collect();
    bounds.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// The experiments that give their units a variant to keep.
fn assigning(layer: &LayerState, at: Timestamp) -> HashSet<&ExperimentId> {
    let experiments = layer.experiments.iter();
    experiments
        .filter(|experiment| experiment.splitter.kind() != SplitterType::Random)
        .filter(|experiment| experiment.is_assigning(at))
        .map(|experiment| &experiment.experiment_id)
        .collect()
}

/// The experiment that units on this slot are assigned to.
fn holder<'a>(
    layer: &'a LayerState,
    slot: SlotIndex,
    assigning: &HashSet<&ExperimentId>,
) -> Option<&'a ExperimentId> {
    let run = layer
        .slots
        .run_at(slot)
        .filter(|run| run.usage == SlotUse::Active)?;
    assigning
        .contains(&run.experiment_id)
        .then_some(&run.experiment_id)
}
