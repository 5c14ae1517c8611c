//! Commands that edit the experiment that the screen is about.

use super::overlay;
use crate::config::edit::ExperimentEdit;
use crate::console::commands::{Command, experiment_here};
use crate::console::edits;
use crate::console::effect::Effect;
use crate::console::holds;
use crate::console::model::{Model, Overlay};

/// Runs such a command: edits at once, or asks for what is still needed.
pub(super) fn run(model: &mut Model, command: Command) -> Vec<Effect> {
    if command == Command::Undo {
        return edits::undo(&mut model.edits);
    }
    let Some((thing, loaded)) = experiment_here(model).zip(model.loaded.as_ref()) else {
        return Vec::new();
    };
    let form = match command {
        Command::Pause => return edits::write(&mut model.edits, thing, ExperimentEdit::Pause),
        Command::Resume => return edits::write(&mut model.edits, thing, ExperimentEdit::Resume),
        Command::Ramp => edits::ask_ramp(loaded, thing),
        _ => edits::ask_completion(loaded, thing),
    };
    model.overlay = form.map(Overlay::Edit);
    Vec::new()
}

/// Writes a new experiment into the file of the layer that the screen is about.
pub(super) fn create(model: &mut Model) -> Vec<Effect> {
    let here = model.layer_here().cloned().zip(model.loaded.clone());
    let row = here
        .as_ref()
        .and_then(|(layer_id, loaded)| loaded.layer_row(layer_id));
    let effects = row.map_or_else(Vec::new, |row| edits::create(&mut model.edits, row));
    let request = model.edits.running;
    overlay::wait_for(model, request);
    effects
}

/// Opens the form that asks why.
pub(super) fn ask_hold(model: &mut Model, is_release: bool) -> Vec<Effect> {
    let asked = experiment_here(model).zip(model.loaded.as_ref());
    let form = asked.map(|(thing, loaded)| holds::ask(loaded, thing, is_release));
    model.overlay = form.map(Overlay::Hold);
    Vec::new()
}
