//! Applies a plan to a database that exists: in one transaction, all or nothing.
//!
//! Inside the transaction, during which no other program can write: extend the schema if needed,
//! read the state, compare its layers with the plan's, replay the changes on them, write
//! where they differ, read them again, compare with what was planned, write the journal, commit. A
//! process killed anywhere before the commit leaves the database as it was.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Transaction, TransactionBehavior};

use super::failure::Failure;
use super::read::StoredContents;
use super::{journal, schema, write};
use crate::domain::{LayerId, Layers};
use crate::plan::{Plan, replay_changes};
use crate::sqlite::{self, FileError};
use crate::store::{Applied, Author, LayerSlots, Origin, SCHEMA_VERSION, StoreError};

/// Applies the plan to the database at this path, which must be a file.
pub(super) fn apply_to_file(
    path: &Path,
    patience: Duration,
    plan: &Plan,
    author: &Author,
) -> Result<Applied, StoreError> {
    let before = sqlite::stamp(path)?.map(|stamp| stamp.id);
    let mut connection = sqlite::open_writer(path, patience)?;
    let mut apply = || {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let applied = carry_out(&transaction, path, plan, author)?;
        // A change to a file that no path names anymore would be lost silently.
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
    let contents = StoredContents::read(transaction, path)?;
    if let Some(entry) = journal::read_entry_of(transaction, &plan.plan_id)? {
        let journal_id = entry.journal_id;
        return Err(Failure::from(StoreError::Reapplied { journal_id }));
    }
    let layers = plan.stale_layers(&contents.state);
    if !layers.is_empty() {
        return Err(Failure::from(StoreError::Stale { layers }));
    }
    let base_revision = contents.state.revision.clone();
    schema::migrate(transaction, contents.origin)?;
    // What the journal doesn't tell would be lost with this apply.
    let last = journal::read_last(transaction)?;
    let is_told = contents.state.layers.is_empty()
        || matches!(
            contents.origin,
            Origin::Avos {
                schema_version: SCHEMA_VERSION
            }
        ) && last.is_some_and(|last| last.revision == base_revision);
    let base = (!is_told).then(|| contents.state.layers.clone());
    // The layers that the plan changes, as they are.
    let ids: BTreeSet<&LayerId> = plan.changes.iter().map(|it| &it.layer_id).collect();
    let existing = ids
        .into_iter()
        .filter_map(|id| Some((id.clone(), Arc::clone(contents.state.layers.get(id)?))));
    let before: Layers = existing.collect();
    let mut planned = before.clone();
    replay_changes(&mut planned, &plan.changes)?;
    write::write_difference(transaction, &before, &planned, author.at)?;
    let after = contents.confirm(transaction, path, planned)?;
    let slots = LayerSlots::around(&plan.changes, &before, &after.layers);
    let revision = after.revision;
    let journal_id = journal::append(
        transaction,
        plan,
        author,
        [&base_revision, &revision],
        &slots,
        base.as_ref(),
    )?;
    Ok(Applied {
        applied: plan.changes.len(),
        journal_id: Some(journal_id),
        revision,
    })
}
