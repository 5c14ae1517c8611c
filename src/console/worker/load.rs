//! One consistent look at the proposal and the database, again and again.

use std::sync::Arc;

use jiff::Timestamp;

use super::layer_files::LayerFiles;
use super::parts::modified;
use super::{saved_plan, trouble};
use crate::console::model::{DatabaseInfo, Loaded};
use crate::console::proposal::Proposal;
use crate::plan::OutsideNote;
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
                is_behind: false,
            },
            files: LayerFiles::default(),
        }
    }

    /// From now on, reads this instead.
    pub fn propose(&mut self, proposal: Proposal) {
        self.proposal = proposal;
    }

    /// Reads both as they are now. The result says what can't be read, and has the rest all the same.
    #[must_use]
    pub fn load(&mut self, at: Timestamp) -> Loaded {
        let (database, snapshot) = self.database.look();
        match &self.proposal {
            Proposal::Configs(directory) => self.files.load(directory, database, snapshot, at),
            Proposal::Plans(directory) => saved_plan::none_of(directory, database, snapshot, at),
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
    /// Whether that may be old: the server couldn't be reached the last time.
    is_behind: bool,
}

/// What the database held.
#[derive(Clone)]
struct KnownContents {
    snapshot: Snapshot,
    /// What other programs changed and no entry has set since.
    drift: Arc<[OutsideNote]>,
    /// Whether it existed.
    exists: bool,
    /// Whether the user may not apply.
    is_read_only: bool,
}

impl KeptDatabase {
    /// The database; no snapshot if it can't be read.
    fn look(&mut self) -> (DatabaseInfo, Option<Snapshot>) {
        // In this order: a change after the question is reported the next time.
        let is_changed = self.is_changed() || self.is_behind;
        let known = self.known.take();
        let read = match &known {
            Some(known) if !is_changed => Ok(known.clone()),
            _ => self.read(),
        };
        let away = read.as_ref().err().filter(|error| error.is_disconnected());
        let away = away.map(|error| trouble::of(error, error.help()));
        self.is_behind = away.is_some();
        let is_busy = self.is_behind || read.as_ref().is_err_and(StoreError::is_busy);
        // What was read last stays on the screen until the server is back.
        let (read, reconnecting) = match known {
            Some(known) if self.is_behind => (Ok(known), away),
            _ => (read, None),
        };
        self.known = read.as_ref().ok().cloned();
        let is_read_only = read.as_ref().is_ok_and(|known| known.is_read_only);
        let (snapshot, drift, exists) = match read {
            Ok(known) => (Some(known.snapshot), known.drift, Ok(known.exists)),
            Err(error) => (None, [].into(), Err(trouble::of(&error, error.help()))),
        };
        let revision = snapshot.as_ref().map(|snapshot| &snapshot.state.revision);
        let last = snapshot
            .as_ref()
            .and_then(|snapshot| snapshot.last_applied.clone());
        let last_entry = last.as_ref().map(|last| last.journal_id);
        let applied_at = last.as_ref().map(|last| last.applied_at);
        let changed_outside = last.filter(|last| revision != Some(&last.revision));
        let database = DatabaseInfo {
            is_read_only,
            exists,
            is_busy,
            reconnecting,
            last_entry,
            changed_outside,
            drift,
            changed_at: match self.store.location().path() {
                Some(path) => modified(path),
                None => applied_at,
            },
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
            is_read_only: exists && !self.store.is_writable()?,
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
