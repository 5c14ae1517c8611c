//! Plans that hold one experiment, or release it. They need no layer files: an emergency doesn't wait
//! for a checkout, or for somebody else's half-finished edit.

use std::sync::Arc;

use serde_json::json;

use super::seal;
use crate::domain::{ExperimentId, Hold, LayerState, State, Status};
use crate::near::{alike, did_you_mean};
use crate::plan::{Action, BaseLayers, Change, LayerDiff, Plan, ReplayError, replay_changes};

/// Why an experiment can't be held or released.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HoldError {
    /// The database doesn't have it.
    #[error("the database has no experiment `{id}`")]
    Unknown {
        /// The id as given.
        id: ExperimentId,
        /// Similar ids, the most similar first.
        near: Vec<ExperimentId>,
    },
    /// It is over for good.
    #[error("experiment `{0}` is completed: it assigns nothing, and never will")]
    Completed(ExperimentId),
    /// The change doesn't fit the state that it was made for.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

impl HoldError {
    /// Creates the error about an id that the database doesn't have.
    #[must_use]
    pub fn unknown(state: &State, id: &ExperimentId) -> Self {
        let layers = state.layers.values();
        let known = layers.flat_map(|layer| &layer.experiments);
        let near = alike(id.as_str(), known.map(|known| &known.experiment_id));
        Self::Unknown {
            id: id.clone(),
            near: near.into_iter().cloned().collect(),
        }
    }

    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Unknown { near, .. } if near.is_empty() => {
                "`avos layers --db FILE` lists the experiments; ids are case-sensitive".to_owned()
            }
            Self::Unknown { near, .. } => did_you_mean(near),
            Self::Completed(_) => "there is nothing to hold".to_owned(),
            Self::Replay(_) => "this is a fault of AVOS: please report it".to_owned(),
        }
    }
}

/// Plans to place this hold, from its `since` on. `None` if a hold is in force at that time already,
/// and the experiment isn't active.
pub fn plan_hold(state: &State, id: &ExperimentId, hold: Hold) -> Result<Option<Plan>, HoldError> {
    plan_new_hold(state, id, hold, |_, _| true)
}

/// Plans to place this hold also where another one is in force, which it replaces. `None` if that one has
/// the same reason and the same end, and the experiment isn't active.
pub fn plan_replacing_hold(
    state: &State,
    id: &ExperimentId,
    hold: Hold,
) -> Result<Option<Plan>, HoldError> {
    let is_same = |held: &Hold, hold: &Hold| held.reason == hold.reason && held.until == hold.until;
    plan_new_hold(state, id, hold, is_same)
}

/// Plans a hold, unless `stays` says that one in force is enough.
fn plan_new_hold(
    state: &State,
    id: &ExperimentId,
    hold: Hold,
    stays: impl Fn(&Hold, &Hold) -> bool,
) -> Result<Option<Plan>, HoldError> {
    let (layer, from) = find(state, id)?;
    if from == Status::Completed {
        return Err(HoldError::Completed(id.clone()));
    }
    let replaces = layer.holds.get(id);
    let is_held = replaces.is_some_and(|held| held.is_in_force(hold.since) && stays(held, &hold));
    if is_held && from != Status::Active {
        return Ok(None);
    }
    let replaces = replaces.cloned();
    let action = Action::Hold {
        from,
        hold,
        replaces,
    };
    plan_action(state, layer, id, action).map(Some)
}

/// Plans to end the experiment's hold, in force or not. `None` if it has none.
pub fn plan_release(state: &State, id: &ExperimentId) -> Result<Option<Plan>, HoldError> {
    let (layer, _) = find(state, id)?;
    let Some(hold) = layer.holds.get(id).cloned() else {
        return Ok(None);
    };
    plan_action(state, layer, id, Action::Release { hold }).map(Some)
}

fn find<'s>(state: &'s State, id: &ExperimentId) -> Result<(&'s LayerState, Status), HoldError> {
    let found = state.experiment(id);
    let (layer, experiment) = found.ok_or_else(|| HoldError::unknown(state, id))?;
    Ok((layer, experiment.status))
}

/// Returns the plan of one change. Its id is the digest of the rest of it.
fn plan_action(
    state: &State,
    layer: &LayerState,
    id: &ExperimentId,
    action: Action,
) -> Result<Plan, HoldError> {
    let layer_id = &layer.layer.layer_id;
    let changes = vec![Change {
        layer_id: layer_id.clone(),
        experiment_id: Some(id.clone()),
        action,
        taken: None,
    }];
    let mut after = [(layer_id.clone(), Arc::new(layer.clone()))].into();
    replay_changes(&mut after, &changes)?;
    let diffs = after
        .values()
        .filter_map(|after| LayerDiff::within_database(Some(layer), after));
    let diff: String = diffs.map(|diff| diff.unified).collect();
    let base_layers = BaseLayers::of(&changes, state);
    let sealed = json!({
        "base_journal": state.last_entry,
        "base_layers": &base_layers,
        "changes": &changes,
        "diff": &diff,
    });
    Ok(Plan {
        plan_id: seal(sealed),
        base_layers,
        is_for_empty_database: false,
        changes,
        diff,
    })
}
