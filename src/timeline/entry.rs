//! Redoes or undoes an entry of the journal.

use std::sync::Arc;

use crate::domain::{Layers, SlotMap};
use crate::plan::{replay_changes, undo_changes};
use crate::store::JournalEntry;

/// Returns the layers after this entry, or `None` if it can't have been applied to these.
pub(super) fn redo_entry(mut layers: Layers, entry: &JournalEntry) -> Option<Layers> {
    replay_changes(&mut layers, &entry.changes).ok()?;
    for slots in &entry.slots {
        if layers.get(&slots.layer_id)?.slots.runs().ne(&slots.after) {
            return None;
        }
    }
    Some(layers)
}

/// Returns the layers before this entry, or `None` if it can't have produced these.
pub(super) fn undo_entry(after: &Layers, entry: &JournalEntry) -> Option<Layers> {
    let mut changed = concerned(after, entry);
    undo_changes(&mut changed, &entry.changes).ok()?;
    for slots in &entry.slots {
        // Before its creation a layer doesn't exist.
        if let Some(layer) = changed.get_mut(&slots.layer_id) {
            let total = layer.layer.total_slots;
            Arc::make_mut(layer).slots = SlotMap::from_runs(total, slots.before.clone()).ok()?;
        }
    }
    Some(replaced(after, entry, changed))
}

/// Returns the layers that the entry concerns.
fn concerned(layers: &Layers, entry: &JournalEntry) -> Layers {
    let ids = entry.slots.iter().map(|slots| &slots.layer_id);
    ids.filter_map(|id| Some((id.clone(), Arc::clone(layers.get(id)?))))
        .collect()
}

/// Returns these layers, with the entry's layers replaced by the changed ones.
fn replaced(layers: &Layers, entry: &JournalEntry, changed: Layers) -> Layers {
    let mut layers = layers.clone();
    for slots in &entry.slots {
        layers.remove(&slots.layer_id);
    }
    layers.extend(changed);
    layers
}
