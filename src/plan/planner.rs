//! From what the files ask for and what the database holds to what an apply would change: layer by
//! layer, the rules first, then slots in a fixed order.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::draft::Draft;
use super::draft::{note_inheritance, note_left_out_keys, note_what_stays};
use super::rules;
use super::{Change, Impact, LayerDiff, Note, NoteCode, Violation};
use crate::domain::{
    Desired, DesiredLayer, Experiment, ExperimentId, HashAlgorithm, Layer, LayerId, LayerState,
    Layers, State, Status,
};

/// Which layers a plan is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    #[default]
    All,
    /// Only these; errors elsewhere don't stand in their way.
    Layers(Vec<LayerId>),
}

impl Scope {
    /// Whether the layer is among the chosen ones.
    #[must_use]
    pub fn contains(&self, layer: &LayerId) -> bool {
        match self {
            Self::All => true,
            Self::Layers(chosen) => chosen.contains(layer),
        }
    }

    /// Whether something about these layers is about a chosen one; none of them means that nobody
    /// knows which it is about.
    #[must_use]
    pub fn concerns(&self, layers: &[LayerId]) -> bool {
        match self {
            Self::All => true,
            Self::Layers(_) => layers.iter().any(|layer| self.contains(layer)),
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
    pub diffs: Vec<LayerDiff>,
    /// The chosen layers without a violation as they will be.
    pub after: Layers,
}

impl PlanOutcome {
    /// What planning only these layers finds out: they are planned one by one, so that is this
    /// outcome's part about them.
    #[must_use]
    pub fn narrowed(&self, scope: &Scope) -> Self {
        fn of<T: Clone>(all: &[T], is_chosen: impl Fn(&T) -> bool) -> Vec<T> {
            all.iter().filter(|it| is_chosen(it)).cloned().collect()
        }
        let after = self.after.iter().filter(|(id, _)| scope.contains(id));
        Self {
            changes: of(&self.changes, |it| scope.contains(&it.layer_id)),
            violations: of(&self.violations, |it| scope.contains(&it.subject.layer_id)),
            notes: of(&self.notes, |it| scope.contains(&it.layer_id)),
            impact: of(&self.impact, |it| scope.contains(&it.layer_id)),
            diffs: of(&self.diffs, |it| scope.contains(&it.layer_id)),
            after: after.map(|(id, it)| (id.clone(), Arc::clone(it))).collect(),
        }
    }
}

/// Plans the chosen layers. `at` is the time for which the impact counts who is assigned.
#[must_use]
pub fn plan_changes(desired: &Desired, state: &State, scope: &Scope, at: Timestamp) -> PlanOutcome {
    let mut outcome = PlanOutcome {
        changes: Vec::new(),
        violations: Vec::new(),
        notes: layers_only_in_database(desired, state, scope),
        impact: Vec::new(),
        diffs: Vec::new(),
        after: BTreeMap::new(),
    };
    let context = PlanContext::new(desired, state);
    let mut layers: Vec<&DesiredLayer> = desired
        .layers
        .iter()
        .filter(|layer| scope.contains(&layer.layer_id))
        .collect();
    layers.sort_by(|a, b| a.layer_id.cmp(&b.layer_id));
    for wanted in layers {
        let before = state.layer(&wanted.layer_id);
        let LayerPlan {
            after,
            changes,
            mut violations,
            mut notes,
            wanted_text,
        } = plan_layer(wanted, before, &context);
        let is_valid = violations.is_empty();
        let text = if is_valid {
            LayerDiff::text_of(&after)
        } else {
            wanted_text
        };
        outcome
            .diffs
            .extend(LayerDiff::new(&wanted.layer_id, before, &text));
        outcome.violations.append(&mut violations);
        outcome.notes.append(&mut notes);
        if is_valid {
            outcome.impact.push(Impact::new(before, &after, at));
            // What stays is the same layer, which others can tell without comparing.
            let after = match state.layers.get(&wanted.layer_id) {
                Some(before) if changes.is_empty() => Arc::clone(before),
                _ => Arc::new(after),
            };
            outcome.after.insert(wanted.layer_id.clone(), after);
        }
        outcome.changes.extend(changes);
    }
    outcome
}

/// Layers of the database that no file has. While a file can't be read nobody can say that.
fn layers_only_in_database(desired: &Desired, state: &State, scope: &Scope) -> Vec<Note> {
    if !desired.is_complete {
        return Vec::new();
    }
    let layers = state.layers.keys().filter(|id| scope.contains(id));
    layers
        .filter(|id| desired.layer(id).is_none() && !desired.in_error.contains(*id))
        .map(|id| Note {
            code: NoteCode::OnlyInDatabase,
            layer_id: id.clone(),
            experiment_id: None,
            key: None,
            message: format!("layer `{id}` stands only in the database and stays as it is"),
        })
        .collect()
}

/// The context in which a layer is planned.
pub(super) struct PlanContext<'a> {
    /// The hash of new layers whose file names none.
    pub(super) default_hash: HashAlgorithm,
    /// The layer of each experiment in the database.
    pub(super) homes: HashMap<&'a ExperimentId, &'a LayerId>,
    /// The experiments of all files.
    pub(super) wanted: HashSet<&'a ExperimentId>,
}

impl<'a> PlanContext<'a> {
    pub(super) fn new(desired: &'a Desired, state: &'a State) -> Self {
        let homes = state.layers.iter().flat_map(|(layer_id, layer)| {
            let experiments = layer.experiments.iter();
            experiments.map(move |experiment| (&experiment.experiment_id, layer_id))
        });
        let wanted = desired.layers.iter().flat_map(|layer| &layer.experiments);
        Self {
            default_hash: state.default_hash_algorithm,
            homes: homes.collect(),
            wanted: wanted.map(|wants| &wants.experiment_id).collect(),
        }
    }
}

/// What planning one layer gives.
pub(super) struct LayerPlan {
    /// The layer after the changes.
    pub(super) after: LayerState,
    pub(super) changes: Vec<Change>,
    pub(super) violations: Vec<Violation>,
    pub(super) notes: Vec<Note>,
    /// The layer as the files want it, valid or not, in canonical YAML.
    pub(super) wanted_text: String,
}

/// Plans one layer; `before` is none when the database doesn't have it.
pub(super) fn plan_layer(
    desired: &DesiredLayer,
    before: Option<&LayerState>,
    context: &PlanContext<'_>,
) -> LayerPlan {
    let mut draft = Draft::begin(desired, before, context.default_hash);
    let planned = check_rules(&mut draft, desired, before, context);
    note_left_out_keys(&mut draft, desired, before);
    note_what_stays(&mut draft, before, &context.wanted);
    if let Some(violation) = rules::check_capacity(desired, before) {
        draft.violations.push(violation);
    } else {
        // What is completed gives its slots back before anybody takes any.
        let (completing, holding): (Vec<_>, Vec<_>) = planned
            .into_iter()
            .partition(|(_, wants)| !wants.holds_slots());
        for (has, wants) in completing.into_iter().chain(holding) {
            draft.place(has, wants);
        }
        note_inheritance(&mut draft, before);
    }
    LayerPlan {
        wanted_text: LayerDiff::text_of(&wanted(desired, &draft.after)),
        after: draft.after,
        changes: draft.changes,
        violations: draft.violations,
        notes: draft.notes,
    }
}

/// An experiment to be planned: as the database has it, if it does, and as the file wants it.
type Pair<'a> = (Option<&'a Experiment>, &'a Experiment);

/// Checks every rule but capacity, and gives the experiments that may be changed.
fn check_rules<'a>(
    draft: &mut Draft,
    desired: &'a DesiredLayer,
    before: Option<&'a LayerState>,
    context: &PlanContext<'_>,
) -> Vec<Pair<'a>> {
    if let Some(before) = before {
        draft
            .violations
            .extend(rules::check_layer(desired, &before.layer));
    }
    let existing: HashMap<&ExperimentId, &Experiment> = before
        .iter()
        .flat_map(|layer| &layer.experiments)
        .map(|experiment| (&experiment.experiment_id, experiment))
        .collect();
    let mut planned = Vec::new();
    for wants in &desired.experiments {
        let id = &wants.experiment_id;
        let violations = match (existing.get(id), context.homes.get(id)) {
            (Some(has), _) => check_existing(desired, has, wants),
            (None, Some(home)) => {
                vec![rules::stands_elsewhere(&desired.layer_id, wants, home)]
            }
            (None, None) => Vec::new(),
        };
        if violations.is_empty() {
            planned.push((existing.get(id).copied(), wants));
        }
        draft.violations.extend(violations);
    }
    planned
}

fn check_existing(desired: &DesiredLayer, has: &Experiment, wants: &Experiment) -> Vec<Violation> {
    let layer_id = &desired.layer_id;
    if has.status == Status::Completed {
        return rules::check_completed(layer_id, has, wants);
    }
    let mut violations = rules::check_experiment(layer_id, has, wants);
    violations.extend(rules::check_allocation(layer_id, has, wants));
    violations.extend(rules::check_growth(layer_id, has, wants));
    violations
}

/// The layer as the file wants it, whatever the rules say: for the text diff of a refused plan.
fn wanted(desired: &DesiredLayer, after: &LayerState) -> LayerState {
    let wants: HashMap<&ExperimentId, &Experiment> = desired
        .experiments
        .iter()
        .map(|wants| (&wants.experiment_id, wants))
        .collect();
    let known: HashSet<&ExperimentId> = after
        .experiments
        .iter()
        .map(|has| &has.experiment_id)
        .collect();
    let stays = after.experiments.iter();
    let stays = stays.map(|has| wants.get(&has.experiment_id).copied().unwrap_or(has));
    let new = desired.experiments.iter();
    let new = new.filter(|wants| wants.holds_slots() && !known.contains(&wants.experiment_id));
    LayerState {
        layer: Layer {
            layer_id: desired.layer_id.clone(),
            layer_salt: desired.layer_salt.clone(),
            total_slots: desired.total_slots.unwrap_or(after.layer.total_slots),
            total_traffic_percentage: desired.total_traffic_percentage,
            hash_algorithm: desired.hash_algorithm.unwrap_or(after.layer.hash_algorithm),
        },
        experiments: stays.chain(new).cloned().collect(),
        slots: after.slots.clone(),
    }
}
