//! Edits layer files for the console.

use std::path::Path;

use super::deps::WorkerDeps;
use super::{history, trouble};
use crate::config::edit::{EditError, ExperimentEdit, plan_edit, replace_layer_files};
use crate::config::read_sources;
use crate::console::edits::{EditSet, PlannedUndo};
use crate::console::message::Answer;
use crate::console::model::Trouble;
use crate::console::proposal::Proposal;
use crate::diagnostic::Help;
use crate::domain::ExperimentId;
use crate::store::StoreError;
use crate::undo;

/// Edits an experiment in its file.
pub(super) fn experiment(deps: &WorkerDeps, id: &ExperimentId, edit: &ExperimentEdit) -> Answer {
    let dir = match directory(deps) {
        Ok(dir) => dir,
        Err(trouble) => return Answer::Failed(trouble),
    };
    let sources = match read_sources(dir) {
        Ok(sources) => sources,
        Err(error) => return Answer::Failed(trouble::of(&error, error.help().as_deref())),
    };
    match plan_edit(&sources, id, edit, (deps.now)()) {
        Ok(planned) => {
            let edits = EditSet {
                subject: id.to_string(),
                files: vec![planned],
            };
            replace_in(dir, edits)
        }
        Err(error) => {
            let trouble = trouble::of(&error, error.help().as_deref());
            match error {
                EditError::Unsafe { place, .. } => Answer::EditByHand(place, trouble),
                _ => Answer::Failed(trouble),
            }
        }
    }
}

/// Plans the way back from an entry of the journal.
pub(super) fn plan_undo(deps: &WorkerDeps, journal_id: i64) -> Answer {
    match planned_undo(deps, journal_id) {
        Ok(planned) => Answer::UndoPlanned(planned.into()),
        Err(trouble) => Answer::Failed(trouble),
    }
}

fn planned_undo(deps: &WorkerDeps, journal_id: i64) -> Result<PlannedUndo, Trouble> {
    let dir = directory(deps)?;
    let of_store = |error: StoreError| trouble::of(&error, error.help());
    let entry = history::one(&*deps.store, journal_id)?;
    let state = deps.store.snapshot().map_err(of_store)?.state;
    let sources =
        read_sources(dir).map_err(|error| trouble::of(&error, error.help().as_deref()))?;
    let planned = undo::plan_undo(&entry, &sources, &state, (deps.now)())
        .map_err(|error| trouble::of(&error, error.help().as_deref()))?;
    Ok(PlannedUndo {
        journal_id,
        edits: EditSet {
            subject: format!("journal {journal_id}"),
            files: planned.files,
        },
        obstacles: planned.obstacles,
    })
}

/// Gives files their new texts.
pub(super) fn replace(deps: &WorkerDeps, edits: EditSet) -> Answer {
    match directory(deps) {
        Ok(dir) => replace_in(dir, edits),
        Err(trouble) => Answer::Failed(trouble),
    }
}

fn replace_in(dir: &Path, edits: EditSet) -> Answer {
    match replace_layer_files(dir, &edits.files) {
        Ok(()) => Answer::Edited(edits.into()),
        Err(error) => Answer::Failed(trouble::of(&error, error.help().as_deref())),
    }
}

fn directory(deps: &WorkerDeps) -> Result<&Path, Trouble> {
    match &deps.proposal {
        Proposal::Configs(dir) => Ok(dir),
        Proposal::Plan(_) => Err(Trouble {
            message: "a saved plan has no files to edit".to_owned(),
            help: "start the console with `--configs`".to_owned(),
        }),
    }
}
