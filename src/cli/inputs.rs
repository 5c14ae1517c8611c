//! Files and database as `plan`, `apply` and `preview` read them.

use std::path::Path;

use jiff::Timestamp;

use super::error::CliError;
use crate::config::{self, Checked, Sources};
use crate::domain::{LayerId, State};
use crate::plan::Scope;
use crate::review::{self, Review};
use crate::store::{Snapshot, Store, StoreError};

/// What is planned: the chosen layers of these files on this database.
pub(super) struct Inputs {
    pub(super) sources: Sources,
    pub(super) store: Store,
    pub(super) scope: Scope,
    checked: Checked,
    snapshot: Snapshot,
}

impl Inputs {
    /// Reads both. A database that doesn't exist counts as empty; no layer means all.
    pub(super) fn read(
        configs: &Path,
        db: &Path,
        layers: &[LayerId],
        now: Timestamp,
    ) -> Result<Self, CliError> {
        let sources = config::read(configs)?;
        let checked = config::check(&sources, now);
        let store = Store::new(db);
        let snapshot = match store.read() {
            Err(StoreError::Missing { .. }) => Snapshot::empty(),
            read => read?,
        };
        let scope = review::choose(layers, &checked, &snapshot.state)?;
        Ok(Self {
            sources,
            store,
            scope,
            checked,
            snapshot,
        })
    }

    /// What an apply would do to them.
    pub(super) fn review(&self, now: Timestamp) -> Review {
        self.planned(now).0
    }

    /// The same, with the state as it would be afterwards; layers in error stay as they are.
    pub(super) fn planned(&self, now: Timestamp) -> (Review, State) {
        let (sources, checked, state) = (&self.sources, &self.checked, &self.snapshot.state);
        let (review, after) = Review::new(sources, checked, state, &self.scope, now);
        (review, state.with_layers(after))
    }
}
