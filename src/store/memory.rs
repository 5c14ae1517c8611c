//! A store in the memory of this process: for tests, and for services that keep their own state.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::apply::{ApplyTransaction, apply_in, fill_in, nothing_applied};
use super::revision::{RevisionDigest, empty_revision};
use super::{
    Applied, AppliedPlan, Author, ChangeProbe, DatabaseLocation, JournalEntry, JournalQuery,
    Origin, SCHEMA_VERSION, Snapshot, StateStore, StoreError,
};
use crate::domain::{HashAlgorithm, Layers, Revision, State};
use crate::plan::{Plan, PlanId};

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
        if plan.changes.is_empty() {
            return nothing_applied(self);
        }
        let mut transaction = MemoryTransaction::begin(self.locked());
        let applied = apply_in(&mut transaction, plan, author)?;
        transaction.commit();
        Ok(applied)
    }

    fn fill(
        &self,
        state: &State,
        entries: &[JournalEntry],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = MemoryTransaction::begin(self.locked());
        fill_in(&mut transaction, &self.location(), (state, entries), at)?;
        transaction.commit();
        Ok(())
    }

    fn changes(&self) -> Result<Box<dyn ChangeProbe>, StoreError> {
        Ok(Box::new(MemoryProbe {
            applies: self.locked().journal.len(),
            store: self.clone(),
        }))
    }
}

/// The contents change only with the commit.
struct MemoryTransaction<'a> {
    contents: MutexGuard<'a, MemoryContents>,
    /// What they will be.
    after: State,
    /// What the journal will have besides, oldest first.
    entries: Vec<JournalEntry>,
}

impl<'a> MemoryTransaction<'a> {
    fn begin(contents: MutexGuard<'a, MemoryContents>) -> Self {
        let after = contents.state.clone();
        Self {
            contents,
            after,
            entries: Vec::new(),
        }
    }

    fn commit(mut self) {
        self.contents.state = self.after;
        self.contents.journal.extend(self.entries);
    }
}

impl ApplyTransaction for MemoryTransaction<'_> {
    type Failure = StoreError;

    fn state(&self) -> &State {
        &self.contents.state
    }

    fn set_default_hash(&mut self, hash: HashAlgorithm) -> Result<(), StoreError> {
        self.after.default_hash_algorithm = hash;
        Ok(())
    }

    fn entry_of_plan(&mut self, plan_id: &PlanId) -> Result<Option<AppliedPlan>, StoreError> {
        let mut entries = self.contents.journal.iter();
        let entry = entries.find(|entry| entry.plan_id == *plan_id);
        Ok(entry.map(AppliedPlan::from))
    }

    fn last_applied(&mut self) -> Result<Option<AppliedPlan>, StoreError> {
        let newest = self.entries.last().or(self.contents.journal.last());
        Ok(newest.map(AppliedPlan::from))
    }

    fn write_difference(
        &mut self,
        _: &Layers,
        after: &Layers,
        _: Timestamp,
    ) -> Result<(), StoreError> {
        self.after.layers.extend(after.clone());
        Ok(())
    }

    fn read_back(&mut self, _: &Layers) -> Result<State, StoreError> {
        self.after.revision = revision(&self.after)?;
        Ok(self.after.clone())
    }

    fn append(&mut self, entry: JournalEntry) -> Result<(), StoreError> {
        self.entries.push(entry);
        Ok(())
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
fn revision(state: &State) -> Result<Revision, StoreError> {
    let mut digest = RevisionDigest::new(state.default_hash_algorithm);
    for layer in state.layers.values() {
        digest.add_record(layer)?;
    }
    Ok(digest.revision(&state.layers))
}
