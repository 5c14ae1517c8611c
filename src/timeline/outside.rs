//! What other programs changed between two entries of the journal, or since the last one.

use std::sync::Arc;

use super::Timeline;
use super::differences::{difference, differing_things};
use super::eras::{Era, KnownStart};
use crate::domain::{ExperimentId, LayerId, LayerState, Layers, Revision};
use crate::plan::{ChangedThing, LayerDiff, Note, NoteCode, OutsideDifference, SinceEntry};
use crate::store::{JournalHead, StateStore, StoreError};

/// Changes that no entry of the journal tells.
#[derive(Clone, Debug)]
pub struct OutsideChange {
    /// The entry after which they were made.
    pub after: SinceEntry,
    /// The database's revision that the entry left.
    pub base_revision: Revision,
    /// The revision that the next entry found, or the present one.
    pub revision: Revision,
    /// The layers as the entry left them; `None` if the journal doesn't tell.
    pub before: Option<Layers>,
    /// The layers that the next entry found, or the present ones; `None` if nobody knows.
    pub layers: Option<Layers>,
}

/// Returns what other programs changed between these entries, which are all of the journal, and since the last
/// one, oldest first. The journal is read whole only if there is any, and nothing if there are no entries.
pub fn outside_changes(
    store: &dyn StateStore,
    heads: &[JournalHead],
) -> Result<Vec<OutsideChange>, StoreError> {
    let Some(last) = heads.first() else {
        return Ok(Vec::new());
    };
    let mut pairs = heads.iter().zip(heads.iter().skip(1));
    let is_chain = pairs.all(|(next, head)| next.base_revision == head.revision);
    // The state is read once, and only the whole of it tells its revision.
    if is_chain && store.snapshot()?.state.revision == last.revision {
        return Ok(Vec::new());
    }
    let (snapshot, entries) = store.snapshot_with_journal()?;
    let timeline = Timeline::new(&snapshot.state, &entries);
    Ok(timeline.outside_changes().collect())
}

impl Timeline {
    /// Returns what other programs changed, oldest first. What they did before the first entry isn't
    /// known.
    pub fn outside_changes(&self) -> impl Iterator<Item = OutsideChange> {
        self.eras().iter().filter_map(outside_change)
    }
}

fn outside_change(era: &Era) -> Option<OutsideChange> {
    let apply = era.apply.as_ref()?;
    let is_changed = era.revision != era.end_revision;
    is_changed.then(|| OutsideChange {
        after: SinceEntry {
            journal_id: apply.journal_id,
            applied_at: apply.at,
        },
        base_revision: era.revision.clone(),
        revision: era.end_revision.clone(),
        before: match &era.start {
            KnownStart::Same => Some(era.layers.clone()),
            KnownStart::Other(layers) => Some(layers.clone()),
            KnownStart::Unknown(_) => None,
        },
        layers: era.is_end_known.then(|| era.layers.clone()),
    })
}

impl OutsideChange {
    /// Returns a note for each layer or experiment that differs. If it isn't known how the layers were,
    /// there is a note for each of them.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        let (Some(before), Some(after)) = (&self.before, &self.layers) else {
            let layers = self
                .layers
                .iter()
                .chain(&self.before)
                .flat_map(Layers::keys);
            return layers.map(|id| note_of_unknown(id, self.after)).collect();
        };
        let note = |thing: ChangedThing| {
            let [before, after] = [before, after].map(|all| all.get(&thing.layer_id));
            note_of(&thing, before, after, self.after)
        };
        let things = differing_things(before, after).into_iter();
        things.filter_map(note).collect()
    }

    /// Returns the unified text diff; empty if it isn't known.
    #[must_use]
    pub fn diff(&self) -> String {
        let (Some(before), Some(after)) = (&self.before, &self.layers) else {
            return String::new();
        };
        let diffs = after.iter().filter_map(|(id, layer)| {
            let before = before.get(id).map(|layer| &**layer);
            LayerDiff::within_database(before, layer)
        });
        diffs.map(|diff| diff.unified).collect()
    }
}

/// Returns the note about a thing that differs since an entry, between these states of its layer. Of a layer
/// that is new or gone there is one note, and none of its experiments.
pub(super) fn note_of(
    thing: &ChangedThing,
    before: Option<&Arc<LayerState>>,
    after: Option<&Arc<LayerState>>,
    since: SinceEntry,
) -> Option<Note> {
    let (before, after) = (before.map(|it| &**it), after.map(|it| &**it));
    let is_layer_new_or_gone = before.is_none() || after.is_none();
    if is_layer_new_or_gone && thing.experiment_id.is_some() {
        return None;
    }
    let what = difference(thing, before, after)?;
    let id = &thing.experiment_id;
    let outside = OutsideDifference {
        what: Some(what),
        since,
    };
    Some(note(&thing.layer_id, id.as_ref(), outside))
}

/// Returns the note about a layer of which nobody knows how it was.
pub(super) fn note_of_unknown(layer_id: &LayerId, since: SinceEntry) -> Note {
    let outside = OutsideDifference { what: None, since };
    note(layer_id, None, outside)
}

fn note(layer_id: &LayerId, id: Option<&ExperimentId>, outside: OutsideDifference) -> Note {
    let since = format!("outside, since journal {}", outside.since.journal_id);
    let message = match (&outside.what, id) {
        (Some(what), Some(id)) => format!("`{id}` {what}, {since}"),
        (Some(what), None) => format!("layer `{layer_id}` {what}, {since}"),
        (None, _) => format!(
            "layer `{layer_id}` may have changed, {since}: the journal doesn't say how it was"
        ),
    };
    Note {
        outside: Some(outside),
        ..Note::new(
            NoteCode::ChangedOutside,
            layer_id.clone(),
            id.cloned(),
            message,
        )
    }
}
