//! A saved plan opened on a database, for the console and the verbs: here the plan meets the journal.
//!
//! What it does there, and whether it may be applied, is decided in `review`.

use jiff::Timestamp;

use crate::domain::State;
use crate::plan::OutsideNote;
use crate::review::{JournalFacts, Reopened, SavedPlan};
use crate::store::{AppliedPlan, StateStore, StoreError};
use crate::timeline::read_never_active;

/// A saved plan held against a database.
#[derive(Clone, Debug)]
pub(crate) struct OpenedPlan {
    /// What it does there, or why it can't be applied.
    pub(crate) reopened: Reopened,
    /// The entry of the journal that applied it, if one did.
    pub(crate) applied: Option<AppliedPlan>,
}

/// Opens a plan on a database of which this state, and what other programs changed, was read before. The
/// database may not exist.
pub(crate) fn open_plan(
    saved: &SavedPlan,
    store: &dyn StateStore,
    state: &State,
    drift: &[OutsideNote],
    at: Timestamp,
) -> Result<OpenedPlan, StoreError> {
    let applied = match store.entry_of_plan(saved.plan_id()) {
        Err(error) if error.is_missing() => None,
        read => read?,
    };
    let mut journal = JournalFacts {
        applied_as: applied.as_ref().map(|entry| entry.journal_id),
        drift: drift.to_vec(),
        ..JournalFacts::default()
    };
    if saved.lacks_evidence() {
        journal.never_active = read_never_active(store)?;
    }
    let reopened = saved.reopen(state, &journal, at);
    Ok(OpenedPlan { reopened, applied })
}
