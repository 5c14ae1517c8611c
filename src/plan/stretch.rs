//! Two states of a layer side by side: who assigns the units on which slots, before and afterwards.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;

use crate::domain::{ExperimentId, LayerState, SlotIndex, SlotUse, SplitterType};

/// Neighbouring slots on which nothing changes in either state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch<'a> {
    /// How many slots; at least 1.
    pub(super) slots: u32,
    /// Who has the units before.
    pub(super) was: Option<&'a ExperimentId>,
    /// Who has them afterwards.
    pub(super) is: Option<&'a ExperimentId>,
}

/// The whole layer in stretches, in order. Experiments that assign afresh at every call have no
/// units here: nothing is theirs to keep.
pub(super) fn stretches<'a>(
    before: Option<&'a LayerState>,
    after: &'a LayerState,
    at: Timestamp,
) -> Vec<Stretch<'a>> {
    let assigning_before = before.map(|layer| assigning(layer, at)).unwrap_or_default();
    let assigning_after = assigning(after, at);
    let runs = before
        .into_iter()
        .chain([after])
        .flat_map(|layer| layer.slots.runs());
    let mut bounds: BTreeSet<u32> = runs.flat_map(|run| [run.first.0, run.last.0 + 1]).collect();
    bounds.extend([0, after.slots.total()]);
    let (starts, ends) = (bounds.iter(), bounds.iter().skip(1));
    starts
        .zip(ends)
        .map(|(&first, &end)| Stretch {
            slots: end - first,
            was: before.and_then(|layer| holder(layer, SlotIndex(first), &assigning_before)),
            is: holder(after, SlotIndex(first), &assigning_after),
        })
        .collect()
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
