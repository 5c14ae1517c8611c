//! Follows a database: tells whether it changed, and compiles its next state.

use std::mem;

use super::RefreshFailure;
use crate::assign::Assigner;
use crate::domain::Revision;
use crate::store::{ChangeProbe, Origin, Snapshot, StateStore, StoreError};

/// Follows a database from one state to the next.
pub(super) struct Follower {
    store: Box<dyn StateStore>,
    probe: Box<dyn ChangeProbe>,
    /// The revision of the last state.
    revision: Revision,
    /// Whether the database had its tables then.
    has_tables: bool,
    /// Whether to read the database even if it didn't change, because the last attempt failed.
    is_behind: bool,
}

impl Follower {
    /// Starts at the database's present state, and returns its assigner too.
    pub(super) fn new(store: Box<dyn StateStore>) -> Result<(Self, Assigner), StoreError> {
        // Before the state is read, so that no change is missed in between.
        let probe = store.changes()?;
        let Snapshot { state, origin, .. } = store.snapshot()?;
        let assigner = Assigner::new(&state).with_revision(state.revision.clone());
        let follower = Self {
            store,
            probe,
            revision: state.revision,
            has_tables: origin != Origin::Empty,
            is_behind: false,
        };
        Ok((follower, assigner))
    }

    /// Returns a probe of its own for changes from now on.
    pub(super) fn probe(&self) -> Result<Box<dyn ChangeProbe>, StoreError> {
        self.store.changes()
    }

    /// Returns the assigner of a newer state, or `None` if there is none. It reads the database if its own probe
    /// says so, or if it `is_told` that there may be a change.
    pub(super) fn next(&mut self, is_told: bool) -> Result<Option<Assigner>, RefreshFailure> {
        // Stays set if this returns early or panics.
        let was_behind = mem::replace(&mut self.is_behind, true);
        let is_to_read = is_told || self.probe.changed()? || was_behind;
        let next = if is_to_read { self.read()? } else { None };
        self.is_behind = false;
        Ok(next)
    }

    fn read(&mut self) -> Result<Option<Assigner>, RefreshFailure> {
        let Snapshot { state, origin, .. } = self.store.snapshot()?;
        let has_tables = origin != Origin::Empty;
        // A copy over the file first truncates it: for half a second there would be no experiment.
        if self.has_tables && !has_tables {
            let database = self.store.location();
            return Err(RefreshFailure::Emptied { database });
        }
        // A program that begins a change and doesn't finish it alters the probe, not the revision.
        if state.revision == self.revision {
            return Ok(None);
        }
        let assigner = Assigner::new(&state).with_revision(state.revision.clone());
        self.revision = state.revision;
        self.has_tables = has_tables;
        Ok(Some(assigner))
    }
}
