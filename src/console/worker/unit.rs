//! What one unit gets in every layer, what the log says it got, and which units an arm got last.

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;

use super::trouble;
use crate::assign::{AssignError, Assigner, Decision, Explanation, Groups};
use crate::console::lookup::{UnitAnswer, UnitAnswers, UnitGroup, UnitState, is_drawn};
use crate::console::message::Answer;
use crate::console::model::{LayerRow, Trouble};
use crate::domain::{HashAlgorithm, LayerId, LayerState, Layers, State};
use crate::exposure::{ExposureRows, LogLocation, LogRows, LoggedArm};

/// How many rows of the log are shown at most.
const MAX_ROWS: usize = 100;
/// How many units of an arm are listed at most.
const MAX_UNITS: usize = 20;

/// Returns what the unit gets in this state; in the present one now, and after the plan where that is
/// something else. A state of the past has its own time.
///
/// A layer whose experiment asks for a group has an answer for each that it knows: the user rarely
/// knows the unit's.
pub fn look_up(unit_id: &str, state: &UnitState, now: Timestamp) -> Result<UnitAnswers, Trouble> {
    match state {
        UnitState::Present(loaded) => {
            if let Err(trouble) = &loaded.database.exists {
                return Err(trouble.clone());
            }
            let sides = [
                assigner(layers_of(&loaded.layers, |row| row.before.as_ref())),
                assigner(layers_of(&loaded.layers, |row| row.after.as_ref())),
            ];
            let ids = loaded.layers.iter().map(|row| &row.layer_id);
            Ok(UnitAnswers {
                at: now,
                answers: answers(unit_id, ids, &sides, now),
                is_pending: loaded.is_pending(),
            })
        }
        UnitState::Past(layers, at) => {
            // There was no plan: what comes after it is the same.
            let sides = [assigner(layers.clone()), assigner(layers.clone())];
            Ok(UnitAnswers {
                at: *at,
                answers: answers(unit_id, layers.keys(), &sides, *at),
                is_pending: false,
            })
        }
    }
}

/// Returns the answers of these layers, now and after the plan.
fn answers<'a>(
    unit_id: &str,
    ids: impl Iterator<Item = &'a LayerId>,
    [now, after]: &[Assigner; 2],
    at: Timestamp,
) -> Vec<UnitAnswer> {
    let of_layer = |id: &LayerId| {
        let explain = |assigner: &Assigner, group: Option<&UnitGroup>| {
            explained(assigner, id, unit_id, group, at)
        };
        let asked = [explain(now, None), explain(after, None)];
        let groups = groups(asked.iter().flatten());
        let groups = groups.into_iter().map(|group| UnitAnswer {
            layer_id: id.clone(),
            now: explain(now, group.as_ref()),
            after: explain(after, group.as_ref()),
            group,
        });
        groups.map(without_repetition).collect::<Vec<_>>()
    };
    ids.flat_map(of_layer).collect()
}

/// Returns one side of these rows.
fn layers_of(rows: &[LayerRow], side: impl Fn(&LayerRow) -> Option<&Arc<LayerState>>) -> Layers {
    let layers = rows.iter().filter_map(|row| {
        let layer = Arc::clone(side(row)?);
        Some((row.layer_id.clone(), layer))
    });
    layers.collect()
}

fn assigner(layers: Layers) -> Assigner {
    // No layer is created, so none takes the default hash.
    Assigner::new(&State::empty(HashAlgorithm::Sha256).with_layers(layers))
}

/// Explains what the unit gets; `None` if there is no such layer.
fn explained(
    assigner: &Assigner,
    layer_id: &LayerId,
    unit_id: &str,
    group: Option<&UnitGroup>,
    at: Timestamp,
) -> Option<Explanation> {
    let of = |key| group.filter(|group| group.key == key);
    let name = |key| of(key).map(|group| group.name.as_str());
    let groups = Groups {
        segment: name("segment"),
        geo: name("geo"),
        stratum: name("stratum"),
    };
    assigner.explain(layer_id, unit_id, &groups, at).ok()
}

/// The groups that these explanations lack; none of them where they lack none.
fn groups<'a>(explanations: impl Iterator<Item = &'a Explanation>) -> Vec<Option<UnitGroup>> {
    let mut groups = Vec::new();
    for explanation in explanations {
        let Decision::Refused(AssignError::MissingGroup { key, .. }) = &explanation.decision else {
            continue;
        };
        let experiment = explanation.experiment.iter();
        let known = experiment.flat_map(|experiment| experiment.splitter.groups());
        for (name, _) in known {
            let group = UnitGroup {
                key,
                name: name.clone(),
            };
            if !groups.contains(&Some(group.clone())) {
                groups.push(Some(group));
            }
        }
    }
    if groups.is_empty() {
        groups.push(None);
    }
    groups
}

/// What comes after the plan is only said where it is something else.
fn without_repetition(answer: UnitAnswer) -> UnitAnswer {
    let after = answer.after.filter(|after| {
        let now = answer.now.as_ref();
        now.is_none_or(|now| !gives_the_same(now, after))
    });
    UnitAnswer { after, ..answer }
}

fn gives_the_same(now: &Explanation, after: &Explanation) -> bool {
    match (now.assignment(), after.assignment()) {
        (Ok(one), Ok(other)) => {
            let is_drawn = is_drawn(now) && is_drawn(after);
            (one.experiment_id, one.status) == (other.experiment_id, other.status)
                && (is_drawn || one.variant == other.variant)
        }
        (Err(one), Err(other)) => one == other,
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
    }
}

/// Is told how much of the log was looked through, and stops the search.
pub(super) type Watch<'w> = &'w mut dyn FnMut(f64) -> ControlFlow<()>;

/// The unit's rows in the log.
pub(super) fn search(log: LogLocation, unit_id: &str, watch: Watch<'_>) -> Answer {
    match LogRows::open(log).and_then(|rows| rows.find_unit(unit_id, MAX_ROWS, watch)) {
        Ok(rows) => Answer::Searched(rows.into()),
        Err(error) => Answer::Failed(trouble::of(&error, error.help().as_deref())),
    }
}

/// The units that the arm got last.
pub(super) fn search_arm(log: LogLocation, arm: &LoggedArm, watch: Watch<'_>) -> Answer {
    match LogRows::open(log).and_then(|rows| rows.find_arm(arm, MAX_UNITS, watch)) {
        Ok(units) => Answer::ArmFound(units.into()),
        Err(error) => Answer::Failed(trouble::of(&error, error.help().as_deref())),
    }
}
