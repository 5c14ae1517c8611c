//! Holds and releases experiments for the console.

use jiff::Timestamp;

use super::deps::WorkerDeps;
use super::trouble;
use crate::console::holds::Held;
use crate::console::message::Answer;
use crate::domain::ExperimentId;
use crate::holding::{self, HoldStanding, HoldingError};
use crate::store::Author;

/// Holds an experiment, until it is released or until this time.
pub(super) fn hold(
    deps: &WorkerDeps,
    id: &ExperimentId,
    reason: &str,
    until: Option<Timestamp>,
) -> Answer {
    let author = || author(deps, Some(reason));
    let held = holding::hold(&*deps.store, id, until, false, &author);
    answer(id, held)
}

/// Releases an experiment.
pub(super) fn release(deps: &WorkerDeps, id: &ExperimentId, reason: Option<&str>) -> Answer {
    let released = holding::release(&*deps.store, id, &|| author(deps, reason));
    answer(id, released)
}

fn author(deps: &WorkerDeps, reason: Option<&str>) -> Author {
    Author {
        reason: reason.map(str::to_owned),
        ..Author::new(deps.actor.as_str(), (deps.now)())
    }
}

fn answer(id: &ExperimentId, standing: Result<HoldStanding, HoldingError>) -> Answer {
    match standing {
        Ok(standing) => Answer::Held(Held {
            experiment_id: id.clone(),
            hold: standing.hold,
            journal_id: standing.journal_id,
        }),
        Err(HoldingError::Store(error)) => Answer::Failed(trouble::of(&error, error.help())),
        Err(HoldingError::Plan(error)) => {
            Answer::Failed(trouble::of(&error, Some(error.help().as_str())))
        }
    }
}
