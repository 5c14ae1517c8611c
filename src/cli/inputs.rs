//! What `plan`, `apply` and `preview` are about: files or a saved plan, on a database.

use std::path::Path;

use jiff::Timestamp;

use super::error::CliError;
use crate::config::{self, Sources};
use crate::domain::{LayerId, State};
use crate::plan::Plan;
use crate::plan_file;
use crate::review::{self, Refusal, Reopened, Review};
use crate::store::{Snapshot, Store, StoreError};

/// What would be done to a database, as it was made a moment ago or before.
pub(super) struct Proposal {
    pub(super) review: Review,
    /// The layer files, for the lines around a finding; none with a saved plan.
    pub(super) sources: Sources,
    pub(super) store: Store,
    /// The database as it would be; layers in error stay as they are.
    pub(super) after: State,
}

/// What can be applied, or why nothing can.
pub(super) type Verdict = Result<Plan, CliError>;

impl Proposal {
    /// From the chosen layers of these files. A database that doesn't exist counts as empty; no
    /// layer means all.
    pub(super) fn of_files(
        configs: &Path,
        db: &Path,
        layers: &[LayerId],
        now: Timestamp,
    ) -> Result<(Self, Verdict), CliError> {
        let sources = config::read(configs)?;
        let checked = config::check(&sources, now);
        let (store, snapshot) = database(db)?;
        let scope = review::choose(layers, &checked, &snapshot.state)?;
        let (review, after) = Review::new(&sources, &checked, &snapshot.state, &scope, now);
        let blocked = || CliError::Blocked(review.in_the_way().count());
        let verdict = review.plan().ok_or_else(blocked);
        let proposal = Self {
            review,
            sources,
            store,
            after: snapshot.state.with_layers(after),
        };
        Ok((proposal, verdict))
    }

    /// From a saved plan.
    pub(super) fn of_plan(
        plan: &Path,
        db: &Path,
        now: Timestamp,
    ) -> Result<(Self, Verdict), CliError> {
        let saved = plan_file::read(plan)?;
        let (store, snapshot) = database(db)?;
        let Reopened {
            review,
            after,
            refusal,
        } = saved.reopen(&snapshot.state, now);
        // What can't be applied has a refusal.
        let refusal = refusal.unwrap_or(Refusal::HadErrors);
        let verdict = review.plan().ok_or(CliError::SavedPlan { refusal });
        let proposal = Self {
            review,
            sources: Sources::new("", Vec::new()),
            store,
            after: snapshot.state.with_layers(after),
        };
        Ok((proposal, verdict))
    }
}

fn database(path: &Path) -> Result<(Store, Snapshot), CliError> {
    let store = Store::new(path);
    let snapshot = match store.read() {
        Err(StoreError::Missing { .. }) => Snapshot::empty(),
        read => read?,
    };
    Ok((store, snapshot))
}
