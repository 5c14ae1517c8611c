//! From what the files ask for and what the database holds to what an apply would change.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::context::PlanContext;
use super::layer::{LayerPlan, plan_layer};
use super::{Change, Impact, LayerDiff, Note, NoteCode, Violation};
use crate::domain::{Desired, DesiredLayer, LayerId, LayerState, State};

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
pub struct Outcome {
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
    pub after: BTreeMap<LayerId, LayerState>,
}

/// Plans the chosen layers. `at` is the time for which the impact counts who is assigned.
#[must_use]
pub fn plan(desired: &Desired, state: &State, scope: &Scope, at: Timestamp) -> Outcome {
    let mut outcome = Outcome {
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
        let before = state.layers.get(&wanted.layer_id);
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
