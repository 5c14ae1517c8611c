//! An entry of the journal taken back.

use std::sync::Arc;

use super::Layers;
use crate::domain::{LayerState, SlotMap};
use crate::plan::{Action, Change, Edit};
use crate::store::{JournalEntry, LayerSlots};

/// The layers before this entry; none where it can't have made these.
pub(super) fn undo(after: &Layers, entry: &JournalEntry) -> Option<Layers> {
    let mut layers = after.clone();
    for change in entry.changes.iter().rev() {
        if let Action::CreateLayer { .. } = change.action {
            layers.remove(&change.layer_id)?;
            continue;
        }
        let layer = layers.get_mut(&change.layer_id)?;
        take_back(Arc::make_mut(layer), change)?;
    }
    for LayerSlots {
        layer_id, before, ..
    } in &entry.slots
    {
        // A layer that was created has gone again.
        if let Some(layer) = layers.get_mut(layer_id) {
            let total = layer.layer.total_slots;
            Arc::make_mut(layer).slots = SlotMap::from_runs(total, before.clone()).ok()?;
        }
    }
    Some(layers)
}

fn take_back(layer: &mut LayerState, change: &Change) -> Option<()> {
    if let Action::UpdateLayer { from, .. } = change.action {
        layer.layer.total_traffic_percentage = from;
        return Some(());
    }
    let id = change.experiment_id.as_ref()?;
    let mut experiments = layer.experiments.iter();
    let index = experiments.position(|experiment| experiment.experiment_id == *id)?;
    let experiment = &mut layer.experiments[index];
    match &change.action {
        Action::CreateExperiment { .. } => {
            layer.experiments.remove(index);
        }
        Action::RampUp { from, to, slots } => {
            experiment.traffic_percentage = *from;
            // Where no slot was reserved beyond the traffic, it took the reserve along. A reserve
            // of less than a slot more isn't told apart, and does nothing.
            if slots.reserved_before == 0 && experiment.reserved_percentage.is_same(*to) {
                experiment.reserved_percentage = *from;
            }
        }
        Action::Reserve { from, .. } => experiment.reserved_percentage = *from,
        Action::SetStatus { from, .. } => experiment.status = *from,
        Action::Complete {
            from,
            winner,
            allocation_before,
            ..
        } => {
            experiment.status = *from;
            if winner.is_some() {
                // An entry of an earlier version doesn't say it.
                let before = allocation_before.as_ref()?;
                let variants = experiment.traffic_allocation.variants();
                experiment.traffic_allocation = before.to_allocation(variants).ok()?;
            }
        }
        Action::Edit(Edit::Name { from, .. }) => experiment.name.clone_from(from),
        Action::Edit(Edit::StartDate { from, .. }) => experiment.start_date = *from,
        Action::Edit(Edit::EndDate { from, .. }) => experiment.end_date = *from,
        Action::Edit(Edit::Priority { from, .. }) => experiment.priority = *from,
        Action::CreateLayer { .. } | Action::UpdateLayer { .. } => {}
    }
    Some(())
}
