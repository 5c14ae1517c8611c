//! What the console's components share: the context that each sees, and what a key did to it.
//!
//! A component is a part of the model with a folder of its own: its state, pure functions that
//! change the state by keys and answers, and its content. It sees the rest only through a [`Context`], and
//! asks for anything outside by effects and by `Handled`.

use std::sync::Arc;

use super::commands::Command;
use super::effect::Effect;
use super::keys::Chord;
use super::model::{Loaded, Outcome, Panel, PanelState, Startup, Tone};
use crate::plan::Plan;

/// What a component may see of the rest.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What doesn't change while the console runs.
    pub startup: &'a Startup,
    /// The terminal's size: columns, rows.
    pub size: (u16, u16),
    /// What the worker read last; none before the first time.
    pub loaded: Option<&'a Arc<Loaded>>,
    /// Each panel's selection and scroll position.
    pub panels: &'a [PanelState; Panel::COUNT],
    /// Only rows that contain this are listed; empty for all.
    pub filter: &'a str,
}

impl Context<'_> {
    /// Whether a row with these texts passes the filter; letters match in either case.
    #[must_use]
    pub fn passes_filter<T: AsRef<str>>(self, texts: impl IntoIterator<Item = T>) -> bool {
        if self.filter.is_empty() {
            return true;
        }
        let filter = self.filter.to_lowercase();
        let mut texts = texts.into_iter();
        texts.any(|text| text.as_ref().to_lowercase().contains(&filter))
    }

    /// What a key does, where it isn't one that always leaves what is open.
    pub(in crate::console) fn command(self, chord: Chord) -> Option<Command> {
        (!chord.leaves()).then(|| self.startup.keymap.command(chord))?
    }
}

/// What a key did to the component that has the keys.
#[derive(Debug)]
pub(in crate::console) enum Handled {
    /// Nothing: it is another's key.
    Ignored,
    /// It was the component's, and this is to be done.
    Done(Vec<Effect>),
    /// The component is to be closed.
    Close,
    /// It is to be closed, and then this command to be run.
    Run(Command),
    /// It is to be closed, and then this plan to be applied.
    Apply(Box<Plan>),
    /// The key can't do anything now: why.
    Say(Outcome),
}

impl Handled {
    /// A command of the component can't run.
    pub(in crate::console) fn disabled(why: &str) -> Self {
        Self::Say(Outcome {
            text: why.to_owned(),
            tone: Tone::Plain,
        })
    }
}
