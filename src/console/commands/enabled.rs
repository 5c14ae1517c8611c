//! Whether a command can run, and why not: a disabled command stays visible with the reason.

use super::Command;
use crate::config::edit::ExperimentEdit;
use crate::console::edits::{self, EditedThing};
use crate::console::model::{Model, Panel, Refused, View};
use crate::console::pages::{self, Destination, PageId};
use crate::console::panels::{self, Copied};
use crate::console::proposal::{NO_FILES, Proposal};
use crate::console::{holds, marks};
use crate::domain::{Fraction, LayerId};
use crate::plan::Scope;
use crate::review::Review;

/// Why nothing can be done with an experiment, and how to select one.
const NO_EXPERIMENT: &str = "no experiment is selected: Enter on its layer lists them";
/// Why nothing that needs them can run before files and database were read.
pub(in crate::console) const STILL_READ: &str = "files and database are still being read";

/// Returns why the command can't run now; `None` if it can.
#[must_use]
pub fn why_disabled(command: Command, model: &Model) -> Option<String> {
    match command {
        Command::Apply | Command::ApplyLayer if model.view == View::Incident => {
            Some("the plan is on the main screen".to_owned())
        }
        Command::Apply | Command::ApplyLayer if model.is_in_the_past() => {
            Some("nothing can be applied to the past: Esc goes back".to_owned())
        }
        Command::ShowGroups | Command::HideGroups if model.is_in_the_past() => None,
        Command::Earlier | Command::Later | Command::Jump | Command::Compare => {
            time_disabled(model)
        }
        Command::Lookup if model.is_in_the_past() => pages::past_unknown(model),
        Command::Source | Command::DiffDetail if model.view == View::Incident => {
            Some("what it changes is on the main screen".to_owned())
        }
        Command::ShowGroups | Command::HideGroups => groups_disabled(command, model),
        Command::Suspect => suspect_disabled(model),
        Command::MissingArm => {
            let is_none = model.missing_arm().is_none();
            is_none.then(|| "no alarm is selected in which an arm lacks units".to_owned())
        }
        Command::BreakDown => breakdown_disabled(model),
        Command::NextAttention | Command::PreviousAttention => {
            let is_calm = model.attention().is_empty();
            is_calm.then(|| "nothing needs attention".to_owned())
        }
        Command::NextChange | Command::PreviousChange => {
            let is_none = pages::all_changes(model).is_empty();
            is_none.then(|| "nothing would change".to_owned())
        }
        Command::Seen => match model.page().map(|page| &page.id) {
            Some(PageId::Change(_)) => None,
            _ => Some("no change is open".to_owned()),
        },
        Command::Panel(number) => {
            let count = model.view.panels().len();
            (number >= count).then(|| format!("there are {count} panels here"))
        }
        Command::Apply => apply_disabled(model, None),
        Command::Mark => marks::disabled(model),
        Command::Plans => plans_disabled(model),
        Command::ClearMarks if model.marks.is_empty() => Some("nothing is marked".to_owned()),
        Command::ApplyLayer if model.startup.proposal.is_plan() => {
            Some("a saved plan is applied as a whole".to_owned())
        }
        Command::Edit if model.startup.proposal.is_plan() => Some(NO_FILES.to_owned()),
        Command::ApplyLayer => match model.layer_here() {
            None => Some("no layer is selected".to_owned()),
            Some(layer) => apply_disabled(model, Some(layer)),
        },
        Command::Pause => edit_disabled(model, &ExperimentEdit::Pause),
        Command::Resume => edit_disabled(model, &ExperimentEdit::Resume),
        Command::Ramp => edit_disabled(model, &ExperimentEdit::Ramp(Fraction::ZERO)),
        Command::Complete => edit_disabled(model, &ExperimentEdit::Complete { winner: None }),
        Command::NewExperiment => new_experiment_disabled(model),
        Command::Hold => hold_disabled(model, false),
        Command::Release => hold_disabled(model, true),
        Command::Undo if model.edits.last.is_none() => {
            Some("this console hasn't edited a file".to_owned())
        }
        Command::Edit if edit_target(model).is_none() => {
            Some("the selection isn't in a file".to_owned())
        }
        Command::Source if model.distribution.is_none() && model.startup.log.is_none() => {
            Some("no sample yet".to_owned())
        }
        Command::DiffDetail if model.loaded.as_ref().is_none_or(|l| l.review.is_none()) => {
            Some("no diff yet".to_owned())
        }
        Command::Copy => copy_disabled(model),
        Command::ClearMarks
        | Command::Edit
        | Command::Undo
        | Command::Open
        | Command::Order
        | Command::Time
        | Command::Source
        | Command::DiffDetail
        | Command::Incident
        | Command::Zoom
        | Command::Filter
        | Command::Lookup
        | Command::History
        | Command::Reload
        | Command::NextPanel
        | Command::PreviousPanel
        | Command::Up
        | Command::Down
        | Command::PageUp
        | Command::PageDown
        | Command::First
        | Command::Last
        | Command::Palette
        | Command::Help
        | Command::Suspend
        | Command::Quit => None,
    }
}

fn plans_disabled(model: &Model) -> Option<String> {
    let is_directory = matches!(model.startup.proposal, Proposal::Plans(_));
    (!is_directory).then(|| "the console was started without `--plan DIR`".to_owned())
}

fn time_disabled(model: &Model) -> Option<String> {
    if !model.is_in_the_past() {
        return Some(format!(
            "it is for the pages of time, which {} opens",
            model.startup.named(Command::Time)
        ));
    }
    let read = model.past.read();
    let is_empty = read.is_none_or(|read| read.entries.is_empty());
    is_empty.then(|| "the journal has no entries".to_owned())
}

fn groups_disabled(command: Command, model: &Model) -> Option<String> {
    if model.view != View::Incident {
        return Some("groups are listed in the incident view".to_owned());
    }
    if command == Command::HideGroups {
        let is_folded = !model.incident.is_unfolded();
        return is_folded.then(|| "no groups are listed".to_owned());
    }
    let view = model.incident_view();
    match view.selected_entry() {
        None if view.is_untested_selected() => None,
        None => Some("no experiment is selected".to_owned()),
        Some(entry) => (!entry.has_groups()).then(|| "the experiment has no groups".to_owned()),
    }
}

fn suspect_disabled(model: &Model) -> Option<String> {
    let view = model.incident_view();
    match model.split_here() {
        Some(split) if view.suspect(split).is_some() => None,
        Some(split) if view.is_alarm(split) => Some("no apply is near the onset".to_owned()),
        _ => Some("no alarm is selected".to_owned()),
    }
}

/// Returns what `e` opens, as file, line and column: of the page, else of the focused panel.
#[must_use]
pub fn edit_target(model: &Model) -> Option<(String, usize, usize)> {
    match model.page() {
        Some(page) => panels::place_of(model, &page.id),
        None => (model.focus.spec().edit_target)(model),
    }
}

/// Returns why the console writes no layer file now. Whoever may only read the database may edit files.
fn files_disabled(model: &Model) -> Option<String> {
    if model.startup.is_read_only {
        return Some(read_only(model));
    }
    if model.startup.proposal.is_plan() {
        return Some(NO_FILES.to_owned());
    }
    let is_past = model.is_in_the_past();
    is_past.then(|| "the past can't be edited: Esc goes back".to_owned())
}

/// Returns why an edit of the experiment that the screen is about makes no sense now.
fn breakdown_disabled(model: &Model) -> Option<String> {
    if model.startup.dimensions.is_empty() {
        return Some("the settings name no `dimensions` of the log, such as a platform".to_owned());
    }
    let is_tested = model.split_here().is_some_and(|split| split.test.is_ok());
    (!is_tested).then(|| "no split is selected that was tested".to_owned())
}

fn edit_disabled(model: &Model, edit: &ExperimentEdit) -> Option<String> {
    if let Some(why) = files_disabled(model) {
        return Some(why);
    }
    let Some(loaded) = &model.loaded else {
        return Some(STILL_READ.to_owned());
    };
    match experiment_here(model) {
        None => Some(NO_EXPERIMENT.to_owned()),
        Some(thing) => edits::disabled(&model.edits, loaded, &thing, edit),
    }
}

/// Returns why no new experiment can be written into the file of the layer that the screen is about.
fn new_experiment_disabled(model: &Model) -> Option<String> {
    if let Some(why) = files_disabled(model) {
        return Some(why);
    }
    let Some(loaded) = &model.loaded else {
        return Some(STILL_READ.to_owned());
    };
    let Some(row) = model.layer_here().and_then(|id| loaded.layer_row(id)) else {
        return Some("no layer is selected".to_owned());
    };
    edits::new_experiment_disabled(&model.edits, row)
}

/// Returns why the experiment that the screen is about can't be held, or released.
fn hold_disabled(model: &Model, is_release: bool) -> Option<String> {
    if model.startup.is_read_only || model.may_only_read() {
        return Some(read_only(model));
    }
    if model.is_in_the_past() {
        return Some("the past can't be changed: Esc goes back".to_owned());
    }
    let Some(loaded) = &model.loaded else {
        return Some(STILL_READ.to_owned());
    };
    match experiment_here(model) {
        None => Some(NO_EXPERIMENT.to_owned()),
        Some(thing) => holds::disabled(&model.holds, loaded, &thing, is_release),
    }
}

/// Says why nothing can be written to the database.
fn read_only(model: &Model) -> String {
    if model.may_only_read() {
        return "this role may only read the database".to_owned();
    }
    let target = model.startup.target.as_ref();
    match target.filter(|target| target.is_read_only) {
        Some(target) => format!("the settings make the target `{}` read-only", target.name),
        None => "the console was started with --read-only".to_owned(),
    }
}

/// Returns the experiment that the screen is about: that of the page, else of the selected row.
#[must_use]
pub fn experiment_here(model: &Model) -> Option<EditedThing> {
    let of_page = |page: &PageId| {
        Some(EditedThing {
            layer_id: page.layer()?.clone(),
            experiment_id: page.experiment()?.clone(),
        })
    };
    if let Some(thing) = model.page().and_then(|page| of_page(&page.id)) {
        return Some(thing);
    }
    match model.selected_row()?.opens? {
        Destination::Page(page) => of_page(&page),
        Destination::Row(Panel::Experiments, row) => {
            let split = model.incident_view().split_of_row(&row)?;
            Some(EditedThing {
                layer_id: split.layer_id.clone()?,
                experiment_id: split.experiment_id.clone(),
            })
        }
        _ => None,
    }
}

fn copy_disabled(model: &Model) -> Option<String> {
    if model.page().is_some() {
        return None;
    }
    let (has_any, why) = match model.focus.spec().copied {
        Copied::Lines(_) => return None,
        Copied::Diff => (has_diff(model), "no diff to copy"),
        Copied::Report => (has_report(model), "no experiment to report on"),
    };
    (!has_any).then(|| why.to_owned())
}

fn has_diff(model: &Model) -> bool {
    let review = model
        .loaded
        .as_ref()
        .and_then(|loaded| loaded.review.as_ref());
    review.is_some_and(|review| !review.diffs.is_empty())
}

/// Returns whether the selection in the incident view can be reported on.
fn has_report(model: &Model) -> bool {
    model.incident_view().is_anything_selected()
}

fn apply_disabled(model: &Model, layer: Option<&LayerId>) -> Option<String> {
    if model.startup.is_read_only || model.may_only_read() {
        return Some(read_only(model));
    }
    if model.running.apply.is_some() {
        return Some("an apply is running".to_owned());
    }
    if let Some(why) = model.edits.unplanned() {
        return Some(why);
    }
    let Some(loaded) = &model.loaded else {
        let proposal = model.proposal();
        let noun = proposal.noun();
        return Some(format!("{noun} and database are still being read"));
    };
    if let Some(trouble) = loaded.troubles().next() {
        return Some(trouble.message.clone());
    }
    if let Some(refused) = model.plan_refused() {
        let Refused {
            word,
            message,
            help,
            ..
        } = refused;
        return Some(format!("{word}: {message}; {help}"));
    }
    let Some(review) = &loaded.review else {
        return Some("nothing can be planned: see Problems".to_owned());
    };
    if layer.is_some_and(|layer| !loaded.has_file_of(layer)) {
        return Some("the layer isn't in any file".to_owned());
    }
    if layer.is_none() && !model.marks.is_empty() {
        // Whether what is marked can be applied is said by its own plan.
        return None;
    }
    let scope = layer.map_or(Scope::All, |layer| Scope::Layers(vec![layer.clone()]));
    if let Some(why) = describe_errors(review, &scope) {
        let mut changes = loaded.change_lists().into_iter().flatten();
        let is_any_sound = changes.any(|change| scope.contains(&change.layer_id));
        let mark = model.startup.named(Command::Mark);
        let hint = if is_any_sound {
            format!("; {mark} marks what is sound, to apply it alone")
        } else {
            String::new()
        };
        return Some(why + &hint);
    }
    let mut changes = review.changes.iter();
    let has_changes = changes.any(|change| scope.contains(&change.layer_id));
    (!has_changes).then(|| "nothing to apply".to_owned())
}

/// Counts the errors that block these layers; `None` if there are none.
fn describe_errors(review: &Review, scope: &Scope) -> Option<String> {
    let mut files: Vec<&str> = review
        .blocking_errors_of(scope)
        .map(|finding| &*finding.diagnostic.span.file)
        .collect();
    let count = files.len();
    files.dedup();
    let noun = if count == 1 { "error" } else { "errors" };
    (count > 0).then(|| format!("{count} {noun} in {}", files.join(", ")))
}
