//! What changes make of a state, and what it was before them. The planner and the store use the
//! same code, so what was reviewed is what is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::change::implied_reserve;
use super::edit::Side;
use super::{Action, Change, SlotCounts};
use crate::domain::{
    Allocation, Arm, Experiment, ExperimentId, Fraction, Hold, Layer, LayerId, LayerState, Layers,
    RecordError, SlotMapError, SlotUse, Status, VariantName,
};

/// Carries out the changes, in order, on these layers. On an error the layers are left half done:
/// work on a copy.
pub fn replay_changes(layers: &mut Layers, changes: &[Change]) -> Result<(), ReplayError> {
    changes.iter().try_for_each(|change| step(layers, change))
}

/// Undoes the changes, the last one first: a replay with `from` and `to` swapped.
///
/// Slots stay as they are, since a change counts them but doesn't say where they are: the journal
/// keeps the previous runs. On an error the layers are left half done.
pub fn undo_changes(layers: &mut Layers, changes: &[Change]) -> Result<(), ReplayError> {
    let mut changes = changes.iter().rev();
    changes.try_for_each(|change| step_back(layers, change))
}

fn step(layers: &mut Layers, change: &Change) -> Result<(), ReplayError> {
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
        let before = layers.insert(layer_id.clone(), Arc::new(LayerState::empty(layer)));
        return if before.is_some() {
            Err(ReplayError::Exists(layer_id.to_string()))
        } else {
            Ok(())
        };
    }
    let layer = layer_of(layers, layer_id)?;
    step_on_layer(
        layer,
        change.experiment_id.as_ref(),
        &change.action,
        change.taken.as_deref(),
    )
}

fn step_back(layers: &mut Layers, change: &Change) -> Result<(), ReplayError> {
    let layer = layer_of(layers, &change.layer_id)?;
    match (&change.action, &change.experiment_id) {
        (Action::CreateLayer { .. }, _) => {
            layers.remove(&change.layer_id);
            Ok(())
        }
        (Action::CreateExperiment { .. }, Some(id)) => {
            let index = layer
                .experiments
                .iter()
                .position(|experiment| experiment.experiment_id == *id)
                .ok_or_else(|| ReplayError::Missing(id.to_string()))?;
            layer.experiments.remove(index);
            layer.holds.remove(id);
            Ok(())
        }
        (action, id) => set_values(layer, id.as_ref(), action, Side::Before),
    }
}

fn layer_of<'l>(layers: &'l mut Layers, id: &LayerId) -> Result<&'l mut LayerState, ReplayError> {
    let missing = || ReplayError::Missing(id.to_string());
    layers.get_mut(id).map(Arc::make_mut).ok_or_else(missing)
}

/// Carries out one change on the layer that it concerns, which exists.
pub(super) fn step_on_layer(
    layer: &mut LayerState,
    id: Option<&ExperimentId>,
    action: &Action,
    taken: Option<&[(u32, u32)]>,
) -> Result<(), ReplayError> {
    if let (Action::CreateExperiment { experiment, .. }, Some(id)) = (action, id) {
        if layer.experiment(id).is_some() {
            return Err(ReplayError::Exists(id.to_string()));
        }
        layer.experiments.push(experiment.to_experiment()?);
    } else {
        set_values(layer, id, action, Side::After)?;
    }
    match (action.slots(), id) {
        (Some(slots), Some(id)) => move_slots(layer, id, slots, taken),
        _ => Ok(()),
    }
}

/// Gives a layer or an experiment the values of one side of a change.
fn set_values(
    layer: &mut LayerState,
    id: Option<&ExperimentId>,
    action: &Action,
    side: Side,
) -> Result<(), ReplayError> {
    if let Action::UpdateLayer { from, to } = action {
        layer.layer.total_traffic_percentage = *side.of(from, to);
        return Ok(());
    }
    let id = id.ok_or_else(|| ReplayError::WithoutExperiment(action.kind()))?;
    let experiment = layer
        .experiments
        .iter_mut()
        .find(|experiment| experiment.experiment_id == *id)
        .ok_or_else(|| ReplayError::Missing(id.to_string()))?;
    let holds = &mut layer.holds;
    let is_released = !holds.contains_key(id);
    match action {
        Action::RampUp {
            from,
            to,
            reserve_before,
            slots,
        } => {
            experiment.traffic_percentage = *side.of(from, to);
            let reserve = &mut experiment.reserved_percentage;
            *reserve = match side {
                Side::Before => {
                    reserve_before.unwrap_or_else(|| implied_reserve(*from, *to, *slots, *reserve))
                }
                // A ramp-up beyond the reserve raises the reserve too.
                Side::After if to.exceeds(*reserve) => *to,
                Side::After => *reserve,
            };
        }
        Action::Reserve { from, to, .. } => experiment.reserved_percentage = *side.of(from, to),
        Action::SetStatus { from, to } => {
            if matches!((side, to), (Side::After, Status::Active)) && !is_released {
                return Err(ReplayError::Held(id.clone()));
            }
            experiment.status = *side.of(from, to);
        }
        Action::Hold {
            from,
            hold,
            replaces,
        } => {
            if *from == Status::Completed {
                return Err(ReplayError::HoldsCompleted(id.clone()));
            }
            let to = if *from == Status::Active {
                Status::Paused
            } else {
                *from
            };
            let (was, is) = match side {
                Side::Before => (Some(hold), replaces.as_ref()),
                Side::After => (replaces.as_ref(), Some(hold)),
            };
            set_hold(holds, id, was, is)?;
            experiment.status = *side.of(from, &to);
        }
        Action::Release { hold } => match side {
            Side::Before => set_hold(holds, id, None, Some(hold))?,
            Side::After => set_hold(holds, id, Some(hold), None)?,
        },
        Action::Complete {
            from,
            winner,
            allocation_before,
            ..
        } => {
            if matches!(side, Side::After) && !is_released {
                return Err(ReplayError::Held(id.clone()));
            }
            experiment.status = *side.of(from, &Status::Completed);
            match (winner, side) {
                (None, _) => {}
                (Some(winner), Side::After) => roll_out(experiment, winner)?,
                (Some(_), Side::Before) => {
                    let before = allocation_before.as_ref();
                    let before = before.ok_or_else(|| ReplayError::WithoutBefore(id.clone()))?;
                    let variants = experiment.traffic_allocation.variants();
                    experiment.traffic_allocation = before.to_allocation(variants)?;
                }
            }
        }
        Action::Edit(edit) => edit.set(experiment, side),
        Action::CreateLayer { .. }
        | Action::UpdateLayer { .. }
        | Action::CreateExperiment { .. } => {}
    }
    Ok(())
}

/// Replaces the hold that an experiment was to have by the one that it is to have.
fn set_hold(
    holds: &mut BTreeMap<ExperimentId, Hold>,
    id: &ExperimentId,
    was: Option<&Hold>,
    is: Option<&Hold>,
) -> Result<(), ReplayError> {
    if holds.get(id) != was {
        return Err(ReplayError::OtherHold(id.clone()));
    }
    match is {
        Some(hold) => holds.insert(id.clone(), hold.clone()),
        None => holds.remove(id),
    };
    Ok(())
}

/// Gives all units to the winner.
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
    runs: Option<&[(u32, u32)]>,
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
    match runs {
        None => slots.reserve(id, taken)?,
        Some(runs) => {
            slots.reserve_runs(id, runs)?;
            if slots.held(id) != counts.held_after() {
                return Err(ReplayError::OtherSlots(id.clone()));
            }
        }
    }
    slots.activate(id, activated)?;
    Ok(())
}

/// Why changes don't fit a state. A plan made for this state can't cause any of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// Something to be created already exists.
    #[error("`{0}` already exists")]
    Exists(String),
    /// Something to be changed doesn't exist.
    #[error("`{0}` doesn't exist")]
    Missing(String),
    /// A change of an experiment doesn't name one.
    #[error("change `{0}` has no experiment id")]
    WithoutExperiment(&'static str),
    /// An entry of an earlier version doesn't have the allocation that a winner replaced.
    #[error("the change of `{0}` doesn't say which allocation was before")]
    WithoutBefore(ExperimentId),
    /// An experiment would be made active, or completed, without releasing its hold.
    #[error("`{0}` is held")]
    Held(ExperimentId),
    /// A completed experiment would be held.
    #[error("`{0}` is completed and can't be held")]
    HoldsCompleted(ExperimentId),
    /// The experiment's hold isn't the one that the change starts from.
    #[error("`{0}` doesn't have the hold that the change starts from")]
    OtherHold(ExperimentId),
    /// The experiment's slots aren't those that the change starts from.
    #[error("`{0}` doesn't have the slots that the change starts from")]
    OtherSlots(ExperimentId),
    /// Slots would be released without a completion.
    #[error("`{0}` would release slots without being completed")]
    GivesBack(ExperimentId),
    /// The slots can't be allocated.
    #[error(transparent)]
    Slots(#[from] SlotMapError),
    /// The experiment record is invalid.
    #[error(transparent)]
    Record(#[from] RecordError),
}
