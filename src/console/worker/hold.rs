//! Holds and releases experiments for the console.

use super::deps::WorkerDeps;
use super::trouble;
use crate::console::holds::{Held, NewHold};
use crate::console::message::Answer;
use crate::domain::ExperimentId;
use crate::holding::{self, HoldStanding, HoldingError};
use crate::store::Author;

/// Holds an experiment, until it is released or until a time.
pub(super) fn hold(deps: &WorkerDeps, hold: &NewHold) -> Answer {
    let id = &hold.experiment_id;
    let author = || author(deps, Some(&hold.reason));
    let until = match hold.until.map(|end| end.at((deps.now)())).transpose() {
        Ok(until) => until,
        Err(error) => return Answer::Failed(trouble::of(&error, None)),
    };
    let standing = holding::hold(&*deps.store, id, until, hold.replaces, &author);
    answer(id, standing)
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
