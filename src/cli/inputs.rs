//! Files and database as `plan` and `apply` read them.

use std::path::Path;

use jiff::Timestamp;

use super::error::CliError;
use crate::config::{self, Checked, Sources};
use crate::domain::LayerId;
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
        let (sources, checked) = (&self.sources, &self.checked);
        Review::new(sources, checked, &self.snapshot.state, &self.scope, now).0
    }
}
