//! Compares a row with what its layer should have answered.

use super::RowAnswer;
use crate::assign::{AssignmentStatus, CompiledLayer, point, variant};
use crate::domain::{Allocation, Experiment, GroupName, HashAlgorithm, SlotIndex, Splitter};
use crate::exposure::LoggedRow;

/// The status of an answer that shouldn't have been logged.
pub(super) const UNKNOWN_GROUP: &str = "error";

/// How well a row fits what its layer should have answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// Everything fits.
    Complete,
    /// Everything fits but the variant, which was drawn at random.
    RandomVariant,
    /// Everything fits if the unit is of a certain group, which the log doesn't have.
    UnknownGroup,
    /// Something doesn't fit.
    Mismatch,
}

/// Compares the row with the layer's answer for this slot, with variants hashed by this algorithm.
pub(super) fn fit_row(
    layer: &CompiledLayer,
    algorithm: HashAlgorithm,
    slot: SlotIndex,
    row: &LoggedRow,
) -> Fit {
    if row.slot_index != Some(i64::from(slot.0)) {
        return Fit::Mismatch;
    }
    let experiment = active_experiment(layer, slot);
    let id = experiment.map(|experiment| experiment.experiment_id.as_str());
    if row.experiment_id.as_deref() != id {
        return Fit::Mismatch;
    }
    let status = expected_status(experiment, row);
    if !status.is_written(&row.status) {
        return Fit::Mismatch;
    }
    match experiment {
        Some(experiment) if status == AssignmentStatus::Assigned => {
            fit_variant(experiment, algorithm, row)
        }
        _ if row.variant.is_none() => Fit::Complete,
        _ => Fit::Mismatch,
    }
}

/// Compares the row's variant with that of an experiment that assigns.
pub(super) fn fit_variant(
    experiment: &Experiment,
    algorithm: HashAlgorithm,
    row: &LoggedRow,
) -> Fit {
    let Some(logged) = row.variant.as_deref() else {
        return Fit::Mismatch;
    };
    let fits_group = |(group, allocation): &(GroupName, Allocation)| {
        hashed_variant(experiment, algorithm, Some((group, allocation)), row) == logged
    };
    let (fits, fit) = match &experiment.splitter {
        Splitter::Hash => (
            hashed_variant(experiment, algorithm, None, row) == logged,
            Fit::Complete,
        ),
        Splitter::Random => {
            let mut variants = experiment.traffic_allocation.variants();
            (
                variants.any(|name| name.as_str() == logged),
                Fit::RandomVariant,
            )
        }
        grouped => match &row.group {
            Some(_) => (
                own_group(experiment, row).is_some_and(fits_group),
                Fit::Complete,
            ),
            None => (grouped.groups().iter().any(fits_group), Fit::UnknownGroup),
        },
    };
    if fits { fit } else { Fit::Mismatch }
}

/// Returns what the layer should have answered.
pub(super) fn expected_answer(layer: &CompiledLayer, row: &LoggedRow) -> RowAnswer {
    let slot = layer.slot(&row.unit_id);
    let experiment = active_experiment(layer, slot);
    let status = expected_status(experiment, row);
    let mut answer = RowAnswer {
        slot_index: Some(slot.0.into()),
        experiment_id: experiment.map(|experiment| experiment.experiment_id.to_string()),
        variant: None,
        status: status.to_string(),
    };
    let Some(experiment) = experiment.filter(|_| status == AssignmentStatus::Assigned) else {
        return answer;
    };
    let algorithm = layer.layer.hash_algorithm;
    let hash_in = |group| Some(hashed_variant(experiment, algorithm, group, row).to_owned());
    match &experiment.splitter {
        Splitter::Hash => answer.variant = hash_in(None),
        Splitter::Random => {}
        Splitter::Segment(_) | Splitter::Geo(_) | Splitter::Stratified(_) => {
            match own_group(experiment, row) {
                Some((group, allocation)) => answer.variant = hash_in(Some((group, allocation))),
                None if row.group.is_some() => UNKNOWN_GROUP.clone_into(&mut answer.status),
                None => {}
            }
        }
    }
    answer
}

/// The experiment that is active on the slot.
pub(super) fn active_experiment(layer: &CompiledLayer, slot: SlotIndex) -> Option<&Experiment> {
    layer.active_on(slot).map(|index| &layer.experiments[index])
}

/// Returns the row's group with its allocation, if the experiment has it.
fn own_group<'e>(
    experiment: &'e Experiment,
    row: &LoggedRow,
) -> Option<&'e (GroupName, Allocation)> {
    let group = row.group.as_deref()?;
    let mut groups = experiment.splitter.groups().iter();
    groups.find(|(name, _)| name.as_str() == group)
}

/// Returns the expected status of a unit on whose slot `experiment` is active.
pub(super) fn expected_status(
    experiment: Option<&Experiment>,
    row: &LoggedRow,
) -> AssignmentStatus {
    match experiment {
        None => AssignmentStatus::NotAssigned,
        Some(experiment) if experiment.is_assigning(row.at) => AssignmentStatus::Assigned,
        Some(_) => AssignmentStatus::ExperimentInactive,
    }
}

/// Returns the variant by hash, in a group or in the whole experiment.
fn hashed_variant<'e>(
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
