//! Files and database compared once, for the reviews of all layers and of some.

use std::sync::Arc;

use super::Review;
use crate::config::{Checked, ConfigDigest, Sources};
use crate::diagnostic::{Span, Subject};
use crate::domain::{ExperimentId, LayerId, Layers, State};
use crate::plan::{PlanOutcome, Scope, Violation};

/// Files and database compared: all layers are planned, and any choice of them can be reviewed.
#[derive(Clone, Debug)]
pub struct Comparison {
    config_digest: ConfigDigest,
    checked: Arc<Checked>,
    before: State,
    /// The layers without a violation as they will be.
    after: Layers,
    violations: Vec<Violation>,
    all: Arc<Review>,
}

impl Comparison {
    /// Compares what the database holds with what the files ask for: `outcome` is the plan of all
    /// layers.
    #[must_use]
    pub fn new(
        sources: &Sources,
        checked: Arc<Checked>,
        before: State,
        outcome: PlanOutcome,
    ) -> Self {
        let violations = outcome.violations.clone();
        let digest = &sources.digest;
        let (all, after) = Review::of_outcome(digest, &checked, &before, &Scope::All, outcome);
        Self {
            config_digest: digest.clone(),
            checked,
            before,
            after,
            violations,
            all: Arc::new(all),
        }
    }

    /// Returns the review of all layers.
    #[must_use]
    pub fn all(&self) -> &Arc<Review> {
        &self.all
    }

    /// Reviews these layers; the same as [`Review::new`]. Layers are planned one by one, so the plan
    /// of some is the part of the plan of all that is about them.
    #[must_use]
    pub fn review(&self, chosen: Vec<LayerId>) -> Review {
        fn of<T: Clone>(all: &[T], is_chosen: impl Fn(&T) -> bool) -> Vec<T> {
            all.iter().filter(|it| is_chosen(it)).cloned().collect()
        }
        let scope = Scope::Layers(chosen);
        let after = self.after.iter().filter(|(id, _)| scope.contains(id));
        let outcome = PlanOutcome {
            changes: of(&self.all.changes, |it| scope.contains(&it.layer_id)),
            violations: of(&self.violations, |it| scope.contains(&it.subject.layer_id)),
            notes: of(&self.all.notes, |it| scope.contains(&it.layer_id)),
            impact: of(&self.all.impact, |it| scope.contains(&it.layer_id)),
            diffs: of(&self.all.diffs, |it| scope.contains(&it.layer_id)),
            after: after.map(|(id, it)| (id.clone(), Arc::clone(it))).collect(),
        };
        let (digest, checked) = (&self.config_digest, &self.checked);
        Review::of_outcome(digest, checked, &self.before, &scope, outcome).0
    }

    /// Returns whether a file has this layer, valid or not.
    #[must_use]
    pub fn has_file_of(&self, layer: &LayerId) -> bool {
        self.checked.file_of(layer).is_some()
    }

    /// Returns where a file has this experiment; `None` if none has its layer. An experiment that isn't
    /// in the file is at the place of its layer.
    #[must_use]
    pub fn span_of(&self, layer: &LayerId, experiment: &ExperimentId) -> Option<Span> {
        self.checked.file_of(layer)?;
        let subject = Subject {
            layer_id: layer.clone(),
            experiment_id: Some(experiment.clone()),
            key: None,
        };
        Some(self.checked.locate(&subject).0)
    }

    /// Returns the database's state as it would be after the plan.
    #[must_use]
    pub fn after(&self) -> State {
        self.before.with_layers(self.after.clone())
    }
}
