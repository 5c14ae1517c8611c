//! What other programs changed between two entries of the journal, or since the last one.

use std::sync::Arc;

use super::Timeline;
use super::eras::{Era, KnownStart};
use super::slot_histories::add_histories;
use crate::domain::{
    Experiment, ExperimentId, LayerId, LayerState, Layers, Revision, SlotRun, SlotUse,
    differing_attributes,
};
use crate::plan::{LayerDiff, Note, NoteCode};
use crate::store::{JournalHead, Snapshot, StateStore, StoreError};

/// Changes that no entry of the journal tells.
#[derive(Clone, Debug)]
pub struct OutsideChange {
    /// The entry after which they were made.
    pub after: i64,
    /// The database's revision that the entry left.
    pub base_revision: Revision,
    /// The revision that the next entry found, or the present one.
    pub revision: Revision,
    /// The layers as the entry left them; `None` if the journal doesn't tell.
    pub before: Option<Layers>,
    /// The layers that the next entry found, or the present ones; `None` if nobody knows.
    pub layers: Option<Layers>,
}

/// Reads the state with the histories of its slots, and a note for each layer or experiment that isn't as
/// the last entry of the journal left it. The whole journal is read only if there is any.
pub fn read_with_drift(store: &dyn StateStore) -> Result<(Snapshot, Vec<Note>), StoreError> {
    let mut snapshot = store.snapshot()?;
    let last = snapshot.last_applied.as_ref();
    if last.is_none_or(|last| last.revision == snapshot.state.revision) {
        add_histories(&mut snapshot, store)?;
        return Ok((snapshot, Vec::new()));
    }
    // Both of one instant, which may be a later one.
    let (mut snapshot, entries) = store.snapshot_with_journal()?;
    add_histories(&mut snapshot, store)?;
    let timeline = Timeline::new(&snapshot.state, &entries);
    let last = entries.first().map(|entry| entry.journal_id);
    let drift = timeline.outside_changes();
    let drift = drift.filter(|change| Some(change.after) == last);
    let notes = drift.flat_map(|change| change.notes()).collect();
    Ok((snapshot, notes))
}

/// Returns what other programs changed between these entries, which are all of the journal, and since the last
/// one, oldest first. The journal is read whole only if there is any.
pub fn outside_changes(
    store: &dyn StateStore,
    heads: &[JournalHead],
) -> Result<Vec<OutsideChange>, StoreError> {
    let present = store.snapshot()?.state.revision;
    let bases = heads.iter().map(|head| &head.base_revision);
    let ends = std::iter::once(&present).chain(bases);
    let mut pairs = heads.iter().zip(ends);
    if pairs.all(|(head, end)| head.revision == *end) {
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
    let after = era.apply.as_ref()?.journal_id;
    let is_changed = era.revision != era.end_revision;
    is_changed.then(|| OutsideChange {
        after,
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
        let since = self.after;
        let (Some(before), Some(after)) = (&self.before, &self.layers) else {
            let layers = self
                .layers
                .iter()
                .chain(&self.before)
                .flat_map(Layers::keys);
            return layers.map(|id| note_of_unknown(id, since)).collect();
        };
        let note = |(layer_id, id, what): (&LayerId, Option<&ExperimentId>, String)| {
            let name = match id {
                Some(id) => format!("`{id}`"),
                None => format!("layer `{layer_id}`"),
            };
            Note {
                code: NoteCode::ChangedOutside,
                layer_id: layer_id.clone(),
                experiment_id: id.cloned(),
                key: None,
                inherited: None,
                message: format!("{name} {what}, outside, since journal {since}"),
            }
        };
        differences(before, after).into_iter().map(note).collect()
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

fn note_of_unknown(layer_id: &LayerId, since: i64) -> Note {
    Note {
        code: NoteCode::ChangedOutside,
        layer_id: layer_id.clone(),
        experiment_id: None,
        key: None,
        inherited: None,
        message: format!(
            "layer `{layer_id}` may have changed, outside, since journal {since}: the journal \
             doesn't say how it was"
        ),
    }
}

/// A layer or one of its experiments, and how it differs.
type Difference<'a> = (&'a LayerId, Option<&'a ExperimentId>, String);

fn differences<'a>(before: &'a Layers, after: &'a Layers) -> Vec<Difference<'a>> {
    let mut found = Vec::new();
    for (id, has) in after {
        match before.get(id) {
            None => found.push((id, None, "is new".to_owned())),
            Some(had) if !Arc::ptr_eq(had, has) => found.extend(differences_within(had, has)),
            Some(_) => {}
        }
    }
    let gone = before.keys().filter(|id| !after.contains_key(*id));
    found.extend(gone.map(|id| (id, None, "is gone".to_owned())));
    found
}

fn differences_within<'a>(had: &'a LayerState, has: &'a LayerState) -> Vec<Difference<'a>> {
    let layer_id = &has.layer.layer_id;
    let mut found = Vec::new();
    if let Some(words) = join(&layer_words(had, has)) {
        found.push((layer_id, None, words));
    }
    for experiment in &has.experiments {
        let id = &experiment.experiment_id;
        let words = match had.experiment(id) {
            None => Some("is new".to_owned()),
            Some(before) => join(&experiment_words(had, before, has, experiment)),
        };
        found.extend(words.map(|words| (layer_id, Some(id), words)));
    }
    for experiment in &had.experiments {
        let id = &experiment.experiment_id;
        if has.experiment(id).is_none() {
            found.push((layer_id, Some(id), "is gone".to_owned()));
        }
    }
    found
}

fn join(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| words.join(", "))
}

/// Describes how a layer itself differs.
fn layer_words(had: &LayerState, has: &LayerState) -> Vec<String> {
    let (had, has) = (&had.layer, &has.layer);
    let mut words = Vec::new();
    if had.layer_salt != has.layer_salt {
        words.push("layer_salt changed".to_owned());
    }
    let caps = (had.total_traffic_percentage, has.total_traffic_percentage);
    if !caps.0.is_same(caps.1) {
        words.push(format!("total_traffic_percentage {} → {}", caps.0, caps.1));
    }
    if had.total_slots != has.total_slots {
        words.push(format!(
            "total_slots {} → {}",
            had.total_slots, has.total_slots
        ));
    }
    if had.hash_algorithm != has.hash_algorithm {
        let (from, to) = (had.hash_algorithm, has.hash_algorithm);
        words.push(format!("hash_algorithm {from} → {to}"));
    }
    words
}

fn runs<'a>(
    layer: &'a LayerState,
    id: &'a ExperimentId,
    usage: SlotUse,
) -> impl Iterator<Item = &'a SlotRun> {
    let runs = layer.slots.runs_of(id);
    runs.filter(move |run| run.usage == usage)
}

/// Describes how an experiment, its slots and its hold differ. A status needs no key to be understood.
fn experiment_words(
    before: &LayerState,
    had: &Experiment,
    after: &LayerState,
    has: &Experiment,
) -> Vec<String> {
    let differing = differing_attributes(had, has);
    let mut words: Vec<String> = differing
        .map(|attribute| match (attribute.key, attribute.words) {
            ("status", Some(words)) => format!("{} → {}", words(had), words(has)),
            (key, Some(words)) => format!("{key} {} → {}", words(had), words(has)),
            (key, None) => format!("{key} changed"),
        })
        .collect();
    let id = &has.experiment_id;
    for (usage, name) in [(SlotUse::Active, "active"), (SlotUse::Reserved, "reserved")] {
        let slots = |layer: &LayerState| layer.slots.count(id, usage);
        let (from, to) = (slots(before), slots(after));
        if from != to {
            words.push(format!("{name} slots {from} → {to}"));
        } else if runs(before, id, usage).ne(runs(after, id, usage)) {
            words.push(format!("other {name} slots"));
        }
    }
    match (before.holds.get(id), after.holds.get(id)) {
        (None, Some(_)) => words.push("held".to_owned()),
        (Some(_), None) => words.push("released".to_owned()),
        (had, has) if had != has => words.push("another hold".to_owned()),
        _ => {}
    }
    words
}
