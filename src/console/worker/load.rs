//! One consistent look at the proposal and the database.

use jiff::Timestamp;

use super::parts::modified;
use super::{layer_files, saved_plan, trouble};
use crate::console::model::{DatabaseInfo, Loaded};
use crate::console::proposal::Proposal;
use crate::store::{Snapshot, StateStore, StoreError};

/// Reads the layer files and plans from the database to them, or reads a saved plan and opens it on
/// the database. What can't be read is said in the result; the rest is there all the same.
#[must_use]
pub fn load(proposal: &Proposal, store: &dyn StateStore, at: Timestamp) -> Loaded {
    let (database, snapshot) = look(store);
    match proposal {
        Proposal::Configs(directory) => layer_files::load(directory, database, snapshot, at),
        Proposal::Plan(file) => saved_plan::load(file, database, snapshot, at),
    }
}

/// The database; nothing of it where it can't be read.
fn look(store: &dyn StateStore) -> (DatabaseInfo, Option<Snapshot>) {
    let read = store.snapshot();
    let is_busy = read.as_ref().is_err_and(StoreError::is_busy);
    let (snapshot, exists) = match read {
        Ok(snapshot) => (Some(snapshot), Ok(true)),
        Err(error) if error.is_missing() => (Some(Snapshot::empty()), Ok(false)),
        Err(error) => (None, Err(trouble::of(&error, error.help()))),
    };
    let database = DatabaseInfo {
        exists,
        is_busy,
        changed_at: store.location().path().and_then(modified),
    };
    (database, snapshot)
}
