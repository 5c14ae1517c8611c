//! One consistent look at the proposal and the database, again and again.

use std::sync::Arc;

use jiff::Timestamp;

use super::layer_files::LayerFiles;
use super::parts::modified;
use super::{saved_plan, trouble};
use crate::console::model::{DatabaseInfo, Loaded};
use crate::console::proposal::Proposal;
use crate::plan::Note;
use crate::store::{ChangeProbe, Snapshot, StateStore, StoreError};
use crate::timeline::read_with_drift;

/// Reads the layer files and plans from the database to them, or reads a saved plan and opens it on
/// the database. It keeps what it found out, and the next time does again only what changed.
pub struct Loader {
    proposal: Proposal,
    database: KeptDatabase,
    files: LayerFiles,
}

impl Loader {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(proposal: Proposal, store: Arc<dyn StateStore>) -> Self {
        Self {
            proposal,
            database: KeptDatabase {
                store,
                probe: None,
                known: None,
            },
            files: LayerFiles::default(),
        }
    }

    /// Reads both as they are now. The result says what can't be read, and has the rest all the same.
    #[must_use]
    pub fn load(&mut self, at: Timestamp) -> Loaded {
        let (database, snapshot) = self.database.look();
        match &self.proposal {
            Proposal::Configs(directory) => self.files.load(directory, database, snapshot, at),
            Proposal::Plan(file) => {
                let store = &*self.database.store;
                saved_plan::load(file, store, database, snapshot, at)
            }
        }
    }
}

/// The database, with what was read of it last.
struct KeptDatabase {
    store: Arc<dyn StateStore>,
    /// Says whether it changed since.
    probe: Option<Box<dyn ChangeProbe>>,
    /// What was read last.
    known: Option<KnownContents>,
}

/// What the database held.
#[derive(Clone)]
struct KnownContents {
    snapshot: Snapshot,
    /// What other programs changed since the last apply.
    drift: Arc<[Note]>,
    /// Whether it existed.
    exists: bool,
}

impl KeptDatabase {
    /// The database; no snapshot if it can't be read.
    fn look(&mut self) -> (DatabaseInfo, Option<Snapshot>) {
        // In this order: a change after the question is reported the next time.
        let is_changed = self.is_changed();
        let known = self.known.take().filter(|_| !is_changed);
        let read = known.map_or_else(|| self.read(), Ok);
        let is_busy = read.as_ref().is_err_and(StoreError::is_busy);
        self.known = read.as_ref().ok().cloned();
        let (snapshot, drift, exists) = match read {
            Ok(known) => (Some(known.snapshot), known.drift, Ok(known.exists)),
            Err(error) => (None, [].into(), Err(trouble::of(&error, error.help()))),
        };
        let last_entry = snapshot.as_ref().and_then(|snapshot| {
            let last = snapshot.last_applied.as_ref()?;
            Some(last.journal_id)
        });
        let changed_outside = snapshot.as_ref().and_then(|snapshot: &Snapshot| {
            let last = snapshot.last_applied.clone()?;
            (last.revision != snapshot.state.revision).then_some(last)
        });
        let database = DatabaseInfo {
            exists,
            is_busy,
            last_entry,
            changed_outside,
            drift,
            changed_at: self.store.location().path().and_then(modified),
        };
        (database, snapshot)
    }

    fn read(&self) -> Result<KnownContents, StoreError> {
        let (snapshot, drift, exists) = match read_with_drift(&*self.store) {
            Ok((snapshot, drift)) => (snapshot, drift.into(), true),
            Err(error) if error.is_missing() => (Snapshot::empty(), [].into(), false),
            Err(error) => return Err(error),
        };
        Ok(KnownContents {
            snapshot,
            drift,
            exists,
        })
    }

    /// Whether it may have changed since the last question.
    fn is_changed(&mut self) -> bool {
        if let Some(probe) = &mut self.probe {
            return probe.changed().unwrap_or(true);
        }
        self.probe = self.store.changes().ok();
        true
    }
}
