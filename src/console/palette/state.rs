//! The palette's state: the search text and the commands found.

use crate::console::commands::{Command, find};

/// Commands to choose from.
#[derive(Clone, Debug)]
pub struct Palette {
    /// Whether it is the help, which shows what each command does.
    pub is_help: bool,
    /// The search text.
    pub query: String,
    /// The commands found, the best first.
    pub found: Vec<Command>,
    /// The selected one among those found.
    pub selected: usize,
}

impl Palette {
    /// Lists all commands.
    #[must_use]
    pub fn new(is_help: bool) -> Self {
        Self {
            is_help,
            query: String::new(),
            found: listed(is_help),
            selected: 0,
        }
    }

    /// Lists the commands that the query finds.
    pub(super) fn search(&mut self) {
        self.found = if self.query.is_empty() {
            listed(self.is_help)
        } else {
            find(&self.query)
        };
        self.selected = 0;
    }

    /// Returns whether the commands are listed in groups, each below its heading.
    pub(super) fn is_grouped(&self) -> bool {
        self.is_help && self.query.is_empty()
    }
}

/// Returns all commands; for the help, in groups.
fn listed(is_help: bool) -> Vec<Command> {
    let mut all = find("");
    if is_help {
        all.sort_by_key(|command| command.group());
    }
    all
}
