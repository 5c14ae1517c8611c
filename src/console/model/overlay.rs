//! What lies over whichever view: at most one thing at a time.

use std::sync::Arc;

use super::FileVersions;
use crate::console::commands::{Command, find};
use crate::review::{Confirmation, Review};

/// What has the keys instead of the view.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// An apply waits for its confirmation.
    Confirm(Confirm),
    /// Commands to choose from: the palette and the help.
    Commands(CommandList),
    /// What was applied, by the journal; the rest is the model's `history`.
    History,
    /// What a unit gets in each layer; the rest is the model's `lookup`.
    Lookup,
    /// The filter is being typed; the text itself is the model's `filter`.
    Filter,
}

/// An apply that waits for its confirmation.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// What would be applied; exactly this or nothing.
    pub review: Arc<Review>,
    /// The files as they were when it was opened.
    pub files: FileVersions,
    /// What has been typed so far, where a name is asked.
    pub typed: String,
    /// Whether the typed name was entered and wrong.
    pub is_wrong: bool,
    /// Whether the button that applies has the focus; at first Cancel has it.
    pub is_apply_focused: bool,
    /// Why this can't be applied any more: what changed since it was opened.
    pub stale: Option<Stale>,
}

/// What moved under an open dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// One sentence, such as `homepage_hero.yml changed`.
    pub what: String,
}

/// Commands to choose from.
#[derive(Clone, Debug, Default)]
pub struct CommandList {
    /// Whether it is the help, which shows what each command does, or the palette.
    pub is_help: bool,
    /// What is searched for.
    pub query: String,
    /// The commands found, the best first.
    pub found: Vec<Command>,
    /// The selected one among those found.
    pub selected: usize,
}

impl CommandList {
    /// Lists the commands that the query finds.
    pub fn search(&mut self) {
        self.found = find(&self.query);
        self.selected = 0;
    }
}

impl Confirm {
    /// Whether a name is to be typed, rather than one key to be pressed.
    #[must_use]
    pub fn asks_for_a_name(&self) -> bool {
        self.stale.is_none() && matches!(self.review.confirmation, Confirmation::Type { .. })
    }
}
