//! From what the files ask for and what the database holds to what an apply would change: layer by
//! layer.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::hold_notes::notes_of_holds;
use super::layer_plan::{LayerOutcome, OtherLayers, PlanContext};
use super::staged::{ChangedThing, plan_staged};
use super::{Change, Impact, LayerDiff, Note, NoteCode, Violation};
use crate::domain::{Desired, DesiredLayer, LayerId, LayerState, Layers, State};

/// Which layers a plan is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    #[default]
    All,
    /// Only these; errors elsewhere don't stand in their way.
    Layers(Vec<LayerId>),
    /// Only these of their layers; everything else stays as the database has it.
    Only(Vec<ChangedThing>),
}

impl Scope {
    /// Whether the layer is among the chosen ones.
    #[must_use]
    pub fn contains(&self, layer: &LayerId) -> bool {
        match self {
            Self::All => true,
            Self::Layers(chosen) => chosen.contains(layer),
            Self::Only(chosen) => chosen.iter().any(|staged| staged.layer_id == *layer),
        }
    }

    /// Whether a plan of this scope may make this change. The own change of a layer may go along with an
    /// experiment of it.
    #[must_use]
    pub fn allows(&self, change: &Change) -> bool {
        match self {
            Self::Only(chosen) if change.experiment_id.is_some() => chosen
                .iter()
                .any(|staged| staged.is_about(&change.layer_id, change.experiment_id.as_ref())),
            scope => scope.contains(&change.layer_id),
        }
    }

    /// Returns the chosen layers, in order; `None` for all of them.
    #[must_use]
    pub fn layers(&self) -> Option<Vec<LayerId>> {
        match self {
            Self::All => None,
            Self::Layers(chosen) => Some(chosen.clone()),
            Self::Only(chosen) => {
                let layers: BTreeSet<&LayerId> =
                    chosen.iter().map(|staged| &staged.layer_id).collect();
                Some(layers.into_iter().cloned().collect())
            }
        }
    }

    /// Whether something about these layers is about a chosen one; none of them means that nobody
    /// knows which it is about.
    #[must_use]
    pub fn concerns(&self, layers: &[LayerId]) -> bool {
        match self {
            Self::All => true,
            Self::Layers(_) | Self::Only(_) => layers.iter().any(|layer| self.contains(layer)),
        }
    }
}

/// All that planning finds out.
#[derive(Clone, Debug)]
pub struct PlanOutcome {
    /// The steps, by layer id; within a layer completions come first, then experiments in file
    /// order. Experiments with a violation have none.
    pub changes: Vec<Change>,
    /// What the plan may not do; while there is any, it can't be applied.
    pub violations: Vec<Violation>,
    /// What an apply leaves alone, and what reviewers should know.
    pub notes: Vec<Note>,
    /// What happens to units, for each chosen layer without a violation.
    pub impact: Vec<Impact>,
    /// Database against files, for each chosen layer that differs.
    pub diffs: Vec<Arc<LayerDiff>>,
    /// The chosen layers without a violation as they will be.
    pub after: Layers,
}

impl PlanOutcome {
    /// Creates an outcome without anything.
    pub(super) fn nothing() -> Self {
        Self {
            changes: Vec::new(),
            violations: Vec::new(),
            notes: Vec::new(),
            impact: Vec::new(),
            diffs: Vec::new(),
            after: Layers::new(),
        }
    }

    /// Creates the outcome before any layer is planned.
    fn begin(desired: &Desired, state: &State, scope: &Scope, at: Timestamp) -> Self {
        let mut notes = layers_only_in_database(desired, state, scope);
        let unplanned = state.layers.iter();
        let unplanned = unplanned
            .filter(|(id, _)| scope.contains(id) && desired.layer(id).is_none())
            .flat_map(|(id, layer)| {
                notes_of_holds(layer, desired.sound_experiments(id), |_| false, at)
            });
        notes.extend(unplanned);
        Self {
            notes,
            ..Self::nothing()
        }
    }

    pub(super) fn add(&mut self, layer: &LayerOutcome) {
        self.changes.extend_from_slice(&layer.changes);
        self.violations.extend_from_slice(&layer.violations);
        self.notes.extend_from_slice(&layer.notes);
        self.diffs.extend(layer.diff.clone());
        if let Some((after, impact)) = &layer.after {
            self.impact.push(impact.clone());
            let id = after.layer.layer_id.clone();
            self.after.insert(id, Arc::clone(after));
        }
    }
}

/// Plans the chosen layers. `at` is the time for which the impact counts who is assigned.
#[must_use]
pub fn plan_changes(desired: &Desired, state: &State, scope: &Scope, at: Timestamp) -> PlanOutcome {
    if let Scope::Only(chosen) = scope {
        return plan_staged(desired, state, chosen, at);
    }
    let context = PlanContext::new(desired, state);
    let mut outcome = PlanOutcome::begin(desired, state, scope, at);
    for wanted in in_order(desired).filter(|layer| scope.contains(&layer.layer_id)) {
        let before = state.layers.get(&wanted.layer_id);
        outcome.add(&LayerOutcome::new(wanted, before, None, &context, at));
    }
    outcome
}

/// Plans all layers again and again, but a layer only if something changed that decides its plan.
#[derive(Debug, Default)]
pub struct Planner {
    /// The layers of the last time.
    layers: HashMap<LayerId, PlannedLayer>,
}

/// A layer's plan, with all that decides it.
#[derive(Debug)]
struct PlannedLayer {
    desired: Arc<DesiredLayer>,
    before: Option<Arc<LayerState>>,
    others: OtherLayers,
    at: Timestamp,
    outcome: LayerOutcome,
}

impl PlannedLayer {
    /// Whether planning this layer at this time would give the same.
    fn holds_for(
        &self,
        desired: &Arc<DesiredLayer>,
        before: Option<&Arc<LayerState>>,
        others: &OtherLayers,
        at: Timestamp,
    ) -> bool {
        Arc::ptr_eq(&self.desired, desired)
            && self.before.as_ref().map(Arc::as_ptr) == before.map(Arc::as_ptr)
            && self.others == *others
            && self
                .outcome
                .counts_alike(before.map(|layer| &**layer), self.at, at)
    }
}

impl Planner {
    /// Plans all layers; the same as [`plan_changes`].
    #[must_use]
    pub fn plan_changes(&mut self, desired: &Desired, state: &State, at: Timestamp) -> PlanOutcome {
        let context = PlanContext::new(desired, state);
        let mut outcome = PlanOutcome::begin(desired, state, &Scope::All, at);
        let mut known = std::mem::take(&mut self.layers);
        for wanted in in_order(desired) {
            let before = state.layers.get(&wanted.layer_id);
            let others = context.other_layers(wanted, before.map(|layer| &**layer));
            let known = known
                .remove(&wanted.layer_id)
                .filter(|known| known.holds_for(wanted, before, &others, at));
            let planned = known.unwrap_or_else(|| PlannedLayer {
                desired: Arc::clone(wanted),
                before: before.cloned(),
                outcome: LayerOutcome::new(wanted, before, None, &context, at),
                others,
                at,
            });
            outcome.add(&planned.outcome);
            self.layers.insert(wanted.layer_id.clone(), planned);
        }
        outcome
    }
}

/// The wanted layers in the order of their ids.
fn in_order(desired: &Desired) -> impl Iterator<Item = &Arc<DesiredLayer>> {
    let mut layers: Vec<&Arc<DesiredLayer>> = desired.layers.iter().collect();
    layers.sort_by(|a, b| a.layer_id.cmp(&b.layer_id));
    layers.into_iter()
}

/// Layers of the database that no file has. While a file can't be read nobody can say that.
fn layers_only_in_database(desired: &Desired, state: &State, scope: &Scope) -> Vec<Note> {
    if !desired.is_complete {
        return Vec::new();
    }
    let layers = state.layers.keys().filter(|id| scope.contains(id));
    layers
        .filter(|id| desired.layer(id).is_none() && !desired.in_error.contains(*id))
        .map(|id| {
            let message = format!("layer `{id}` is only in the database and stays as it is");
            Note::new(NoteCode::OnlyInDatabase, id.clone(), None, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Experiment, HashAlgorithm};

    fn layer(name: &str, ids: &[String]) -> Arc<DesiredLayer> {
        let layer = DesiredLayer::builder(name, "salt");
        let layer = ids.iter().fold(layer, |layer, id| {
            let experiment = Experiment::builder(id.as_str()).name("E");
            let experiment = experiment.arm("a", 1.0).traffic_percentage(0.1);
            layer.experiment(experiment.build().expect("an experiment"))
        });
        Arc::new(layer.build().expect("a layer"))
    }

    /// The ids of the experiments of two layers.
    fn ids() -> impl Strategy<Value = [Vec<String>; 2]> {
        let id = prop::sample::select(vec!["x", "y", "z"]).prop_map(str::to_owned);
        let ids = prop::collection::btree_set(id, 0..3).prop_map(|ids| ids.into_iter().collect());
        [ids.clone(), ids]
    }

    /// All that an outcome says, comparable.
    fn said(outcome: &PlanOutcome) -> String {
        let PlanOutcome {
            changes,
            violations,
            notes,
            impact,
            diffs,
            after,
        } = outcome;
        let after = after.values();
        let after: Vec<_> = after.map(|layer| LayerDiff::text_of(layer)).collect();
        format!("{changes:?}\n{violations:?}\n{notes:?}\n{impact:?}\n{diffs:?}\n{after:?}")
    }

    proptest! {
        /// Layers whose own files and states stay are planned again where an experiment moves
        /// between the others' files, or stands on another layer of the database.
        #[test]
        fn a_plan_of_what_changed_is_the_plan_of_all(
            steps in prop::collection::vec((ids(), any::<bool>()), 1..6),
        ) {
            let at = Timestamp::UNIX_EPOCH;
            let mut planner = Planner::default();
            let mut state = State::empty(HashAlgorithm::Sha256);
            let mut files: HashMap<(usize, Vec<String>), Arc<DesiredLayer>> = HashMap::new();
            for (ids, is_applied) in steps {
                let layers = ids.into_iter().enumerate().map(|(index, ids)| {
                    let name = ["one", "two"][index];
                    let file = files.entry((index, ids.clone()));
                    Arc::clone(file.or_insert_with(|| layer(name, &ids)))
                });
                let desired = Desired {
                    layers: layers.collect(),
                    is_complete: true,
                    ..Desired::default()
                };
                let kept = planner.plan_changes(&desired, &state, at);
                let anew = plan_changes(&desired, &state, &Scope::All, at);
                prop_assert_eq!(said(&kept), said(&anew));
                if is_applied {
                    state = state.with_layers(anew.after);
                }
            }
        }
    }
}
