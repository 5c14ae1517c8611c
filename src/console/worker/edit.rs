//! Edits layer files for the console.

use std::path::Path;

use super::deps::WorkerDeps;
use super::{history, trouble};
use crate::config::edit::{
    EditError, ExperimentEdit, ExperimentTemplate, free_experiment_id, plan_edit,
    plan_new_experiment, replace_layer_files,
};
use crate::config::{check_sources, read_sources};
use crate::console::edits::{EditSet, NewExperiment, PlannedUndo};
use crate::console::message::Answer;
use crate::console::model::Trouble;
use crate::console::proposal::{NO_FILES, Proposal};
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

/// Writes a new experiment into a layer file.
pub(super) fn create(deps: &WorkerDeps, new: &NewExperiment) -> Answer {
    match created(deps, new) {
        Ok(edits) => Answer::Edited(edits.into()),
        Err(trouble) => Answer::Failed(trouble),
    }
}

fn created(deps: &WorkerDeps, new: &NewExperiment) -> Result<EditSet, Trouble> {
    let dir = directory(deps)?;
    let sources =
        read_sources(dir).map_err(|error| trouble::of(&error, error.help().as_deref()))?;
    // An edit doesn't need the database; with one, the id is free there, too.
    let snapshot = deps.store.snapshot().ok();
    let is_known = |id: &ExperimentId| {
        let mut states = snapshot.iter().map(|read| &read.state);
        states.any(|state| state.experiment(id).is_some())
    };
    let template = ExperimentTemplate {
        experiment_id: free_experiment_id(&sources, &new.layer_id, is_known),
        layer_id: new.layer_id.clone(),
        traffic_percentage: new.share,
    };
    let planned = plan_new_experiment(&sources, &new.file, &template, (deps.now)())
        .map_err(|error| trouble::of(&error, error.help().as_deref()))?;
    let edits = EditSet {
        subject: new.layer_id.to_string(),
        files: vec![planned],
    };
    replace_layer_files(dir, &edits.files)
        .map_err(|error| trouble::of(&error, error.help().as_deref()))?;
    Ok(edits)
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

/// Gives files their new texts, unless no plan of them could be applied.
pub(super) fn replace(deps: &WorkerDeps, edits: EditSet) -> Answer {
    let dir = match directory(deps) {
        Ok(dir) => dir,
        Err(trouble) => return Answer::Failed(trouble),
    };
    match refused(deps, dir, &edits) {
        None => replace_in(dir, edits),
        Some(trouble) => Answer::Failed(trouble),
    }
}

/// Returns what the rules refuse of the edited files and not of the present ones: what was applied since the
/// files were so, and never goes back.
fn refused(deps: &WorkerDeps, dir: &Path, edits: &EditSet) -> Option<Trouble> {
    // An edit doesn't need the database.
    let state = deps.store.snapshot().ok()?.state;
    // What can't be read isn't replaced either, and that says why.
    let sources = read_sources(dir).ok()?;
    let now = (deps.now)();
    let checked = check_sources(&sources, now);
    let refused = undo::newly_refused(&sources, &checked, &edits.files, &state, now);
    refused.into_iter().next().map(|first| Trouble {
        message: format!("nothing was written: {}", first.message),
        help: first.help,
    })
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
        Proposal::Plan(_) | Proposal::Plans(_) => Err(Trouble {
            message: NO_FILES.to_owned(),
            help: "start the console with `--configs`".to_owned(),
        }),
    }
}
