//! Who held slots last, from the journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{FormerHolders, LayerId, SlotHistories, SlotMap, SlotRun, State};
use crate::store::{SlotEntry, Snapshot, StateStore, StoreError};

/// Adds the histories of its slots to a state. They are read later, but only up to the state's own instant.
pub(super) fn add_histories(
    snapshot: &mut Snapshot,
    store: &dyn StateStore,
) -> Result<(), StoreError> {
    if snapshot.last_applied.is_some() {
        snapshot.state.slot_histories = slot_histories(&snapshot.state, &store.slot_entries()?);
    }
    Ok(())
}

/// Returns who held the slots of each layer last: `entries` are those of the journal, newest first. Those
/// that are newer than the state don't count: to them, it would look as if another program had taken slots
/// away. Such slots count as held until the next entry that found them so; since the newest one, nobody knows.
#[must_use]
pub fn slot_histories(state: &State, entries: &[SlotEntry]) -> SlotHistories {
    let mut histories: BTreeMap<&LayerId, FormerHolders> = BTreeMap::new();
    let mut last: BTreeMap<&LayerId, &[SlotRun]> = BTreeMap::new();
    let known = |entry: &&SlotEntry| Some(entry.journal_id) <= state.last_entry;
    for entry in entries.iter().filter(known).rev() {
        for slots in &entry.slots {
            let Some(layer) = state.layer(&slots.layer_id) else {
                continue;
            };
            let total = layer.layer.total_slots;
            let known = |runs: &[SlotRun]| SlotMap::from_runs(total, runs.to_vec()).ok();
            let (Some(found), Some(left)) = (known(&slots.before), known(&slots.after)) else {
                continue;
            };
            let history = histories.entry(&slots.layer_id).or_default();
            let at = Some(entry.applied_at);
            if let Some(before) = last.insert(&slots.layer_id, &slots.after) {
                history.pass(before, &found, at);
            }
            history.pass(&slots.before, &left, at);
        }
    }
    for (id, before) in last {
        if let (Some(layer), Some(history)) = (state.layer(id), histories.get_mut(id)) {
            history.pass(before, &layer.slots, None);
        }
    }
    let histories = histories.into_iter();
    let histories = histories.filter(|(_, history)| *history != FormerHolders::default());
    histories
        .map(|(id, history)| (id.clone(), Arc::new(history)))
        .collect()
}
