//! How well a row fits what a layer would have answered.

use super::Answer;
use crate::assign::{AssignmentStatus, CompiledLayer, point, variant};
use crate::domain::{Allocation, Experiment, GroupName, HashAlgorithm, SlotIndex, Splitter};
use crate::exposure::LoggedRow;

/// What stands for a status where no answer should have been logged.
pub(super) const UNKNOWN_GROUP: &str = "error";

/// How well a row fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// In everything.
    Whole,
    /// In everything but the variant, which was drawn.
    Drawn,
    /// In everything, if the unit is of some group that the log doesn't say.
    SomeGroup,
    /// It doesn't.
    Not,
}

/// How well the row fits what the layer says of this slot, variants hashed by this algorithm.
pub(super) fn fit(
    layer: &CompiledLayer,
    algorithm: HashAlgorithm,
    slot: SlotIndex,
    row: &LoggedRow,
) -> Fit {
    if row.slot_index != Some(i64::from(slot.0)) {
        return Fit::Not;
    }
    let experiment = holder(layer, slot);
    let id = experiment.map(|experiment| experiment.experiment_id.as_str());
    if row.experiment_id.as_deref() != id {
        return Fit::Not;
    }
    let status = status(experiment, row);
    if !status.is_written(&row.status) {
        return Fit::Not;
    }
    match experiment {
        Some(experiment) if status == AssignmentStatus::Assigned => {
            fit_variant(experiment, algorithm, row)
        }
        _ if row.variant.is_none() => Fit::Whole,
        _ => Fit::Not,
    }
}

/// How well the row's variant fits the experiment, while it assigns.
pub(super) fn fit_variant(
    experiment: &Experiment,
    algorithm: HashAlgorithm,
    row: &LoggedRow,
) -> Fit {
    let Some(logged) = row.variant.as_deref() else {
        return Fit::Not;
    };
    let is_of = |(group, allocation): &(GroupName, Allocation)| {
        hashed(experiment, algorithm, Some((group, allocation)), row) == logged
    };
    let (fits, fit) = match &experiment.splitter {
        Splitter::Hash => (
            hashed(experiment, algorithm, None, row) == logged,
            Fit::Whole,
        ),
        Splitter::Random => {
            let mut variants = experiment.traffic_allocation.variants();
            (variants.any(|name| name.as_str() == logged), Fit::Drawn)
        }
        grouped => match &row.group {
            Some(_) => (own_group(experiment, row).is_some_and(is_of), Fit::Whole),
            None => (grouped.groups().iter().any(is_of), Fit::SomeGroup),
        },
    };
    if fits { fit } else { Fit::Not }
}

/// What the layer says of the row's unit.
pub(super) fn expected(layer: &CompiledLayer, row: &LoggedRow) -> Answer {
    let slot = layer.slot(&row.unit_id);
    let experiment = holder(layer, slot);
    let status = status(experiment, row);
    let mut answer = Answer {
        slot_index: Some(slot.0.into()),
        experiment_id: experiment.map(|experiment| experiment.experiment_id.to_string()),
        variant: None,
        status: status.to_string(),
    };
    let Some(experiment) = experiment.filter(|_| status == AssignmentStatus::Assigned) else {
        return answer;
    };
    let algorithm = layer.layer.hash_algorithm;
    let hashed = |group| Some(hashed(experiment, algorithm, group, row).to_owned());
    match &experiment.splitter {
        Splitter::Hash => answer.variant = hashed(None),
        Splitter::Random => {}
        Splitter::Segment(_) | Splitter::Geo(_) | Splitter::Stratified(_) => {
            match own_group(experiment, row) {
                Some((group, allocation)) => answer.variant = hashed(Some((group, allocation))),
                None if row.group.is_some() => UNKNOWN_GROUP.clone_into(&mut answer.status),
                None => {}
            }
        }
    }
    answer
}

/// The experiment that is active on the slot.
pub(super) fn holder(layer: &CompiledLayer, slot: SlotIndex) -> Option<&Experiment> {
    layer.active_on(slot).map(|index| &layer.experiments[index])
}

/// The group that the row says, if the experiment has it.
fn own_group<'e>(
    experiment: &'e Experiment,
    row: &LoggedRow,
) -> Option<&'e (GroupName, Allocation)> {
    let group = row.group.as_deref()?;
    let mut groups = experiment.splitter.groups().iter();
    groups.find(|(name, _)| name.as_str() == group)
}

/// The status of whom this experiment, or none, has on its slot.
pub(super) fn status(experiment: Option<&Experiment>, row: &LoggedRow) -> AssignmentStatus {
    match experiment {
        None => AssignmentStatus::NotAssigned,
        Some(experiment) if experiment.is_assigning(row.at) => AssignmentStatus::Assigned,
        Some(_) => AssignmentStatus::ExperimentInactive,
    }
}

/// The variant by hash, of a group or of the whole experiment.
fn hashed<'e>(
    experiment: &'e Experiment,
    algorithm: HashAlgorithm,
    group: Option<(&'e GroupName, &'e Allocation)>,
    row: &LoggedRow,
) -> &'e str {
    let name = group.map(|(name, _)| name.as_str());
    let allocation = group.map_or(&experiment.traffic_allocation, |(_, allocation)| allocation);
    let id = experiment.experiment_id.as_str();
    variant(allocation, point(algorithm, id, name, &row.unit_id)).as_str()
}
