//! The input of `plan`, `apply` and `preview`: layer files or a saved plan, and a database.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::error::CliError;
use crate::assign::AssignError;
use crate::config::{self, Sources};
use crate::domain::{LayerId, State};
use crate::plan::Plan;
use crate::plan_file;
use crate::review::{self, Refusal, Reopened, Review};
use crate::store::{self, Origin, Snapshot, StateStore, StoreError};

/// Reads the state of one layer, and of no other.
pub(super) fn layer_state(db: &Path, id: &LayerId) -> Result<State, CliError> {
    let store = store::open(db);
    let Some(layer) = store.layer(id)? else {
        let known = store.snapshot()?.state.layers;
        let unknown = AssignError::unknown_layer(id, known.keys());
        return Err(CliError::UnknownLayer(unknown));
    };
    let hash_algorithm = layer.layer.hash_algorithm;
    Ok(State::empty(hash_algorithm).with_layers([(id.clone(), layer)].into()))
}

/// A proposal for a database, from layer files or from a saved plan.
pub(super) struct LoadedProposal {
    pub(super) review: Review,
    /// The layer files, for excerpts; empty with a saved plan.
    pub(super) sources: Sources,
    pub(super) store: Arc<dyn StateStore>,
    /// The state after the plan; layers with errors stay unchanged.
    pub(super) after: State,
    /// Whether the database doesn't exist yet.
    pub(super) is_new: bool,
    /// Why a saved plan can't be applied.
    refusal: Option<Refusal>,
}

impl LoadedProposal {
    /// Plans the chosen layers of these files; no layer means all. A missing database counts as empty.
    pub(super) fn from_files(
        configs: &Path,
        db: &Path,
        layers: &[LayerId],
        now: Timestamp,
    ) -> Result<Self, CliError> {
        let sources = config::read_sources(configs)?;
        let checked = config::check_sources(&sources, now);
        let (store, snapshot) = database(db)?;
        let scope = review::choose(layers, &checked, &snapshot.state)?;
        let (review, after) = Review::new(&sources, &checked, &snapshot.state, &scope, now);
        Ok(Self {
            review,
            sources,
            store,
            is_new: snapshot.origin == Origin::Missing,
            after: snapshot.state.with_layers(after),
            refusal: None,
        })
    }

    /// Reads a saved plan.
    pub(super) fn from_saved_plan(
        plan: &Path,
        db: &Path,
        now: Timestamp,
    ) -> Result<Self, CliError> {
        let saved = plan_file::read(plan)?;
        let (store, snapshot) = database(db)?;
        let last = snapshot.last_applied.as_ref().map(|last| &last.plan_id);
        let Reopened { review, outcome } = saved.reopen(&snapshot.state, last, now);
        let is_new = snapshot.origin == Origin::Missing;
        let (after, refusal) = match outcome {
            Ok(after) => (snapshot.state.with_layers(after), None),
            // The plan was made for an existing database, so this path is most likely wrong.
            Err(Refusal::Stale { .. }) if is_new => {
                let database = db.into();
                return Err(StoreError::Missing { database }.into());
            }
            Err(refusal) => (snapshot.state, Some(refusal)),
        };
        Ok(Self {
            review,
            sources: Sources::new("", Vec::new()),
            store,
            after,
            is_new,
            refusal,
        })
    }

    /// The state after the plan; `None` if a saved plan is refused.
    pub(super) fn known_after(&self) -> Option<&State> {
        self.refusal.is_none().then_some(&self.after)
    }

    /// Returns the plan to apply, or why there is none.
    pub(super) fn plan(&self) -> Result<Plan, CliError> {
        self.review.plan().ok_or_else(|| match &self.refusal {
            Some(refusal) => CliError::SavedPlan {
                refusal: refusal.clone(),
            },
            None => CliError::Blocked(self.review.in_the_way().count()),
        })
    }
}

fn database(path: &Path) -> Result<(Arc<dyn StateStore>, Snapshot), CliError> {
    let store = store::open(path);
    let snapshot = match store.snapshot() {
        Err(StoreError::Missing { .. }) => Snapshot::empty(),
        read => read?,
    };
    Ok((store, snapshot))
}
