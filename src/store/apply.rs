//! The steps of an apply, in one place for every store.
//!
//! A store opens a transaction during which nobody else can apply, lets [`apply_in`] take the steps, and
//! commits: read the state, look for the plan in the journal, compare the layers with the plan's, extend
//! the schema if needed, replay the changes on the layers, write where they differ, read them again,
//! compare with what was planned, write the journal and read its entry. A failure, or a process killed
//! anywhere before the commit, leaves the database as it was.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Applied, AppliedPlan, Author, DatabaseLocation, EntryKind, JournalEntry, LayerSlots, Snapshot,
    StateStore, StoreError,
};
use crate::domain::{HashAlgorithm, LayerId, Layers, Revision, State};
use crate::plan::{Plan, PlanId, replay_changes};

/// What a store does within the transaction of an apply.
pub(super) trait ApplyTransaction {
    /// What can go wrong.
    type Failure: From<StoreError>;

    /// Returns the state that was read when the transaction began.
    fn state(&self) -> &State;

    /// Extends the schema of an earlier version, or of another program.
    fn migrate(&mut self) -> Result<(), Self::Failure> {
        Ok(())
    }

    /// Sets the hash of new layers in a database without layers.
    fn set_default_hash(&mut self, hash: HashAlgorithm) -> Result<(), Self::Failure>;

    /// Returns whether the journal tells all that this version keeps; asked before the schema is extended.
    fn is_journal_whole(&self) -> bool {
        true
    }

    /// Returns the head of the entry that applied this plan, if one did.
    fn entry_of_plan(&mut self, plan_id: &PlanId) -> Result<Option<AppliedPlan>, Self::Failure>;

    /// Returns the head of the newest entry, if there is one.
    fn last_applied(&mut self) -> Result<Option<AppliedPlan>, Self::Failure>;

    /// Turns the contents of these layers from `before` into `after`.
    fn write_difference(
        &mut self,
        before: &Layers,
        after: &Layers,
        at: Timestamp,
    ) -> Result<(), Self::Failure>;

    /// Reads what was written: these layers, if nothing else can have changed, else everything.
    fn read_back(&mut self, written: &Layers) -> Result<State, Self::Failure>;

    /// Adds an entry to the journal.
    fn append(&mut self, entry: JournalEntry) -> Result<(), Self::Failure>;
}

/// Takes the steps of an apply of this plan, which has changes, within a transaction. If it fails, the
/// transaction must be rolled back.
pub(super) fn apply_in<T: ApplyTransaction>(
    transaction: &mut T,
    plan: &Plan,
    author: &Author,
) -> Result<Applied, T::Failure> {
    let base = transaction.state().clone();
    if let Some(entry) = transaction.entry_of_plan(&plan.plan_id)? {
        let journal_id = entry.journal_id;
        return Err(StoreError::Reapplied { journal_id }.into());
    }
    let layers = plan.stale_layers(&base);
    if !layers.is_empty() {
        return Err(StoreError::Stale { layers }.into());
    }
    let is_journal_whole = transaction.is_journal_whole();
    transaction.migrate()?;
    // The layers that the plan changes, as they are.
    let ids: BTreeSet<&LayerId> = plan.changes.iter().map(|it| &it.layer_id).collect();
    let existing = ids
        .into_iter()
        .filter_map(|id| Some((id.clone(), Arc::clone(base.layers.get(id)?))));
    let before: Layers = existing.collect();
    let mut planned = before.clone();
    replay_changes(&mut planned, &plan.changes).map_err(StoreError::from)?;
    transaction.write_difference(&before, &planned, author.at)?;
    let after = transaction.read_back(&planned)?;
    let mut expected = base.layers.clone();
    expected.extend(planned);
    if !is_same(&expected, &after.layers) {
        return Err(StoreError::Inconsistent.into());
    }
    let last = transaction.last_applied()?;
    let last_id = last.as_ref().map_or(0, |last| last.journal_id);
    let entry = JournalEntry {
        kind: EntryKind::of(&plan.changes),
        journal_id: last_id.checked_add(1).ok_or(StoreError::JournalFull)?,
        applied_at: author.at,
        actor: author.actor.clone(),
        plan_id: plan.plan_id.clone(),
        revision: after.revision.clone(),
        changes: plan.changes.clone(),
        diff: plan.diff.clone(),
        slots: LayerSlots::around(&plan.changes, &before, &after.layers),
        reason: author.reason.clone(),
        ticket: author.ticket.clone(),
        git: author.git.clone(),
        // What the journal doesn't tell would be lost with this apply.
        base: {
            let leads_here = last.is_some_and(|last| last.revision == base.revision);
            let is_told = leads_here && is_journal_whole;
            (!is_told && !base.layers.is_empty()).then(|| base.layers.clone())
        },
        began_empty: base.layers.is_empty(),
        base_revision: base.revision,
    };
    let journal_id = entry.journal_id;
    transaction.append(entry)?;
    // A trigger of the database may have taken it away.
    let kept = transaction.last_applied()?;
    let is_kept = kept.is_some_and(|kept| {
        kept.journal_id == journal_id
            && kept.plan_id == plan.plan_id
            && kept.revision == after.revision
    });
    if !is_kept {
        return Err(StoreError::JournalLost.into());
    }
    Ok(Applied {
        applied: plan.changes.len(),
        journal_id: Some(journal_id),
        revision: after.revision,
    })
}

fn is_same(expected: &Layers, found: &Layers) -> bool {
    let (expected, found) = (expected.values(), found.values());
    expected.len() == found.len()
        && expected
            .zip(found)
            .all(|(a, b)| Arc::ptr_eq(a, b) || a.is_same(b))
}

/// Fills an empty database with a state and a journal, newest entry first, within a transaction. If it fails,
/// the transaction must be rolled back.
pub(super) fn fill_in<T: ApplyTransaction>(
    transaction: &mut T,
    database: &DatabaseLocation,
    (state, entries): (&State, &[JournalEntry]),
    at: Timestamp,
) -> Result<(), T::Failure> {
    if !transaction.state().layers.is_empty() || transaction.last_applied()?.is_some() {
        let database = database.clone();
        return Err(StoreError::NotEmpty { database }.into());
    }
    transaction.migrate()?;
    transaction.set_default_hash(state.default_hash_algorithm)?;
    transaction.write_difference(&Layers::new(), &state.layers, at)?;
    let after = transaction.read_back(&state.layers)?;
    if !is_same(&state.layers, &after.layers) {
        return Err(StoreError::Inconsistent.into());
    }
    // Each store digests rows of its own, and nobody compares what the revisions between were digested from.
    let copied = |revision: &Revision| {
        let is_present = *revision == state.revision;
        if is_present {
            &after.revision
        } else {
            revision
        }
        .clone()
    };
    for entry in entries.iter().rev() {
        transaction.append(JournalEntry {
            base_revision: copied(&entry.base_revision),
            revision: copied(&entry.revision),
            ..entry.clone()
        })?;
    }
    Ok(())
}

/// Returns the outcome of a plan without changes, which is about no layer: the present revision.
pub(super) fn nothing_applied(store: &(impl StateStore + ?Sized)) -> Result<Applied, StoreError> {
    let revision = match store.snapshot() {
        Ok(snapshot) => snapshot.state.revision,
        Err(error) if error.is_missing() => Snapshot::empty().state.revision,
        Err(error) => return Err(error),
    };
    Ok(Applied {
        applied: 0,
        journal_id: None,
        revision,
    })
}
