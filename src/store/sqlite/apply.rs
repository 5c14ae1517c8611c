//! Applies a plan to a database that exists, or fills it: in one transaction, during which no other program can write.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Transaction, TransactionBehavior};

use super::failure::Failure;
use super::read::StoredContents;
use super::{journal, schema, write};
use crate::domain::{HashAlgorithm, Layers, State};
use crate::plan::{Plan, PlanId};
use crate::sqlite::{self, FileError};
use crate::store::apply::{ApplyTransaction, apply_in, fill_in};
use crate::store::{
    Applied, AppliedPlan, Author, JournalEntry, Origin, SCHEMA_VERSION, StoreError,
};

/// Applies the plan to the database at this path, which must be a file.
pub(super) fn apply_to_file(
    path: &Path,
    patience: Duration,
    plan: &Plan,
    author: &Author,
) -> Result<Applied, StoreError> {
    in_transaction(path, patience, |steps| apply_in(steps, plan, author))
}

/// Fills the database at this path, which must be a file.
pub(super) fn fill_file(
    path: &Path,
    patience: Duration,
    contents: (&State, &[JournalEntry]),
    at: Timestamp,
) -> Result<(), StoreError> {
    in_transaction(path, patience, |steps| {
        fill_in(steps, &path.into(), contents, at)
    })
}

/// Takes these steps in one transaction, all or nothing.
fn in_transaction<T>(
    path: &Path,
    patience: Duration,
    take: impl FnOnce(&mut SqliteTransaction<'_>) -> Result<T, Failure>,
) -> Result<T, StoreError> {
    let before = sqlite::stamp(path)?.map(|stamp| stamp.id);
    let mut connection = sqlite::open_writer(path, patience)?;
    let apply = || {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut steps = SqliteTransaction {
            transaction: &transaction,
            path,
            contents: StoredContents::read(&transaction, path)?,
        };
        let done = take(&mut steps)?;
        // A change to a file that no path names anymore would be lost silently.
        if sqlite::stamp(path)?.map(|stamp| stamp.id) != before {
            let path = path.to_path_buf();
            return Err(FileError::Replaced { path }.into());
        }
        transaction.commit()?;
        Ok(done)
    };
    apply().map_err(|failure: Failure| failure.at(path))
}

struct SqliteTransaction<'a> {
    transaction: &'a Transaction<'a>,
    path: &'a Path,
    contents: StoredContents,
}

impl ApplyTransaction for SqliteTransaction<'_> {
    type Failure = Failure;

    fn state(&self) -> &State {
        &self.contents.state
    }

    fn migrate(&mut self) -> Result<(), Failure> {
        schema::migrate(self.transaction, self.contents.origin)
    }

    fn set_default_hash(&mut self, hash: HashAlgorithm) -> Result<(), Failure> {
        schema::set_default_hash(self.transaction, hash)?;
        // The revision depends on it.
        self.contents = StoredContents::read(self.transaction, self.path)?;
        Ok(())
    }

    fn is_journal_whole(&self) -> bool {
        let schema_version = SCHEMA_VERSION;
        self.contents.origin == Origin::Avos { schema_version }
    }

    fn entry_of_plan(&mut self, plan_id: &PlanId) -> Result<Option<AppliedPlan>, Failure> {
        journal::read_entry_of(self.transaction, plan_id)
    }

    fn last_applied(&mut self) -> Result<Option<AppliedPlan>, Failure> {
        journal::read_last(self.transaction)
    }

    fn write_difference(
        &mut self,
        before: &Layers,
        after: &Layers,
        at: Timestamp,
    ) -> Result<(), Failure> {
        write::write_difference(self.transaction, before, after, at)
    }

    fn read_back(&mut self, written: &Layers) -> Result<State, Failure> {
        self.contents.refresh(self.transaction, self.path, written)
    }

    fn append(&mut self, entry: JournalEntry) -> Result<(), Failure> {
        journal::append(self.transaction, &entry)
    }
}
