//! The plan of one layer: the rules first, then slots in a fixed order.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::draft::{Draft, note_what_stays};
use super::hold_notes::notes_of_holds;
use super::inheritance_notes::note_inheritance;
use super::left_out_notes::note_left_out_keys;
use super::rules;
use super::{Change, Impact, LayerDiff, Note, Violation};
use crate::domain::{
    Desired, DesiredLayer, Experiment, ExperimentId, FormerHolders, HashAlgorithm, Layer, LayerId,
    LayerState, SlotHistories, State, Status,
};

/// The context in which a layer is planned.
pub(super) struct PlanContext<'a> {
    /// The hash of new layers whose file names none.
    default_hash: HashAlgorithm,
    /// Who held slots before.
    histories: &'a SlotHistories,
    /// The layer of each experiment in the database.
    homes: HashMap<&'a ExperimentId, &'a LayerId>,
    /// The experiments of all files.
    wanted: HashSet<&'a ExperimentId>,
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
            histories: &state.slot_histories,
            homes: homes.collect(),
            wanted: wanted.map(|wants| &wants.experiment_id).collect(),
        }
    }

    /// Returns who held slots of this layer before.
    fn history(&self, layer: &LayerId) -> Arc<FormerHolders> {
        self.histories.get(layer).cloned().unwrap_or_default()
    }

    /// Returns what of the context decides the plan of this layer.
    pub(super) fn other_layers(
        &self,
        desired: &DesiredLayer,
        before: Option<&LayerState>,
    ) -> OtherLayers {
        let ids = desired.experiments.iter().map(|wants| &wants.experiment_id);
        let existing = before.into_iter().flat_map(|layer| &layer.experiments);
        OtherLayers {
            default_hash: self.default_hash,
            history: self.histories.get(&desired.layer_id).cloned(),
            homes: ids.map(|id| self.homes.get(id).copied().cloned()).collect(),
            are_wanted: existing
                .map(|has| self.wanted.contains(&has.experiment_id))
                .collect(),
        }
    }
}

/// What of other layers decides a layer's plan.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OtherLayers {
    default_hash: HashAlgorithm,
    history: Option<Arc<FormerHolders>>,
    /// The layer in the database of each wanted experiment.
    homes: Vec<Option<LayerId>>,
    /// Whether any file has each experiment of the layer in the database.
    are_wanted: Vec<bool>,
}

/// All that planning one layer finds out.
#[derive(Debug)]
pub(super) struct LayerOutcome {
    pub(super) changes: Vec<Change>,
    pub(super) violations: Vec<Violation>,
    pub(super) notes: Vec<Note>,
    pub(super) diff: Option<Arc<LayerDiff>>,
    /// The layer as it will be, and what happens to its units; `None` with a violation.
    pub(super) after: Option<(Arc<LayerState>, Impact)>,
}

impl LayerOutcome {
    pub(super) fn new(
        desired: &DesiredLayer,
        before: Option<&Arc<LayerState>>,
        chosen: Option<&BTreeSet<&ExperimentId>>,
        context: &PlanContext<'_>,
        at: Timestamp,
    ) -> Self {
        let has = before.map(|layer| &**layer);
        let draft = plan_layer(desired, has, chosen, context, at);
        let is_valid = draft.violations.is_empty();
        let text = if is_valid {
            LayerDiff::text_of(&draft.after)
        } else {
            LayerDiff::text_of(&wanted(desired, &draft.after))
        };
        let diff = LayerDiff::new(&desired.layer_id, has, &text);
        let impact = is_valid.then(|| Impact::new(has, &draft.after, at));
        // What stays is the same layer, which others can tell without comparing.
        let after = match before {
            Some(before) if draft.changes.is_empty() => Arc::clone(before),
            _ => Arc::new(draft.after),
        };
        Self {
            changes: draft.changes,
            violations: draft.violations,
            notes: draft.notes,
            diff: diff.map(Arc::new),
            after: impact.map(|impact| (after, impact)),
        }
    }

    /// Whether the outcome is the same at both times: the same experiments are within their dates, and
    /// the same holds in force.
    pub(super) fn counts_alike(
        &self,
        before: Option<&LayerState>,
        at: Timestamp,
        then: Timestamp,
    ) -> bool {
        let after = self.after.as_ref().map(|(after, _)| &**after);
        before.is_none_or(|layer| layer.is_held_alike_at(at, then))
            && before
                .into_iter()
                .chain(after)
                .all(|layer| layer.is_alike_at(at, then))
    }
}

/// Plans one layer; `before` is `None` if the database doesn't have it. `chosen` are the only experiments
/// that may change, if not all may.
fn plan_layer(
    desired: &DesiredLayer,
    before: Option<&LayerState>,
    chosen: Option<&BTreeSet<&ExperimentId>>,
    context: &PlanContext<'_>,
    at: Timestamp,
) -> Draft {
    let history = context.history(&desired.layer_id);
    let mut draft = Draft::begin(desired, before, context.default_hash, &history, at);
    let is_chosen = |id: &ExperimentId| chosen.is_none_or(|chosen| chosen.contains(id));
    let held = before.into_iter();
    let held = held.flat_map(|layer| notes_of_holds(layer, &desired.experiments, is_chosen, at));
    draft.notes.extend(held);
    let planned = check_rules(&mut draft, desired, before, context);
    note_left_out_keys(&mut draft, desired, before);
    note_what_stays(&mut draft, before, &context.wanted);
    if let Some(violation) = rules::check_capacity(desired, before) {
        draft.violations.push(violation);
        return draft;
    }
    // What is completed gives its slots back before anything takes any.
    let (completing, holding): (Vec<_>, Vec<_>) = planned
        .into_iter()
        .filter(|(_, wants)| is_chosen(&wants.experiment_id))
        .partition(|(_, wants)| !wants.holds_slots());
    for (has, wants) in completing.into_iter().chain(holding) {
        draft.place(has, wants);
    }
    note_inheritance(&mut draft, before, &history);
    draft
}

/// An experiment to be planned: as the database has it, if it does, and as the file wants it.
type Pair<'a> = (Option<&'a Experiment>, &'a Experiment);

/// Checks every rule but capacity, and returns the experiments that may be changed.
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
        holds: after.holds.clone(),
    }
}
