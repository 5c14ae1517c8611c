//! Runs commands: what each does.

use std::sync::Arc;

use super::components::{Components, split};
use super::{experiment_edits, navigate, overlay, reload, saved_plans, time_steps, travel};
use crate::console::commands::{Command, edit_target, why_disabled};
use crate::console::confirm::Confirm;
use crate::console::current_evidence::weigh_evidence;
use crate::console::effect::Effect;
use crate::console::marks::Marks;
use crate::console::model::{
    FileVersions, Model, Outcome, Overlay, Panel, Place, Sampled, Source, Tone, View,
};
use crate::console::pages::{self, Destination};
use crate::console::palette::Palette;
use crate::console::report;
use crate::console::scrolling::Move;
use crate::console::{history, incident, long_outcome, lookup, marks};
use crate::domain::LayerId;
use crate::review::Review;

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
    if time_steps::run(model, command) {
        return Vec::new();
    }
    match command {
        Command::Apply | Command::ApplyLayer => return apply(model, command),
        Command::Mark => marks::toggle(model),
        Command::ClearMarks => model.marks = Marks::default(),
        Command::Zoom => {
            model.is_zoomed = !model.is_zoomed;
            navigate::keep_in_sight(model);
        }
        Command::Lookup => return open_lookup(model),
        Command::History => return open_history(model),
        Command::Plans => return saved_plans::list(model),
        Command::Suspect => return open_suspect(model),
        Command::MissingArm => return travel::open_missing_arm(model),
        Command::BreakDown => return travel::open_breakdown(model),
        Command::Filter => model.overlay = Some(Overlay::Filter),
        Command::Edit => return open_editor(model).into_iter().collect(),
        Command::Pause | Command::Resume | Command::Ramp | Command::Complete | Command::Undo => {
            return experiment_edits::run(model, command);
        }
        Command::NewExperiment => return experiment_edits::create(model),
        Command::Hold | Command::Release => {
            return experiment_edits::ask_hold(model, command == Command::Release);
        }
        Command::DiffDetail => {
            model.diff_detail = model.diff_detail.next();
            navigate::keep_in_sight(model);
        }
        Command::Source => {
            model.source = next_source(model);
            navigate::keep_in_sight(model);
        }
        Command::Incident => match travel::experiment_here(model) {
            Some(row) => return travel::go_to(model, row),
            None => turn(model),
        },
        Command::Open => {
            let row = model.selected_row();
            let leads = row.and_then(|row| row.opens);
            return leads.map_or_else(Vec::new, |to| travel::go_to(model, to));
        }
        Command::NextAttention => return travel::go_to_attention(model, 1),
        Command::PreviousAttention => return travel::go_to_attention(model, -1),
        Command::NextChange => return travel::go_to_change(model, 1),
        Command::PreviousChange => return travel::go_to_change(model, -1),
        Command::Seen => {
            model.mark_seen();
            return travel::go_to_change(model, 1);
        }
        Command::Order => {
            match model.place() {
                Place::Page => model.experiment_order = model.experiment_order.next(),
                Place::Panel(_) => model.layer_order = model.layer_order.next(),
            }
            navigate::keep_in_sight(model);
        }
        Command::Time => return time_steps::open(model),
        // Done: they are only for the pages of time.
        Command::Earlier | Command::Later | Command::Jump | Command::Compare => {}
        Command::Panel(number) => {
            if let Some(panel) = model.view.panels().get(number) {
                model.pages.clear();
                navigate::focus(model, *panel);
            }
        }
        Command::ShowGroups => {
            let (cx, Components { incident, .. }) = split(model);
            incident::unfold(incident, cx);
            navigate::keep_in_sight(model);
        }
        Command::HideGroups => fold(model),
        Command::Copy => return report::of_focus(model).into_iter().collect(),
        Command::Reload => return reload_all(model),
        Command::NextPanel => step_focus(model, 1),
        Command::PreviousPanel => step_focus(model, -1),
        Command::Up => navigate::go(model, Move::Rows(-1)),
        Command::Down => navigate::go(model, Move::Rows(1)),
        Command::PageUp => navigate::go(model, Move::HalfPage(-1)),
        Command::PageDown => navigate::go(model, Move::HalfPage(1)),
        Command::First => navigate::go(model, Move::First),
        Command::Last => navigate::go(model, Move::Last),
        Command::Palette => model.overlay = Some(Overlay::Palette(Palette::new(false))),
        Command::Help => model.overlay = Some(Overlay::Palette(Palette::new(true))),
        Command::Suspend => return vec![Effect::Suspend],
        Command::Quit => return quit(model),
    }
    Vec::new()
}

fn open_editor(model: &Model) -> Option<Effect> {
    let (file, line, column) = edit_target(model)?;
    Some(Effect::Edit { file, line, column })
}

/// Reads everything again, and resumes what was stopped.
fn reload_all(model: &mut Model) -> Vec<Effect> {
    incident::resume(&mut model.incident);
    let mut effects = reload::read_all(model);
    effects.extend(travel::search_arm(model));
    effects.extend(travel::break_down_anew(model));
    effects
}

/// Returns the source of the distribution that comes after the present one.
fn next_source(model: &Model) -> Source {
    match model.source {
        Source::Sample(Sampled::Planned) => Source::Sample(Sampled::Database),
        Source::Sample(Sampled::Database) if model.startup.log.is_some() => Source::Log,
        Source::Sample(Sampled::Database) | Source::Log => Source::Sample(Sampled::Planned),
    }
}

/// Quits, but not in the middle of an apply, whose outcome would go unseen. A second request quits
/// at once: then the database is either as it was or as planned.
pub(super) fn quit(model: &mut Model) -> Vec<Effect> {
    if model.running.apply.is_none() || model.running.is_quit_due {
        return vec![Effect::Quit];
    }
    model.running.is_quit_due = true;
    model.outcome = Some(Outcome {
        text: "Quits when the apply is done; quit again to exit at once".to_owned(),
        tone: Tone::Plain,
    });
    Vec::new()
}

/// Escape undoes one thing: an outcome over the panels, else the filter, else the page, else the zoom, else the marks, else the last outcome; in the
/// incident view also the groups that are listed, and then the view.
pub(super) fn escape(model: &mut Model) -> Vec<Effect> {
    if long_outcome::shown(model).is_some() {
        model.outcome = None;
    } else if !model.filter().is_empty() {
        model.filter_mut().clear();
    } else if model.pages.pop().is_some() {
        // Back to where it was opened from.
    } else if model.is_zoomed {
        model.is_zoomed = false;
    } else if model.view == View::Review && !model.marks.is_empty() {
        model.marks = Marks::default();
    } else if model.view == View::Incident && model.incident.is_unfolded() {
        fold(model);
    } else if model.outcome.take().is_none() {
        if model.view == View::Incident {
            turn(model);
        } else if model.plans.opened.is_some() {
            return saved_plans::list(model);
        }
    }
    navigate::keep_in_sight(model);
    Vec::new()
}

fn turn(model: &mut Model) {
    model.pages.clear();
    model.turn();
    navigate::keep_in_sight(model);
}

/// Folds what is unfolded in the incident view's list, and selects what it is folded into if that
/// hides the selected row.
fn fold(model: &mut Model) {
    let (cx, Components { incident, .. }) = split(model);
    if let Some(closed) = incident::fold(incident, cx) {
        model.panel_mut(Panel::Experiments).selected = Some(closed);
    }
    navigate::keep_in_sight(model);
}

fn step_focus(model: &mut Model, step: isize) {
    let panel: Panel = model.view.neighbor(model.focus, step);
    navigate::focus(model, panel);
}

/// Opens the dialog for the selected layer or for everything, or requests the plan of what is marked.
fn apply(model: &mut Model, command: Command) -> Vec<Effect> {
    if command == Command::ApplyLayer {
        let layer = model.layer_here().cloned();
        ask(model, layer.as_ref())
    } else if model.marks.is_empty() {
        ask(model, None)
    } else {
        let effect = marks::plan(model);
        let request = model.running.stage;
        overlay::wait_for(model, request);
        effect.into_iter().collect()
    }
}

/// Opens the dialog for what would be applied now.
fn ask(model: &mut Model, layer: Option<&LayerId>) -> Vec<Effect> {
    let Some(loaded) = &model.loaded else {
        return Vec::new();
    };
    let review = match layer {
        None => loaded.review.clone(),
        Some(layer) => loaded.layer_review(layer).map(Arc::new),
    };
    let Some(review) = review else {
        return Vec::new();
    };
    let files = loaded.files.versions.clone();
    open_dialog(model, review, files)
}

/// Opens the dialog for this plan, which was made from these files.
pub(super) fn open_dialog(
    model: &mut Model,
    review: Arc<Review>,
    files: FileVersions,
) -> Vec<Effect> {
    let evidence = weigh_evidence(model, &review);
    let is_evident = !evidence.is_empty();
    model.overlay = Some(Overlay::Confirm(Confirm::new(review, files, evidence)));
    // Nothing may have been read for long, and evidence ages.
    if is_evident {
        reload::load(model)
    } else {
        Vec::new()
    }
}

/// Opens the journal, and requests its entries.
fn open_history(model: &mut Model) -> Vec<Effect> {
    model.overlay = Some(Overlay::History);
    history::refresh(&mut model.history)
}

/// Opens the journal at the entry that is suspected of the alarm, in full.
fn open_suspect(model: &mut Model) -> Vec<Effect> {
    let suspect = model.suspect().map(|suspect| suspect.apply.journal_id);
    suspect.map_or_else(Vec::new, |journal_id| {
        travel::go_to(model, Destination::Entry(journal_id))
    })
}

/// Opens the unit lookup: on a page of time in the state that is looked at there.
fn open_lookup(model: &mut Model) -> Vec<Effect> {
    let as_of = pages::as_of(model);
    model.overlay = Some(Overlay::Lookup);
    let (cx, Components { lookup, .. }) = split(model);
    lookup::open(lookup, cx, as_of)
}
