//! Files and database compared once, for the reviews of all layers and of some.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::Review;
use super::aside::is_blocked;
use crate::config::{Checked, ConfigDigest, Sources};
use crate::diagnostic::{Span, Subject};
use crate::domain::{Experiment, ExperimentId, Fraction, LayerId, Layers, State};
use crate::plan::{Change, ChangedThing, NoteCode, PlanOutcome, Scope, Violation, plan_changes};

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

    /// Reviews only these; the same as [`Review::with_drift`] of them. `at` is the time for which the impact
    /// counts who is assigned.
    #[must_use]
    pub fn stage(&self, chosen: Vec<ChangedThing>, at: Timestamp) -> Review {
        let scope = Scope::Only(chosen);
        let desired = &self.checked.desired;
        let mut outcome = plan_changes(desired, &self.before, &scope, at);
        let notes = self.all.notes.iter();
        let drift = notes
            .filter(|note| note.code == NoteCode::ChangedOutside && scope.contains(&note.layer_id));
        outcome.notes.splice(0..0, drift.cloned());
        let (digest, checked) = (&self.config_digest, &self.checked);
        Review::of_outcome(digest, checked, &self.before, &scope, outcome).0
    }

    /// Plans this experiment's layer as if its file gave the experiment this share, and raised its reserve where
    /// that is smaller: what [a ramp](crate::config::edit::ExperimentEdit::Ramp) would do. Of a layer in error
    /// only the experiment is planned. `None` if it isn't soundly in a file.
    #[must_use]
    pub fn ramped(
        &self,
        layer_id: &LayerId,
        id: &ExperimentId,
        to: Fraction,
        at: Timestamp,
    ) -> Option<PlanOutcome> {
        let mut checked = (*self.checked).clone();
        let desired = &mut checked.desired;
        let is_sound = desired.layer(layer_id).is_some();
        let (experiments, left_out) = if is_sound {
            let mut layers = desired.layers.iter_mut();
            let layer = layers.find(|layer| layer.layer_id == *layer_id)?;
            let layer = Arc::make_mut(layer);
            (&mut layer.experiments, &layer.left_out)
        } else {
            let mut parts = desired.sound_parts.iter_mut();
            let part = parts.find(|part| part.layer_id == *layer_id)?;
            let part = Arc::make_mut(part);
            (&mut part.experiments, &part.left_out)
        };
        let follows = left_out.contains(Some(id), "reserved_percentage");
        let mut experiments = experiments.iter_mut();
        let ramped = experiments.find(|experiment| experiment.experiment_id == *id)?;
        ramped.traffic_percentage = to;
        if follows || to.exceeds(ramped.reserved_percentage) {
            ramped.reserved_percentage = to;
        }
        let thing = ChangedThing {
            layer_id: layer_id.clone(),
            experiment_id: Some(id.clone()),
        };
        let scope = if is_sound {
            Scope::Layers(vec![thing.layer_id])
        } else if is_blocked(&thing, &checked, &self.before) {
            return None;
        } else {
            Scope::Only(vec![thing])
        };
        Some(plan_changes(&checked.desired, &self.before, &scope, at))
    }

    /// Returns what could be applied by itself of layers that an error blocks as a whole, as far as the plan
    /// of all layers doesn't have it: by layer, for each the changes together.
    #[must_use]
    pub fn sound_changes(&self, at: Timestamp) -> Vec<Change> {
        let desired = &self.checked.desired;
        let violated = self.violations.iter().map(|it| &it.subject.layer_id);
        let blocked: BTreeSet<&LayerId> = desired.in_error.iter().chain(violated).collect();
        let mut changes = Vec::new();
        for layer_id in blocked {
            let before = self.before.layer(layer_id);
            let differs = |wants: &&Experiment| {
                let has = before.and_then(|layer| layer.experiment(&wants.experiment_id));
                has.is_none_or(|has| !has.is_same(wants))
            };
            let wanted = desired.sound_experiments(layer_id).iter();
            let ids = wanted.filter(differs).map(|wants| &wants.experiment_id);
            // A new layer goes along with its first experiment.
            let own = before.map(|_| None);
            let things = own.into_iter().chain(ids.cloned().map(Some));
            for experiment_id in things {
                let thing = ChangedThing {
                    layer_id: layer_id.clone(),
                    experiment_id,
                };
                changes.extend(self.changes_alone(&thing, at));
            }
        }
        changes
    }

    /// Returns the changes of this thing, if they could be applied without others.
    fn changes_alone(&self, thing: &ChangedThing, at: Timestamp) -> Vec<Change> {
        let is_of_thing = |change: &Change| ChangedThing::of(change) == *thing;
        if self.all.changes.iter().any(is_of_thing)
            || is_blocked(thing, &self.checked, &self.before)
        {
            return Vec::new();
        }
        let scope = Scope::Only(vec![thing.clone()]);
        let outcome = plan_changes(&self.checked.desired, &self.before, &scope, at);
        if !outcome.violations.is_empty() {
            return Vec::new();
        }
        let mut changes = outcome.changes;
        changes.retain(is_of_thing);
        changes
    }

    /// Returns whether a file has this layer, valid or not.
    #[must_use]
    pub fn has_file_of(&self, layer: &LayerId) -> bool {
        self.checked.file_of(layer).is_some()
    }

    /// Returns the experiment as its layer's file has it; `None` if the file doesn't, or not without errors.
    #[must_use]
    pub fn in_file(&self, layer: &LayerId, experiment: &ExperimentId) -> Option<&Experiment> {
        let mut errors = self
            .checked
            .findings
            .iter()
            .filter(|finding| finding.diagnostic.is_error() && finding.layers.contains(layer));
        let is_in_error =
            errors.any(|error| self.checked.experiment_of(error).as_ref() == Some(experiment));
        let mut experiments = self.checked.desired.sound_experiments(layer).iter();
        experiments
            .find(|wants| wants.experiment_id == *experiment)
            .filter(|_| !is_in_error)
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
