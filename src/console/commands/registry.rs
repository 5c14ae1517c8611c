//! The table of commands.

use crate::console::model::Model;

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Apply everything.
    Apply,
    /// Apply the layer of the selected thing.
    ApplyLayer,
    /// Let the focused panel fill the screen, or give the others their place back.
    Zoom,
    /// Filter the rows.
    Filter,
    /// Open the editor at the selected thing.
    Edit,
    /// What a unit gets.
    Lookup,
    /// What was applied.
    History,
    /// More or less of the diff.
    DiffDetail,
    /// Another source for the distribution.
    Source,
    /// The incident view, or back.
    Incident,
    /// The groups of the selected experiment.
    Open,
    /// Not the groups any more.
    Close,
    /// Copy the focused panel's text.
    Copy,
    /// Read everything again.
    Reload,
    /// The next panel.
    NextPanel,
    /// The panel before.
    PreviousPanel,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// The first row.
    First,
    /// The last row.
    Last,
    /// All commands, to choose from.
    Palette,
    /// What every key does.
    Help,
    /// Stop until the shell resumes.
    Suspend,
    /// Leave.
    Quit,
}

/// A command's row.
#[derive(Debug)]
pub struct Spec {
    /// The command.
    pub command: Command,
    /// Its name in the settings.
    pub id: &'static str,
    /// Its keys, as the settings write them.
    pub keys: &'static [&'static str],
    /// Its name in the footer and the palette.
    pub label: &'static str,
    /// What it does, in one sentence.
    pub help: &'static str,
    /// Whether the footer of the main screen shows it.
    pub is_in_footer: bool,
    /// Whether the footer of the incident view shows it, as things are: the line is short.
    pub is_in_incident_footer: fn(&Model) -> bool,
}

impl Spec {
    const fn new(
        command: Command,
        id: &'static str,
        keys: &'static [&'static str],
        label: &'static str,
        help: &'static str,
    ) -> Self {
        Self {
            command,
            id,
            keys,
            label,
            help,
            is_in_footer: false,
            is_in_incident_footer: |_| false,
        }
    }

    const fn in_footer(mut self) -> Self {
        self.is_in_footer = true;
        self
    }

    const fn in_incident_footer(self) -> Self {
        self.in_incident_footer_while(|_| true)
    }

    const fn in_incident_footer_while(mut self, is_of_use: fn(&Model) -> bool) -> Self {
        self.is_in_incident_footer = is_of_use;
        self
    }
}

/// The table, in the order of the footer and the help.
const SPECS: &[Spec] = &[
    Spec::new(
        Command::Apply,
        "apply",
        &["a"],
        "apply",
        "Apply all pending changes, after a confirmation that is stricter for disruptive plans",
    )
    .in_footer(),
    Spec::new(
        Command::ApplyLayer,
        "apply-layer",
        &["A"],
        "apply layer",
        "Apply only the layer of the selected thing; errors in other layers don't matter",
    )
    .in_footer(),
    Spec::new(
        Command::Zoom,
        "zoom",
        &["z"],
        "zoom",
        "Let the focused panel fill the screen, or give the others their place back",
    )
    .in_footer()
    .in_incident_footer(),
    Spec::new(
        Command::Filter,
        "filter",
        &["/"],
        "filter",
        "List only what contains a text: layers, findings, experiments, in the log too",
    )
    .in_footer()
    .in_incident_footer(),
    Spec::new(
        Command::Edit,
        "edit",
        &["e"],
        "edit",
        "Open $VISUAL or $EDITOR at the selected finding, or at the selected layer's file",
    )
    .in_footer(),
    Spec::new(
        Command::Lookup,
        "lookup",
        &["u"],
        "unit",
        "Look up what a unit gets in each layer, why, and what the log says it got",
    )
    .in_footer()
    .in_incident_footer(),
    Spec::new(
        Command::History,
        "history",
        &["h"],
        "history",
        "Show what was applied, when and by whom, and what each apply changed",
    )
    .in_footer()
    .in_incident_footer(),
    Spec::new(
        Command::DiffDetail,
        "diff-detail",
        &["d"],
        "diff detail",
        "Show the diff as a summary, as changed blocks, or whole",
    ),
    Spec::new(
        Command::Source,
        "source",
        &["s"],
        "source",
        "Show the distribution of a sample after the plan, of one as the database is, or of the log",
    ),
    Spec::new(
        Command::Incident,
        "incident",
        &["i"],
        "incident",
        "Show what traffic did by the exposure log, or go back to the main screen",
    )
    .in_footer()
    .in_incident_footer(),
    Spec::new(
        Command::Open,
        "open",
        &["enter", "right"],
        "groups",
        "List the groups of the selected experiment in the incident view",
    )
    .in_incident_footer_while(|model| {
        model.selected_entry().is_some_and(|entry| entry.has_groups())
    }),
    Spec::new(
        Command::Close,
        "close",
        &["left"],
        "close groups",
        "List the experiment without its groups again",
    )
    .in_incident_footer_while(|model| model.incident.opened.is_some()),
    Spec::new(
        Command::Copy,
        "copy",
        &["c"],
        "copy",
        "Copy what the focused panel says as plain text, over SSH too (OSC 52); in the incident view, a report",
    )
    .in_incident_footer(),
    Spec::new(
        Command::Reload,
        "reload",
        &["R"],
        "reload",
        "Read files, database and log again; a stopped reading goes on",
    )
    .in_incident_footer_while(|model| model.incident.is_stopped),
    Spec::new(
        Command::NextPanel,
        "next-panel",
        &["tab"],
        "next panel",
        "Go to the next panel",
    ),
    Spec::new(
        Command::PreviousPanel,
        "previous-panel",
        &["shift-tab"],
        "previous panel",
        "Go to the panel before",
    ),
    Spec::new(Command::Up, "up", &["up", "k"], "up", "Go one row up"),
    Spec::new(
        Command::Down,
        "down",
        &["down", "j"],
        "down",
        "Go one row down",
    ),
    Spec::new(
        Command::PageUp,
        "page-up",
        &["pageup", "ctrl-u"],
        "page up",
        "Go half a page up",
    ),
    Spec::new(
        Command::PageDown,
        "page-down",
        &["pagedown", "ctrl-d"],
        "page down",
        "Go half a page down",
    ),
    Spec::new(
        Command::First,
        "first",
        &["home", "g"],
        "first",
        "Go to the first row",
    ),
    Spec::new(
        Command::Last,
        "last",
        &["end", "G"],
        "last",
        "Go to the last row",
    ),
    Spec::new(
        Command::Palette,
        "palette",
        &[":", "ctrl-p"],
        "commands",
        "Search all commands and run one",
    )
    .in_footer()
    .in_incident_footer(),
    Spec::new(
        Command::Help,
        "help",
        &["?"],
        "help",
        "Show what every key does; Enter runs the selected command",
    )
    .in_footer()
    .in_incident_footer(),
    Spec::new(
        Command::Suspend,
        "suspend",
        &["ctrl-z"],
        "suspend",
        "Stop until the shell resumes the console",
    ),
    Spec::new(Command::Quit, "quit", &["q"], "quit", "Leave the console")
        .in_footer()
        .in_incident_footer(),
];

impl Command {
    /// The rows of all commands, in the order of the footer and the help.
    #[must_use]
    pub fn specs() -> &'static [Spec] {
        SPECS
    }

    /// The command's row.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "every command has a row")]
    pub fn spec(self) -> &'static Spec {
        SPECS
            .iter()
            .find(|spec| spec.command == self)
            // The keymap's test reads the whole table, and a command without a row has no use.
            .expect("every command has a row")
    }
}
