//! A state that plans are applied to, wherever it is kept.

use std::sync::Arc;

use avos::domain::{LayerState, Layers, State};
use avos::plan::{LayerDiff, Plan};
#[cfg(feature = "store")]
use avos::store::SqliteStore;
use avos::store::{Author, MemoryStore, StateStore};

/// Keeps a state and applies plans to it.
pub(crate) trait World {
    /// The state as it is now.
    fn state(&self) -> State;
    /// Carries out a plan that was made for this state.
    fn apply(&mut self, plan: &Plan);
}

/// All that these layers say. In which order experiments were created doesn't count.
pub(crate) fn said(layers: &Layers) -> Vec<String> {
    let said = |layer: &Arc<LayerState>| {
        let mut layer = LayerState::clone(layer);
        let experiments = &mut layer.experiments;
        experiments.sort_by(|a, b| a.experiment_id.cmp(&b.experiment_id));
        let (runs, holds) = (layer.slots.runs(), &layer.holds);
        format!("{}{runs:?}{holds:?}", LayerDiff::text_of(&layer))
    };
    layers.values().map(said).collect()
}

impl World for MemoryStore {
    fn state(&self) -> State {
        self.snapshot().expect("a state").state
    }

    fn apply(&mut self, plan: &Plan) {
        let author = Author::new("test@host", jiff::Timestamp::UNIX_EPOCH);
        let applied = StateStore::apply(self, plan, &author);
        applied.expect("a plan fits the state that it was made for");
    }
}

/// A database of the original, emptied: new layers take its `md5`. It is applied to once a minute.
#[cfg(feature = "store")]
pub(crate) struct InDatabase {
    pub(crate) store: SqliteStore,
    /// The time of the last apply.
    at: jiff::Timestamp,
    /// Held for the file in it.
    _directory: tempfile::TempDir,
}

#[cfg(feature = "store")]
impl InDatabase {
    /// A copy of this reference database without its rows.
    pub(crate) fn emptied(reference: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("avos.db");
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference");
        std::fs::copy(format!("{root}/{reference}"), &path).expect("a copy");
        rusqlite::Connection::open(&path)
            .and_then(|database| {
                database.execute_batch(
                    "DELETE FROM layer_slots; DELETE FROM experiments; DELETE FROM layers;",
                )
            })
            .expect("the rows go");
        Self {
            store: SqliteStore::new(path),
            at: "2026-11-22T12:00:00Z".parse().expect("a time"),
            _directory: directory,
        }
    }
}

#[cfg(feature = "store")]
impl World for InDatabase {
    fn state(&self) -> State {
        self.store.snapshot().expect("a state").state
    }

    fn apply(&mut self, plan: &Plan) {
        self.at += jiff::SignedDuration::from_mins(1);
        let applied = self.store.apply(plan, &Author::new("test@host", self.at));
        applied.expect("an apply");
    }
}
