//! Files and database compared once, for the reviews of all layers and of some.

use std::sync::Arc;

use super::Review;
use crate::config::{Checked, ConfigDigest, Sources};
use crate::domain::{LayerId, State};
use crate::plan::{PlanOutcome, Scope};

/// Files and database compared: all layers are planned, and any choice of them can be reviewed.
#[derive(Clone, Debug)]
pub struct Comparison {
    config_digest: ConfigDigest,
    checked: Arc<Checked>,
    before: State,
    outcome: PlanOutcome,
}

impl Comparison {
    /// The comparison of what the database holds with what the files ask for: `outcome` is the plan
    /// of all layers.
    #[must_use]
    pub fn new(
        sources: &Sources,
        checked: Arc<Checked>,
        before: State,
        outcome: PlanOutcome,
    ) -> Self {
        Self {
            config_digest: sources.digest.clone(),
            checked,
            before,
            outcome,
        }
    }

    /// Reviews these layers; the same as [`Review::new`].
    #[must_use]
    pub fn review(&self, scope: &Scope) -> Review {
        let outcome = self.outcome.narrowed(scope);
        let (digest, checked) = (&self.config_digest, &self.checked);
        Review::of_outcome(digest, checked, &self.before, scope, outcome).0
    }

    /// Whether a file has this layer, right or wrong.
    #[must_use]
    pub fn has_file_of(&self, layer: &LayerId) -> bool {
        self.checked.file_of(layer).is_some()
    }

    /// The database's state as it would be after the plan.
    #[must_use]
    pub fn after(&self) -> State {
        self.before.with_layers(self.outcome.after.clone())
    }
}
