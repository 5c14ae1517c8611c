//! Carrying out a plan on a database that is there: one transaction, all or nothing.
//!
//! Inside the transaction, which no other program can write beside: extend the schema if needed,
//! read the state, compare its revision with the plan's, replay the changes on it, write where the
//! two states differ, read again, compare with what was planned, write the journal, commit. A
//! process killed anywhere before the commit leaves the database as it was.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Transaction, TransactionBehavior};

use super::failure::Failure;
use super::{journal, read, schema, write};
use crate::plan::{Plan, replay_changes};
use crate::sqlite::{self, FileError};
use crate::store::{Applied, Author, LayerSlots, StoreError};

/// Applies the plan to the database at this path, which must be a file.
pub(super) fn to_file(
    path: &Path,
    patience: Duration,
    plan: &Plan,
    author: &Author,
) -> Result<Applied, StoreError> {
    let before = sqlite::stamp(path)?.map(|stamp| stamp.id);
    let mut connection = sqlite::writer(path, patience)?;
    let mut apply = || {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let applied = carry_out(&transaction, path, plan, author)?;
        // A change of a file that no path names any more would be lost without anyone noticing.
        if sqlite::stamp(path)?.map(|stamp| stamp.id) != before {
            let path = path.to_path_buf();
            return Err(FileError::Replaced { path }.into());
        }
        transaction.commit()?;
        Ok(applied)
    };
    apply().map_err(|failure: Failure| failure.at(path))
}

fn carry_out(
    transaction: &Transaction<'_>,
    path: &Path,
    plan: &Plan,
    author: &Author,
) -> Result<Applied, Failure> {
    let (before, origin) = read::state(transaction, path)?;
    if before.revision != plan.base_revision {
        return Err(Failure::from(StoreError::Stale {
            planned: plan.base_revision.clone(),
            found: before.revision,
        }));
    }
    schema::migrate(transaction, origin)?;
    let mut planned = before.layers.clone();
    replay_changes(&mut planned, &plan.changes)?;
    write::difference(transaction, &before.layers, &planned, author.at)?;
    let (after, _) = read::state(transaction, path)?;
    let (expected, found) = (planned.values(), after.layers.values());
    if expected.len() != found.len() || !expected.zip(found).all(|(a, b)| a.is_same(b)) {
        return Err(StoreError::Inconsistent.into());
    }
    let slots = LayerSlots::around(&plan.changes, &before.layers, &after.layers);
    let revision = after.revision;
    let journal_id = journal::append(transaction, plan, author, &revision, &slots)?;
    Ok(Applied {
        applied: plan.changes.len(),
        journal_id: Some(journal_id),
        revision,
    })
}
