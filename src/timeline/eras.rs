//! The eras between the applies.

use jiff::Timestamp;

use super::entry::{redo_entry, undo_entry};
use crate::domain::{Experiment, ExperimentId, LayerId, LayerState, Layers, State};
use crate::store::JournalEntry;

/// A state over time.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Oldest first; at least one.
    eras: Vec<Era>,
    /// When each begins, never before the previous one: a clock that was put back makes an era of
    /// zero length.
    starts: Vec<Timestamp>,
}

/// The time from one apply to the next.
#[derive(Clone, Debug)]
pub struct Era {
    /// The apply that began it; `None` for the time before the journal.
    pub apply: Option<Apply>,
    /// The layers at its end. Adjacent eras share those that didn't change.
    pub layers: Layers,
    /// Whether these were the layers all the time. Not if another program changed the database
    /// meanwhile, or later, so that the layers are only inferred from the present ones; and not
    /// before the journal, unless the database was empty.
    pub is_certain: bool,
}

/// What began an era.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apply {
    /// The number of the journal's entry.
    pub journal_id: i64,
    /// When it was applied.
    pub at: Timestamp,
    /// Who applied it.
    pub actor: String,
    /// The layers that it changed.
    pub layers: Vec<LayerId>,
}

impl Timeline {
    /// Reconstructs the past of this state from these entries, newest first, both of one instant,
    /// as [`StateStore::snapshot_with_journal`](crate::store::StateStore::snapshot_with_journal)
    /// returns them.
    ///
    /// If an entry doesn't fit the state that it should have produced, the state before it is
    /// unknown: then the eras before it have no layers and aren't certain.
    #[must_use]
    pub fn new(state: &State, entries: &[JournalEntry]) -> Self {
        let mut eras = backwards(state, entries);
        eras.reverse();
        if eras.iter().any(|era| !era.is_certain) {
            for (era, layers) in eras.iter_mut().zip(forwards(entries)) {
                era.layers = layers;
                era.is_certain = true;
            }
        }
        Self::of(eras)
    }

    fn of(eras: Vec<Era>) -> Self {
        let mut latest = Timestamp::MIN;
        let starts = eras.iter().map(|era| {
            latest = era
                .apply
                .as_ref()
                .map_or(latest, |apply| latest.max(apply.at));
            latest
        });
        Self {
            starts: starts.collect(),
            eras,
        }
    }

    /// Returns the eras, oldest first.
    #[must_use]
    pub fn eras(&self) -> &[Era] {
        &self.eras
    }

    /// Returns the eras, oldest first, each with its start and the start of the next one.
    pub fn era_spans(&self) -> impl Iterator<Item = (Timestamp, Timestamp, &Era)> {
        let ends = self.starts.iter().skip(1).chain([&Timestamp::MAX]);
        let spans = self.starts.iter().zip(ends).zip(&self.eras);
        spans.map(|((start, end), era)| (*start, *end, era))
    }

    /// Returns the index of the era that this time falls into.
    #[must_use]
    pub fn index_at(&self, at: Timestamp) -> usize {
        // The first one has no beginning.
        self.starts.partition_point(|start| *start <= at) - 1
    }

    /// Returns the era that this time falls into.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> &Era {
        &self.eras[self.index_at(at)]
    }

    /// Returns the applies, oldest first.
    pub fn applies(&self) -> impl Iterator<Item = &Apply> {
        self.eras.iter().filter_map(|era| era.apply.as_ref())
    }
}

/// Returns the eras, newest first, from the current state backwards.
fn backwards(state: &State, entries: &[JournalEntry]) -> Vec<Era> {
    let mut layers = Some(state.layers.clone());
    let mut eras = Vec::with_capacity(entries.len() + 1);
    let mut revision = &state.revision;
    let mut is_certain = true;
    for entry in entries {
        let before = layers.as_ref().and_then(|layers| undo_entry(layers, entry));
        is_certain &= layers.is_some() && entry.revision == *revision;
        eras.push(Era {
            apply: Some(Apply::of(entry)),
            layers: layers.unwrap_or_default(),
            is_certain,
        });
        layers = before;
        revision = &entry.base_revision;
    }
    eras.push(Era {
        apply: None,
        is_certain: is_certain && layers.as_ref().is_some_and(Layers::is_empty),
        layers: layers.unwrap_or_default(),
    });
    eras
}

/// Returns the layers of the eras, oldest first, from an empty database on: up to the first write
/// of another program; empty if the journal doesn't begin with an empty database.
fn forwards(entries: &[JournalEntry]) -> Vec<Layers> {
    if !entries.last().is_some_and(|first| first.began_empty) {
        return Vec::new();
    }
    let mut layers = Layers::new();
    let mut eras = vec![layers.clone()];
    for pair in entries.windows(2).rev() {
        let (next, entry) = (&pair[0], &pair[1]);
        let after = redo_entry(&layers, entry).filter(|_| next.base_revision == entry.revision);
        let Some(after) = after else { break };
        eras.push(after.clone());
        layers = after;
    }
    eras
}

impl Era {
    /// Returns the experiment with this id, and its layer.
    #[must_use]
    pub fn experiment(&self, id: &ExperimentId) -> Option<(&LayerState, &Experiment)> {
        let mut layers = self.layers.values();
        layers.find_map(|layer| Some((&**layer, layer.experiment(id)?)))
    }
}

impl Apply {
    fn of(entry: &JournalEntry) -> Self {
        let layers = entry.slots.iter().map(|slots| slots.layer_id.clone());
        Self {
            journal_id: entry.journal_id,
            at: entry.applied_at,
            actor: entry.actor.clone(),
            layers: layers.collect(),
        }
    }
}
