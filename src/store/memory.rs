//! A store in the memory of this process: for tests, and for services that keep their own state.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::revision::{Fields, RevisionDigest, RowDigest, empty_revision};
use super::{
    Applied, AppliedPlan, Author, ChangeProbe, DatabaseLocation, EntryKind, JournalEntry,
    JournalQuery, LayerSlots, Origin, SCHEMA_VERSION, Snapshot, StateStore, StoreError,
};
use crate::domain::{HashAlgorithm, LayerRecord, Layers, Revision, State};
use crate::plan::{Plan, replay_changes};

/// A database in memory. Clones share it.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    contents: Arc<Mutex<MemoryContents>>,
}

#[derive(Debug)]
struct MemoryContents {
    state: State,
    /// Oldest first.
    journal: Vec<JournalEntry>,
}

impl MemoryStore {
    /// Creates an empty database. A new layer gets this hash if its file doesn't name one.
    #[must_use]
    pub fn new(default_hash_algorithm: HashAlgorithm) -> Self {
        Self::from(State {
            revision: empty_revision(default_hash_algorithm),
            ..State::empty(default_hash_algorithm)
        })
    }

    fn locked(&self) -> MutexGuard<'_, MemoryContents> {
        // Contents are only replaced as a whole.
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A database with this state, whose revision it has until the first apply, and without a journal.
impl From<State> for MemoryStore {
    fn from(state: State) -> Self {
        let journal = Vec::new();
        Self {
            contents: Arc::new(Mutex::new(MemoryContents { state, journal })),
        }
    }
}

impl MemoryContents {
    fn snapshot(&self) -> Snapshot {
        Snapshot {
            state: State {
                last_entry: self.journal.last().map(|last| last.journal_id),
                ..self.state.clone()
            },
            origin: if self.journal.is_empty() && self.state.layers.is_empty() {
                Origin::Empty
            } else {
                let schema_version = SCHEMA_VERSION;
                Origin::Avos { schema_version }
            },
            last_applied: self.journal.last().map(AppliedPlan::from),
        }
    }

    fn journal(&self, query: JournalQuery) -> Vec<JournalEntry> {
        let entries = self.journal.iter().rev();
        let entries = entries.filter(|entry| match query {
            JournalQuery::All => true,
            JournalQuery::One(id) => entry.journal_id == id,
        });
        entries.cloned().collect()
    }
}

impl StateStore for MemoryStore {
    fn location(&self) -> DatabaseLocation {
        DatabaseLocation::Memory
    }

    fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Ok(self.locked().snapshot())
    }

    fn journal(&self, query: JournalQuery) -> Result<Vec<JournalEntry>, StoreError> {
        Ok(self.locked().journal(query))
    }

    fn snapshot_with_journal(&self) -> Result<(Snapshot, Vec<JournalEntry>), StoreError> {
        let contents = self.locked();
        Ok((contents.snapshot(), contents.journal(JournalQuery::All)))
    }

    fn apply(&self, plan: &Plan, author: &Author) -> Result<Applied, StoreError> {
        let mut contents = self.locked();
        let mut entries = contents.journal.iter();
        if let Some(entry) = entries.find(|entry| entry.plan_id == plan.plan_id) {
            let journal_id = entry.journal_id;
            return Err(StoreError::Reapplied { journal_id });
        }
        let before = &contents.state;
        let layers = plan.stale_layers(before);
        if !layers.is_empty() {
            return Err(StoreError::Stale { layers });
        }
        if plan.changes.is_empty() {
            return Ok(Applied {
                applied: 0,
                journal_id: None,
                revision: before.revision.clone(),
            });
        }
        let mut layers = before.layers.clone();
        replay_changes(&mut layers, &plan.changes)?;
        let revision = revision(before.default_hash_algorithm, &layers)?;
        let journal_id = contents
            .journal
            .last()
            .map_or(1, |last| last.journal_id + 1);
        let last = contents.journal.last();
        let is_told =
            before.layers.is_empty() || last.is_some_and(|last| last.revision == before.revision);
        let entry = JournalEntry {
            kind: EntryKind::of(&plan.changes),
            journal_id,
            applied_at: author.at,
            actor: author.actor.clone(),
            plan_id: plan.plan_id.clone(),
            base_revision: before.revision.clone(),
            revision: revision.clone(),
            changes: plan.changes.clone(),
            diff: plan.diff.clone(),
            slots: LayerSlots::around(&plan.changes, &before.layers, &layers),
            reason: author.reason.clone(),
            ticket: author.ticket.clone(),
            git: author.git.clone(),
            base: (!is_told).then(|| before.layers.clone()),
            began_empty: before.layers.is_empty(),
        };
        contents.journal.push(entry);
        contents.state.layers = layers;
        contents.state.revision = revision.clone();
        Ok(Applied {
            applied: plan.changes.len(),
            journal_id: Some(journal_id),
            revision,
        })
    }

    fn changes(&self) -> Result<Box<dyn ChangeProbe>, StoreError> {
        Ok(Box::new(MemoryProbe {
            applies: self.locked().journal.len(),
            store: self.clone(),
        }))
    }
}

struct MemoryProbe {
    store: MemoryStore,
    /// The number of applies seen. A revision alone would miss two that undo each other.
    applies: usize,
}

impl ChangeProbe for MemoryProbe {
    fn changed(&mut self) -> Result<bool, StoreError> {
        let applies = self.store.locked().journal.len();
        let has_changed = applies != self.applies;
        self.applies = applies;
        Ok(has_changed)
    }
}

/// Digests what a layer file could say, and the slots.
fn revision(
    default_hash_algorithm: HashAlgorithm,
    layers: &Layers,
) -> Result<Revision, StoreError> {
    let mut digest = RevisionDigest::new(default_hash_algorithm);
    for (id, layer) in layers {
        let mut record = LayerRecord::from(&**layer);
        let experiments = std::mem::take(&mut record.experiments);
        digest.add_layer(id, row_digest(&record)?);
        for (experiment, record) in layer.experiments.iter().zip(&experiments) {
            digest.add_experiment(&experiment.experiment_id, row_digest(record)?);
        }
    }
    Ok(digest.revision(layers))
}

fn row_digest(record: &impl Serialize) -> Result<RowDigest, StoreError> {
    let mut fields = Fields::new("record");
    fields.text(&serde_json::to_string(record)?);
    Ok(fields.finish())
}
