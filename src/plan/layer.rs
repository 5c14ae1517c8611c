//! The plan of one layer: the rules first, then slots in a fixed order.

use std::collections::{HashMap, HashSet};

use super::context::PlanContext;
use super::draft::Draft;
use super::layer_notes::{note_inheritance, note_left_out_keys, note_what_stays};
use super::rules::{self, Violation};
use super::{Change, LayerDiff, Note};
use crate::domain::{DesiredLayer, Experiment, ExperimentId, Layer, LayerState, Status};

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
