//! What a command does.

use std::sync::Arc;

use super::answers;
use super::history;
use super::lookup;
use super::navigate::{self, Move};
use super::overlay;
use crate::console::commands::{Command, edit_target, why_disabled};
use crate::console::effect::Effect;
use crate::console::model::{CommandList, Confirm, Model, Outcome, Overlay, Panel, Source, Tone};
use crate::console::report;
use crate::domain::LayerId;

/// Runs a command, or says why it can't run.
pub(super) fn run(model: &mut Model, command: Command) -> Vec<Effect> {
    if let Some(why) = why_disabled(command, model) {
        let text = format!("{}: {why}", command.spec().label);
        model.outcome = Some(Outcome {
            text,
            tone: Tone::Plain,
        });
        return Vec::new();
    }
    match command {
        Command::Apply => ask(model, None),
        Command::ApplyLayer => {
            let layer = model.layer.clone();
            ask(model, layer.as_ref());
        }
        Command::Zoom => {
            model.is_zoomed = !model.is_zoomed;
            navigate::keep_in_sight(model);
        }
        Command::Lookup => return lookup::open(model),
        Command::History => return history::open(model),
        Command::Filter => model.overlay = Some(Overlay::Filter),
        Command::Edit => {
            let target = edit_target(model).into_iter();
            return target
                .map(|(file, line, column)| Effect::Edit { file, line, column })
                .collect();
        }
        Command::DiffDetail => {
            model.diff_detail = model.diff_detail.next();
            navigate::keep_in_sight(model);
        }
        Command::Source => {
            model.source = match model.source {
                Source::Planned => Source::Database,
                Source::Database => Source::Planned,
            };
            navigate::keep_in_sight(model);
        }
        Command::Copy => return vec![report::of_panel(model)],
        Command::Reload => return answers::load(model),
        Command::NextPanel => step_focus(model, 1),
        Command::PreviousPanel => step_focus(model, -1),
        Command::Up => navigate::go(model, Move::Rows(-1)),
        Command::Down => navigate::go(model, Move::Rows(1)),
        Command::PageUp => navigate::go(model, Move::HalfPage(-1)),
        Command::PageDown => navigate::go(model, Move::HalfPage(1)),
        Command::First => navigate::go(model, Move::First),
        Command::Last => navigate::go(model, Move::Last),
        Command::Palette => open_commands(model, false),
        Command::Help => open_commands(model, true),
        Command::Suspend => return vec![Effect::Suspend],
        Command::Quit => return quit(model),
    }
    Vec::new()
}

/// Leaves, but not in the middle of an apply: nobody would hear how it ended. Asked for twice, at
/// once: the database is then as it was, or as planned.
pub(super) fn quit(model: &mut Model) -> Vec<Effect> {
    if model.running.apply.is_none() || model.running.is_quit_due {
        return vec![Effect::Quit];
    }
    model.running.is_quit_due = true;
    model.outcome = Some(Outcome {
        text: "Quit: when the apply is done; again to leave at once".to_owned(),
        tone: Tone::Plain,
    });
    Vec::new()
}

/// Escape takes back one thing: the filter, else the zoom, else the last outcome.
pub(super) fn escape(model: &mut Model) -> Vec<Effect> {
    if !model.filter.is_empty() {
        model.filter.clear();
    } else if model.is_zoomed {
        model.is_zoomed = false;
    } else {
        model.outcome = None;
    }
    navigate::keep_in_sight(model);
    Vec::new()
}

fn step_focus(model: &mut Model, step: isize) {
    let panel: Panel = model.focus.neighbour(step);
    navigate::focus(model, panel);
}

/// Opens the dialog for what would be applied now.
fn ask(model: &mut Model, layer: Option<&LayerId>) {
    let Some(loaded) = &model.loaded else { return };
    let review = match layer {
        None => loaded.review.as_ref(),
        Some(layer) => loaded.layer_reviews.get(layer),
    };
    let Some(review) = review else { return };
    model.overlay = Some(Overlay::Confirm(Confirm {
        review: Arc::clone(review),
        files: loaded.files.versions.clone(),
        typed: String::new(),
        is_wrong: false,
        is_apply_focused: false,
        stale: None,
    }));
}

fn open_commands(model: &mut Model, is_help: bool) {
    let mut list = CommandList {
        is_help,
        ..CommandList::default()
    };
    overlay::search(&mut list);
    model.overlay = Some(Overlay::Commands(list));
}
