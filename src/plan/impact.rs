//! What a plan does to units, exact over slots: per layer, per experiment and per variant.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    Experiment, ExperimentId, LayerId, LayerState, SlotIndex, SlotUse, SplitterType, VariantName,
};

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
    /// The same by experiment, in the order of the layer: those that have units before or
    /// afterwards. They are shared: copying an impact doesn't copy them.
    pub experiments: Arc<[ExperimentImpact]>,
}

/// What happens to the units of one experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExperimentImpact {
    /// The experiment.
    pub experiment_id: ExperimentId,
    /// Its units, as fractions of the layer's `total_slots`.
    #[serde(flatten)]
    pub units: UnitMoves,
    /// The same by variant, in order. `None` for a grouped splitter: no config says how many units
    /// are in which group.
    pub variants: Option<Vec<VariantImpact>>,
}

/// What happens to the units of one variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VariantImpact {
    /// The variant.
    pub variant: VariantName,
    /// Its units, as fractions of the layer's `total_slots`: those of the experiment times the
    /// variant's share.
    #[serde(flatten)]
    pub units: UnitMoves,
}

/// Where units come from and go to; fractions of a layer's `total_slots`, from 0 to 1. Counted in
/// slots, `before` is `kept + leaving + switching_out` and `after` is
/// `kept + joining + switching_in`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UnitMoves {
    /// Assigned to it before.
    #[serde(rename = "units_before")]
    pub before: f64,
    /// Assigned to it afterwards.
    #[serde(rename = "units_after")]
    pub after: f64,
    /// Assigned to it before and afterwards.
    #[serde(rename = "units_kept")]
    pub kept: f64,
    /// Not assigned before.
    #[serde(rename = "units_joining")]
    pub joining: f64,
    /// Not assigned afterwards.
    #[serde(rename = "units_leaving")]
    pub leaving: f64,
    /// Assigned to another experiment afterwards.
    #[serde(rename = "units_switching_out")]
    pub switching_out: f64,
    /// Assigned to another experiment before.
    #[serde(rename = "units_switching_in")]
    pub switching_in: f64,
}

impl UnitMoves {
    /// The shares of those that don't keep what they had: joining, leaving, switching in and out.
    pub(crate) fn moving(&self) -> [f64; 4] {
        [
            self.joining,
            self.leaving,
            self.switching_in,
            self.switching_out,
        ]
    }
}

impl Impact {
    /// Computes what happens to the units of a layer; `before` is `None` for a new layer. Dates are
    /// compared with `at`.
    #[must_use]
    pub fn new(before: Option<&LayerState>, after: &LayerState, at: Timestamp) -> Self {
        let counts = Counts::by_experiment(&shared_runs(before, after, at));
        // Nothing is ever deleted, so everything that existed still exists.
        let total = after.slots.total();
        let experiments = after.experiments.iter().filter_map(|experiment| {
            let id = &experiment.experiment_id;
            let was = before.and_then(|layer| layer.experiment(id));
            let counts = counts.get(id)?;
            Some(counts.of_experiment(was.unwrap_or(experiment), total))
        });
        let sum = |of: fn(&Counts) -> u32| {
            let slots: u32 = counts.values().map(of).sum();
            f64::from(slots) / f64::from(total)
        };
        Self {
            layer_id: after.layer.layer_id.clone(),
            units_kept: sum(|counts| counts.kept),
            units_joining: sum(|counts| counts.joining),
            units_leaving: sum(|counts| counts.leaving),
            units_switching: sum(|counts| counts.switching_out),
            experiments: experiments.collect(),
        }
    }

    /// Returns whether any units lose or change what they have.
    #[must_use]
    pub fn is_disruptive(&self) -> bool {
        self.units_leaving > 0.0 || self.units_switching > 0.0
    }

    /// Returns whether anything changes for any unit.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        self.is_disruptive() || self.units_joining > 0.0
    }
}

impl UnitMoves {
    /// Returns the share of units that lose what they have.
    #[must_use]
    pub fn lost(&self) -> f64 {
        self.leaving + self.switching_out
    }
}

/// Slots of an experiment by what happens to the units on them.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    kept: u32,
    joining: u32,
    leaving: u32,
    switching_out: u32,
    switching_in: u32,
}

impl Counts {
    fn by_experiment<'a>(shared_runs: &[SharedRun<'a>]) -> HashMap<&'a ExperimentId, Self> {
        let mut all: HashMap<&ExperimentId, Self> = HashMap::new();
        for &SharedRun { slots, was, is } in shared_runs {
            match (was, is) {
                (None, None) => {}
                (None, Some(is)) => all.entry(is).or_default().joining += slots,
                (Some(was), None) => all.entry(was).or_default().leaving += slots,
                (Some(was), Some(is)) if was == is => all.entry(is).or_default().kept += slots,
                (Some(was), Some(is)) => {
                    all.entry(was).or_default().switching_out += slots;
                    all.entry(is).or_default().switching_in += slots;
                }
            }
        }
        all
    }

    /// `experiment` is as it was before, if it was there.
    ///
    /// Its shares hold for both sides, and a unit that stays in the experiment keeps its variant:
    /// shares change only with the experiment's completion, after which it has no units; and the
    /// variant's hash depends neither on the slot nor on the number of slots. So each slot has the
    /// variants in the same proportion, and no unit switches within an experiment.
    fn of_experiment(self, experiment: &Experiment, total: u32) -> ExperimentImpact {
        let arms = experiment.traffic_allocation.arms().iter();
        let variants = arms.map(|arm| VariantImpact {
            variant: arm.variant.clone(),
            units: self.moves(arm.fraction.value(), total),
        });
        let is_grouped = experiment.splitter.kind().group_key().is_some();
        ExperimentImpact {
            experiment_id: experiment.experiment_id.clone(),
            units: self.moves(1.0, total),
            variants: (!is_grouped).then(|| variants.collect()),
        }
    }

    /// Returns a part of them as fractions: counted in whole slots, divided at the very end.
    fn moves(self, part: f64, total: u32) -> UnitMoves {
        let share = |slots: u32| f64::from(slots) * part / f64::from(total);
        UnitMoves {
            before: share(self.kept + self.leaving + self.switching_out),
            after: share(self.kept + self.joining + self.switching_in),
            kept: share(self.kept),
            joining: share(self.joining),
            leaving: share(self.leaving),
            switching_out: share(self.switching_out),
            switching_in: share(self.switching_in),
        }
    }
}

/// Adjacent slots with the same holder throughout, in either state.
#[derive(Clone, Copy, Debug)]
pub(super) struct SharedRun<'a> {
    /// How many slots; at least 1.
    pub(super) slots: u32,
    /// The experiment that has the units before.
    pub(super) was: Option<&'a ExperimentId>,
    /// The experiment that has them afterwards.
    pub(super) is: Option<&'a ExperimentId>,
}

/// Returns the whole layer in such runs, in order. Experiments that draw for every call have no
/// units here: they have no variant to keep.
pub(super) fn shared_runs<'a>(
    before: Option<&'a LayerState>,
    after: &'a LayerState,
    at: Timestamp,
) -> Vec<SharedRun<'a>> {
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
        .map(|(&first, &end)| SharedRun {
            slots: end - first,
            was: before.and_then(|layer| holder(layer, SlotIndex(first), &assigning_before)),
            is: holder(after, SlotIndex(first), &assigning_after),
        })
        .collect()
}

/// Returns the experiments that give their units a variant to keep.
fn assigning(layer: &LayerState, at: Timestamp) -> HashSet<&ExperimentId> {
    let experiments = layer.experiments.iter();
    experiments
        .filter(|experiment| experiment.splitter.kind() != SplitterType::Random)
        .filter(|experiment| experiment.is_assigning(at))
        .map(|experiment| &experiment.experiment_id)
        .collect()
}

/// Returns the experiment that units on this slot are assigned to.
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
