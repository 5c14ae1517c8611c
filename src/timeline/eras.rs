//! The eras between the applies.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::undo::undo;
use crate::domain::{Experiment, ExperimentId, LayerId, LayerState, State};
use crate::store::JournalEntry;

/// The layers of an era. Neighbouring eras share those that didn't change.
pub type Layers = BTreeMap<LayerId, Arc<LayerState>>;

/// A state over time.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Oldest first; at least one.
    eras: Vec<Era>,
    /// When each begins, never before the one ahead of it: a clock that was put back makes an era
    /// that nothing falls into.
    starts: Vec<Timestamp>,
}

/// The time from one apply to the next.
#[derive(Clone, Debug)]
pub struct Era {
    /// The apply that began it; none for the time before the journal.
    pub apply: Option<Apply>,
    /// The layers at its end.
    pub layers: Layers,
    /// Whether the layers were the same all the time. Not where another program changed the
    /// database meanwhile, and not before the journal, unless there was nothing.
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
    /// The way to this state by these entries, newest first, as
    /// [`Store::history`](crate::store::Store::history) gives them.
    ///
    /// Where an entry doesn't fit the state that it should have made, what was before isn't known:
    /// the first era has no layers then and isn't certain.
    #[must_use]
    pub fn new(state: &State, entries: &[JournalEntry]) -> Self {
        let shared = |(id, layer): (&LayerId, &LayerState)| (id.clone(), Arc::new(layer.clone()));
        let mut layers: Layers = state.layers.iter().map(shared).collect();
        let mut eras = Vec::new();
        let mut revision = &state.revision;
        let mut is_known = true;
        for entry in entries {
            let before = undo(&layers, entry);
            eras.push(Era {
                apply: Some(Apply::of(entry)),
                layers,
                is_certain: entry.revision == *revision,
            });
            revision = &entry.base_revision;
            is_known = before.is_some();
            layers = before.unwrap_or_default();
            if !is_known {
                break;
            }
        }
        eras.push(Era {
            apply: None,
            is_certain: is_known && layers.is_empty(),
            layers,
        });
        eras.reverse();
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

    /// The eras, oldest first.
    #[must_use]
    pub fn eras(&self) -> &[Era] {
        &self.eras
    }

    /// The eras with when each begins and when the next one does, oldest first.
    pub fn stretches(&self) -> impl Iterator<Item = (Timestamp, Timestamp, &Era)> {
        let ends = self.starts.iter().skip(1).chain([&Timestamp::MAX]);
        let stretches = self.starts.iter().zip(ends).zip(&self.eras);
        stretches.map(|((start, end), era)| (*start, *end, era))
    }

    /// The index of the era that this time falls into.
    #[must_use]
    pub fn index_at(&self, at: Timestamp) -> usize {
        // The first one began before every time.
        self.starts.partition_point(|start| *start <= at) - 1
    }

    /// The era that this time falls into.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> &Era {
        &self.eras[self.index_at(at)]
    }

    /// The applies, oldest first.
    pub fn applies(&self) -> impl Iterator<Item = &Apply> {
        self.eras.iter().filter_map(|era| era.apply.as_ref())
    }
}

impl Era {
    /// The experiment of this id with the layer that it stands on.
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
