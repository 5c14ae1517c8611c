//! What the console's components share: the context that each sees, and what a key did to it.
//!
//! A component is a part of the model with a folder of its own: its state, pure functions that
//! change the state by keys and answers, and its content. It sees the rest only through a [`Context`], and
//! asks for anything outside by effects and by `Handled`.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::commands::Command;
use super::confirm::ApplyWhy;
use super::edits::{EditSet, EditedThing};
use super::effect::Effect;
use super::holds::HoldForm;
use super::keys::Chord;
use super::model::{Loaded, Outcome, Panel, PanelState, Startup, Tone};
use super::time_jump::JumpTarget;
use super::typed_time::TimeContext;
use crate::config::edit::ExperimentEdit;
use crate::plan::Plan;

/// What a component may read of the rest.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What doesn't change while the console runs.
    pub startup: &'a Startup,
    /// The terminal's size: columns, rows.
    pub size: (u16, u16),
    /// What the worker read last; `None` before the first time.
    pub loaded: Option<&'a Arc<Loaded>>,
    /// Each panel's selection and scroll position.
    pub panels: &'a [PanelState; Panel::COUNT],
    /// Only rows that contain this are listed; empty for all.
    pub filter: &'a str,
}

impl<'a> Context<'a> {
    /// Returns whether a row with these texts matches the filter; case is ignored.
    #[must_use]
    pub fn passes_filter<T: AsRef<str>>(self, texts: impl IntoIterator<Item = T>) -> bool {
        if self.filter.is_empty() {
            return true;
        }
        let filter = self.filter.to_lowercase();
        let mut texts = texts.into_iter();
        texts.any(|text| text.as_ref().to_lowercase().contains(&filter))
    }

    /// Returns what decides which instant a typed time is. Before anything was read, nothing is listed
    /// that a time could choose.
    pub(in crate::console) fn time(self) -> TimeContext<'a> {
        TimeContext {
            now: self.loaded.map_or(Timestamp::MAX, |loaded| loaded.at),
            zone: &self.startup.time_zone,
        }
    }

    /// Returns the command of a key, unless the key always closes what is open.
    pub(in crate::console) fn command(self, chord: Chord) -> Option<Command> {
        (!chord.leaves()).then(|| self.startup.keymap.command(chord))?
    }
}

/// What a key did to the focused component.
#[derive(Debug)]
pub(in crate::console) enum Handled {
    /// Nothing: the key isn't the component's.
    Ignored,
    /// The component handled it; these effects follow.
    Done(Vec<Effect>),
    /// Close the component.
    Close,
    /// Close it, then run this command.
    Run(Command),
    /// Close it, then apply this plan, for this reason.
    Apply(Box<Plan>, ApplyWhy),
    /// Go there in the journal, and close it if that is possible.
    Jump(JumpTarget),
    /// Close it, then show the state right after this entry of the journal.
    ShowEntry(i64),
    /// Close it, then review this saved plan.
    OpenPlan(PathBuf),
    /// Plan to undo this entry of the journal in the files.
    PlanUndo(i64),
    /// Close it, then write these edits.
    WriteEdits(Box<EditSet>),
    /// Close it, then edit this experiment in its file.
    EditExperiment(EditedThing, Box<ExperimentEdit>),
    /// Close it, then hold or release an experiment.
    Hold(Box<HoldForm>),
    /// The key can't do anything now, for this reason.
    Say(Outcome),
}

impl Handled {
    /// Returns that a command of the component can't run, with the reason.
    pub(in crate::console) fn disabled(why: &str) -> Self {
        Self::Say(Outcome {
            text: why.to_owned(),
            tone: Tone::Plain,
        })
    }
}
