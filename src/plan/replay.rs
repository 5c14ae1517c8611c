//! What a state becomes by changes. The planner and the store go the same way, so what was
//! reviewed is what is written.

use std::collections::BTreeMap;

use super::{Action, Change, Edit, SlotCounts};
use crate::domain::{
    Allocation, Arm, Experiment, ExperimentId, Fraction, Layer, LayerId, LayerState, RecordError,
    SlotMapError, SlotUse, Status, VariantName,
};

/// Carries out the changes, in order, on these layers. On an error the layers are left half done:
/// work on a copy.
pub fn replay(
    layers: &mut BTreeMap<LayerId, LayerState>,
    changes: &[Change],
) -> Result<(), ReplayError> {
    changes.iter().try_for_each(|change| step(layers, change))
}

fn step(layers: &mut BTreeMap<LayerId, LayerState>, change: &Change) -> Result<(), ReplayError> {
    let layer_id = &change.layer_id;
    if let Action::CreateLayer {
        layer_salt,
        total_slots,
        total_traffic_percentage,
        hash_algorithm,
    } = &change.action
    {
        let layer = Layer {
            layer_id: layer_id.clone(),
            layer_salt: layer_salt.clone(),
            total_slots: *total_slots,
            total_traffic_percentage: *total_traffic_percentage,
            hash_algorithm: *hash_algorithm,
        };
        let before = layers.insert(layer_id.clone(), LayerState::empty(layer));
        return if before.is_some() {
            Err(ReplayError::Exists(layer_id.to_string()))
        } else {
            Ok(())
        };
    }
    let layer = layers
        .get_mut(layer_id)
        .ok_or_else(|| ReplayError::Missing(layer_id.to_string()))?;
    step_on_layer(layer, change.experiment_id.as_ref(), &change.action)
}

/// Carries out one change on the layer that it concerns, which exists.
pub(super) fn step_on_layer(
    layer: &mut LayerState,
    id: Option<&ExperimentId>,
    action: &Action,
) -> Result<(), ReplayError> {
    match (action, id) {
        (Action::UpdateLayer { to, .. }, _) => {
            layer.layer.total_traffic_percentage = *to;
            Ok(())
        }
        (_, None) => Err(ReplayError::WithoutExperiment(action.kind())),
        (Action::CreateExperiment { experiment, slots }, Some(id)) => {
            if layer.experiment(id).is_some() {
                return Err(ReplayError::Exists(id.to_string()));
            }
            layer.experiments.push(experiment.to_experiment()?);
            move_slots(layer, id, *slots)
        }
        (action, Some(id)) => change_experiment(layer, id, action),
    }
}

fn change_experiment(
    layer: &mut LayerState,
    id: &ExperimentId,
    action: &Action,
) -> Result<(), ReplayError> {
    let experiment = layer
        .experiments
        .iter_mut()
        .find(|experiment| experiment.experiment_id == *id)
        .ok_or_else(|| ReplayError::Missing(id.to_string()))?;
    match action {
        Action::RampUp { to, .. } => {
            experiment.traffic_percentage = *to;
            // A ramp-up beyond the reserve takes the reserve along.
            if to.exceeds(experiment.reserved_percentage) {
                experiment.reserved_percentage = *to;
            }
        }
        Action::Reserve { to, .. } => experiment.reserved_percentage = *to,
        Action::SetStatus { to, .. } => experiment.status = *to,
        Action::Complete { winner, .. } => {
            experiment.status = Status::Completed;
            if let Some(winner) = winner {
                roll_out(experiment, winner)?;
            }
        }
        Action::Edit(Edit::Name { to, .. }) => experiment.name.clone_from(to),
        Action::Edit(Edit::StartDate { to, .. }) => experiment.start_date = *to,
        Action::Edit(Edit::EndDate { to, .. }) => experiment.end_date = *to,
        Action::Edit(Edit::Priority { to, .. }) => experiment.priority = *to,
        Action::CreateLayer { .. }
        | Action::UpdateLayer { .. }
        | Action::CreateExperiment { .. } => {}
    }
    action
        .slots()
        .map_or(Ok(()), |slots| move_slots(layer, id, slots))
}

/// Gives everything to the winner.
fn roll_out(experiment: &mut Experiment, winner: &VariantName) -> Result<(), ReplayError> {
    let share = |variant: &VariantName| {
        if variant == winner {
            Fraction::ONE
        } else {
            Fraction::ZERO
        }
    };
    let arms = experiment.traffic_allocation.variants();
    let arms = arms.map(|variant| Arm {
        variant: variant.clone(),
        fraction: share(variant),
    });
    experiment.traffic_allocation = Allocation::new(arms.collect()).map_err(RecordError::from)?;
    Ok(())
}

fn move_slots(
    layer: &mut LayerState,
    id: &ExperimentId,
    counts: SlotCounts,
) -> Result<(), ReplayError> {
    let slots = &mut layer.slots;
    let here = (
        slots.count(id, SlotUse::Active),
        slots.count(id, SlotUse::Reserved),
    );
    if here != (counts.active_before, counts.reserved_before) {
        return Err(ReplayError::OtherSlots(id.clone()));
    }
    if counts.held_after() == 0 {
        slots.release(id);
        return Ok(());
    }
    let (Some(taken), Some(activated)) = (
        counts.held_after().checked_sub(counts.held_before()),
        counts.active_after.checked_sub(counts.active_before),
    ) else {
        return Err(ReplayError::GivesBack(id.clone()));
    };
    slots.reserve(id, taken)?;
    slots.activate(id, activated)?;
    Ok(())
}

/// Why changes don't fit a state. From a plan that was made for this state, none can come.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// Something to be created is there already.
    #[error("{0} exists already")]
    Exists(String),
    /// Something to be changed isn't there.
    #[error("{0} doesn't exist")]
    Missing(String),
    /// A change of an experiment names none.
    #[error("a {0} names no experiment")]
    WithoutExperiment(&'static str),
    /// The experiment's slots aren't those from which the change starts.
    #[error("{0} doesn't have the slots that the change starts from")]
    OtherSlots(ExperimentId),
    /// Slots would be given back other than by completion.
    #[error("{0} would give slots back without being completed")]
    GivesBack(ExperimentId),
    /// The slots aren't to be had.
    #[error(transparent)]
    Slots(#[from] SlotMapError),
    /// The written experiment is none.
    #[error(transparent)]
    Record(#[from] RecordError),
}
