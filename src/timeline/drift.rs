//! Where the state isn't as the journal left it: what other programs changed, and no entry has set since.
//!
//! The journal is gone through once, oldest entry first. What another program changed between two entries
//! departs from what the journal says, and comes back when an entry sets it, or when it is changed back. So an
//! entry about something else doesn't make it forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::differences::{difference, differing_things, is_beyond_files};
use super::entry::redo_entry;
use super::outside::{note_of, note_of_unknown};
use super::slot_histories::add_histories;
use crate::domain::{ExperimentId, LayerState, Layers, State};
use crate::plan::{Action, Change, ChangedThing, OutsideNote, SinceEntry};
use crate::store::{EntryKind, JournalEntry, Snapshot, StateStore, StoreError};

/// Reads the state with the histories of its slots, and a note for each layer or experiment that isn't as the
/// journal left it. The whole journal is read only if another program ever wrote between its entries, or after
/// the last one.
pub fn read_with_drift(store: &dyn StateStore) -> Result<(Snapshot, Vec<OutsideNote>), StoreError> {
    let (mut snapshot, notes) = read_drift(store)?;
    add_histories(&mut snapshot, store)?;
    Ok((snapshot, notes))
}

fn read_drift(store: &dyn StateStore) -> Result<(Snapshot, Vec<OutsideNote>), StoreError> {
    let snapshot = store.snapshot()?;
    let last = snapshot.last_applied.as_ref();
    let is_left_alone = match last {
        None => true,
        Some(last) => last.revision == snapshot.state.revision && !store.has_journal_gaps()?,
    };
    if is_left_alone {
        return Ok((snapshot, Vec::new()));
    }
    // Both of one instant, which may be a later one.
    let (snapshot, entries) = store.snapshot_with_journal()?;
    let notes = drift(&snapshot.state, &entries);
    Ok((snapshot, notes))
}

/// Returns a note for each layer or experiment of this state that isn't as these entries left it: all of the
/// journal, newest first, of the same instant.
///
/// An entry that makes changes to an experiment sets all of it, since it is planned as a whole; a hold or a
/// release sets the hold, and a hold the status. Where entries of an earlier version don't say what they found,
/// what other programs changed before them isn't known.
#[must_use]
pub fn drift(state: &State, entries: &[JournalEntry]) -> Vec<OutsideNote> {
    let mut departures = Departures::default();
    let mut known: Option<Layers> = None;
    let mut last: Option<&JournalEntry> = None;
    for entry in entries.iter().rev() {
        let gap = last.filter(|last| last.revision != entry.base_revision);
        let empty = || entry.began_empty.then(Layers::new);
        let found = entry.base.clone().or_else(empty);
        let found = match (gap, known) {
            (Some(last), Some(left)) => {
                if let Some(found) = &found {
                    departures.pass_gap(since(last), &left, found);
                }
                found
            }
            (Some(_), None) => found,
            (None, left) => found.or(left),
        };
        known = found.and_then(|found| redo_entry(found, entry));
        departures.pass_entry(entry, known.as_ref());
        last = Some(entry);
    }
    let gap = last.filter(|last| last.revision != state.revision);
    let recent = match (gap, &known) {
        (None, _) => BTreeSet::new(),
        (Some(last), Some(left)) => departures.pass_gap(since(last), left, &state.layers),
        (Some(last), None) => {
            let unknown = state.layers.keys();
            return unknown
                .map(|id| OutsideNote {
                    note: note_of_unknown(id, since(last)),
                    ends_with_files: false,
                })
                .collect();
        }
    };
    departures.notes(state, &recent)
}

fn since(entry: &JournalEntry) -> SinceEntry {
    SinceEntry {
        journal_id: entry.journal_id,
        applied_at: entry.applied_at,
    }
}

/// What isn't as the journal left it.
#[derive(Default)]
struct Departures(BTreeMap<ChangedThing, Departure>);

/// Since when a thing isn't as it was left, and how that was.
struct Departure {
    /// The entry after which it was changed.
    since: SinceEntry,
    /// Its layer, with the thing as it was left; `None` if there was no such layer.
    left: Option<Arc<LayerState>>,
}

impl Departures {
    /// Takes note of what changed between what an entry left and what was found afterwards, and returns it.
    fn pass_gap(
        &mut self,
        after: SinceEntry,
        left: &Layers,
        found: &Layers,
    ) -> BTreeSet<ChangedThing> {
        let things = differing_things(left, found);
        for thing in &things {
            let left = left.get(&thing.layer_id);
            self.0.entry(thing.clone()).or_insert_with(|| Departure {
                since: after,
                left: left.cloned(),
            });
        }
        self.forget_restored(found);
        things
    }

    /// Forgets what this entry set; `now` are the layers that it left, if they are known.
    fn pass_entry(&mut self, entry: &JournalEntry, now: Option<&Layers>) {
        if self.0.is_empty() {
            return;
        }
        for change in &entry.changes {
            let thing = ChangedThing::of(change);
            match now {
                Some(now) if entry.kind != EntryKind::Apply => self.set_hold(&thing, change, now),
                _ => {
                    self.0.remove(&thing);
                }
            }
        }
        if let Some(now) = now {
            self.forget_restored(now);
        }
    }

    /// Takes over what a hold or a release set.
    fn set_hold(&mut self, thing: &ChangedThing, change: &Change, now: &Layers) {
        let departure = self.0.get_mut(thing);
        let left = departure.and_then(|departure| departure.left.as_mut());
        let now = now.get(&thing.layer_id);
        if let (Some(left), Some(now), Some(id)) = (left, now, &thing.experiment_id) {
            let left = Arc::make_mut(left);
            match now.holds.get(id) {
                Some(hold) => left.holds.insert(id.clone(), hold.clone()),
                None => left.holds.remove(id),
            };
            if matches!(change.action, Action::Hold { .. }) {
                set_status(left, now, id);
            }
        }
    }

    /// Forgets what is as it was left.
    fn forget_restored(&mut self, layers: &Layers) {
        self.0.retain(|thing, departure| {
            let now = layers.get(&thing.layer_id).map(|it| &**it);
            difference(thing, departure.left.as_deref(), now).is_some()
        });
    }

    fn notes(&self, state: &State, recent: &BTreeSet<ChangedThing>) -> Vec<OutsideNote> {
        let notes = self.0.iter().filter_map(|(thing, departure)| {
            let now = state.layers.get(&thing.layer_id);
            let left = departure.left.as_ref();
            let is_beyond_files = is_beyond_files(thing, left.map(|it| &**it), now.map(|it| &**it));
            Some(OutsideNote {
                note: note_of(thing, left, now, departure.since)?,
                ends_with_files: !is_beyond_files && !recent.contains(thing),
            })
        });
        notes.collect()
    }
}

fn set_status(left: &mut LayerState, now: &LayerState, id: &ExperimentId) {
    let experiments = left.experiments.iter_mut();
    let mut experiments = experiments.filter(|it| it.experiment_id == *id);
    if let (Some(left), Some(now)) = (experiments.next(), now.experiment(id)) {
        left.status = now.status;
    }
}
