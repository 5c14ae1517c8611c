//! An entry of the journal carried out again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Layers;
use crate::plan::replay;
use crate::store::JournalEntry;

/// The layers after this entry; none where it can't have been carried out on these.
pub(super) fn redo(before: &Layers, entry: &JournalEntry) -> Option<Layers> {
    let concerned = entry.slots.iter().filter_map(|slots| {
        let layer = before.get(&slots.layer_id)?;
        Some((slots.layer_id.clone(), (**layer).clone()))
    });
    let mut changed: BTreeMap<_, _> = concerned.collect();
    replay(&mut changed, &entry.changes).ok()?;
    let mut layers = before.clone();
    for slots in &entry.slots {
        let layer = changed.remove(&slots.layer_id)?;
        if layer.slots.runs() != slots.after {
            return None;
        }
        layers.insert(slots.layer_id.clone(), Arc::new(layer));
    }
    Some(layers)
}
