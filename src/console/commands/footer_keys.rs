//! The commands that the footer shows: what can be done where the keys are, the most useful first.

use super::{Command, experiment_here, why_disabled};
use crate::console::model::{Model, View};
use crate::console::pages::PageId;

use Command::{
    Apply, ApplyLayer, BreakDown, Compare, Complete, Copy, Earlier, Edit, Filter, Help, HideGroups,
    History, Hold, Incident, Jump, Later, Lookup, Mark, MissingArm, NewExperiment, NextAttention,
    NextChange, Open, Order, Palette, Pause, Plans, PreviousChange, Quit, Ramp, Release, Reload,
    Resume, Seen, ShowGroups, Suspect, Time, Undo, Zoom,
};

/// Over the panels of the main screen.
const REVIEW: &[Command] = &[
    Suspect,
    MissingArm,
    BreakDown,
    Apply,
    ApplyLayer,
    Mark,
    Open,
    NextAttention,
    NextChange,
    Filter,
    Lookup,
    Edit,
    Plans,
    History,
    Time,
    Incident,
    Zoom,
    Palette,
];

/// Over the panels of the incident view.
const INCIDENT: &[Command] = &[
    Suspect,
    MissingArm,
    BreakDown,
    Open,
    ShowGroups,
    HideGroups,
    Reload,
    Copy,
    Filter,
    NextAttention,
    Lookup,
    History,
    Zoom,
    Incident,
    Palette,
];

const LAYER: &[Command] = &[
    Open,
    ApplyLayer,
    Pause,
    Resume,
    Ramp,
    Complete,
    NewExperiment,
    Mark,
    Filter,
    Order,
    Edit,
    NextAttention,
    Lookup,
    Copy,
    History,
    Time,
    Palette,
];

const EXPERIMENT: &[Command] = &[
    Suspect,
    MissingArm,
    BreakDown,
    Release,
    Mark,
    Pause,
    Resume,
    Ramp,
    Complete,
    Hold,
    Undo,
    Edit,
    ApplyLayer,
    Open,
    NextChange,
    NextAttention,
    Lookup,
    Copy,
    History,
    Time,
    Palette,
];

const CHANGE: &[Command] = &[
    Seen,
    NextChange,
    PreviousChange,
    ApplyLayer,
    Apply,
    Mark,
    Edit,
    Open,
    Lookup,
    Copy,
    History,
    Palette,
];

const MISSING_ARM: &[Command] = &[Open, Suspect, Filter, Copy, Lookup, History, Palette];

const BREAKDOWN: &[Command] = &[Suspect, MissingArm, Copy, Lookup, History, Palette];

const PAST: &[Command] = &[
    Earlier, Later, Compare, Jump, Open, Lookup, Filter, Copy, History, Palette,
];

/// Returns the commands that the footer shows, the most useful first: what can run now where the keys are.
/// There are none while something that lies over the view has the keys.
pub fn footer_commands(model: &Model) -> Vec<Command> {
    if model.overlay.is_some() {
        return Vec::new();
    }
    let commands = match (model.page().map(|page| &page.id), model.view) {
        (Some(PageId::Layer(_)), _) => LAYER,
        (Some(PageId::Experiment(..)), _) => EXPERIMENT,
        (Some(PageId::Change(_)), _) => CHANGE,
        (Some(PageId::MissingArm(..)), _) => MISSING_ARM,
        (Some(PageId::Breakdown(..)), _) => BREAKDOWN,
        (Some(PageId::Time | PageId::PastLayer(_)), _) => PAST,
        (None, View::Review) => REVIEW,
        (None, View::Incident) => INCIDENT,
    };
    // A review is for looking.
    let is_review = matches!(model.page().map(|page| &page.id), Some(PageId::Change(_)));
    let hold = Some(Hold).filter(|_| !is_review && is_emergency(model));
    // It takes what is marked, wherever that is.
    let apply = Some(Apply).filter(|_| !model.marks.is_empty());
    let first: Vec<Command> = hold.into_iter().chain(apply).collect();
    let rest = commands.iter().chain(&[Help, Quit]);
    let rest = rest.filter(|command| !first.contains(*command));
    let commands = first.iter().chain(rest).copied();
    commands
        .filter(|command| is_useful(*command, model) && why_disabled(*command, model).is_none())
        .collect()
}

/// Returns whether the screen is about an experiment that raises an alarm, and nobody holds it.
fn is_emergency(model: &Model) -> bool {
    let Some((thing, loaded)) = experiment_here(model).zip(model.loaded.as_ref()) else {
        return false;
    };
    let view = model.incident_view();
    let split = view.worst_split(&thing.experiment_id);
    let row = loaded.layer_row(&thing.layer_id);
    let hold = row.and_then(|row| row.before.as_ref()?.holds.get(&thing.experiment_id));
    let is_held = hold.is_some_and(|hold| hold.is_in_force(loaded.at));
    split.is_some_and(|split| view.is_alarm(split)) && !is_held
}

/// Returns whether a command that could run has something to do that isn't done already.
fn is_useful(command: Command, model: &Model) -> bool {
    match command {
        // The log is read again when it was stopped; else it is followed.
        Reload => model.incident.is_stopped,
        MissingArm => model.listed_arm().is_none(),
        HideGroups => model.incident.opened.is_some(),
        _ => true,
    }
}
