//! The table of commands: id, keys, label and help of each.

use super::Command;

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
    /// Other words that find it in the palette.
    pub words: &'static [&'static str],
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
            words: &[],
        }
    }

    const fn found_by(mut self, words: &'static [&'static str]) -> Self {
        self.words = words;
        self
    }
}

/// The table, in the order of the help.
const SPECS: &[Spec] = &[
    Spec::new(
        Command::Apply,
        "apply",
        &["a"],
        "apply",
        "Apply all pending changes, or only those that are marked, after a confirmation that is stricter for disruptive plans",
    ),
    Spec::new(
        Command::ApplyLayer,
        "apply-layer",
        &["A"],
        "apply layer",
        "Apply only the selected item's layer, even if other layers have errors",
    ),
    Spec::new(
        Command::Mark,
        "mark",
        &["space"],
        "mark",
        "Mark the selected change: `apply` then takes only what is marked, whatever errors are elsewhere",
    )
    .found_by(&["stage", "only", "select"]),
    Spec::new(
        Command::ClearMarks,
        "clear-marks",
        &["backspace"],
        "clear marks",
        "Take all marks away, so that `apply` takes everything again",
    )
    .found_by(&["unmark", "unstage"]),
    Spec::new(
        Command::Suspect,
        "suspect",
        &["D"],
        "suspect",
        "Show the diff of the apply nearest to when the alarm's mismatch began",
    ),
    Spec::new(
        Command::MissingArm,
        "missing-arm",
        &["M"],
        "missing units",
        "List the units that the alarm's missing arm got last; Enter looks one up",
    ),
    Spec::new(
        Command::BreakDown,
        "break-down",
        &["b"],
        "break down",
        "Show which value of the settings' dimensions, such as a platform, explains the split's deviation",
    )
    .found_by(&["dimension", "drill down", "by", "cause"]),
    Spec::new(
        Command::Zoom,
        "zoom",
        &["z"],
        "zoom",
        "Expand the focused panel to the full screen, or restore the others",
    ),
    Spec::new(
        Command::Filter,
        "filter",
        &["/"],
        "filter",
        "Filter what is listed by text: layers, findings, experiments, the history, a unit's answers",
    ),
    Spec::new(
        Command::Edit,
        "edit",
        &["e"],
        "edit",
        "Open $VISUAL or $EDITOR at the selected thing in its file, such as a finding",
    ),
    Spec::new(
        Command::Pause,
        "pause",
        &["p"],
        "pause",
        "Pause the selected experiment in its file: nothing is applied yet",
    ),
    Spec::new(
        Command::Resume,
        "resume",
        &["P"],
        "resume",
        "Resume or start the selected experiment in its file: nothing is applied yet",
    ),
    Spec::new(
        Command::Ramp,
        "ramp",
        &["r"],
        "ramp",
        "Set the traffic of the selected experiment in its file, and see beforehand what that would do",
    ),
    Spec::new(
        Command::Complete,
        "complete",
        &["x"],
        "complete",
        "Complete the selected experiment in its file, with or without a winner",
    ),
    Spec::new(
        Command::NewExperiment,
        "new-experiment",
        &["E"],
        "new experiment",
        "Write a draft that fits the free slots into the selected layer's file, and open the editor there",
    )
    .found_by(&["create", "add", "template"]),
    Spec::new(
        Command::Hold,
        "hold",
        &["H"],
        "hold",
        "Pause the selected experiment in the database now, and keep it paused whatever the files say",
    ),
    Spec::new(
        Command::Release,
        "release",
        &["L"],
        "release",
        "End the hold on the selected experiment: the next apply does what its file says",
    ),
    Spec::new(
        Command::Undo,
        "undo",
        &["U"],
        "undo",
        "Undo the console's last edit of a file, byte for byte; again: redo it",
    ),
    Spec::new(
        Command::Lookup,
        "lookup",
        &["u"],
        "unit",
        "Look up what a unit gets in each layer and why, and what the log recorded",
    ),
    Spec::new(
        Command::History,
        "history",
        &["h"],
        "history",
        "Show what was applied, when, by whom, and what each apply changed",
    ),
    Spec::new(
        Command::Plans,
        "plans",
        &["l"],
        "plans",
        "List the saved plans of the directory that the console was started with",
    )
    .found_by(&["saved", "list"]),
    Spec::new(
        Command::DiffDetail,
        "diff-detail",
        &["d"],
        "diff detail",
        "Switch the diff between summary, changed blocks and full text",
    ),
    Spec::new(
        Command::Source,
        "source",
        &["s"],
        "source",
        "Switch the distribution between a sample after the plan, one of the database, and the log",
    ),
    Spec::new(
        Command::Incident,
        "incident",
        &["i"],
        "incident",
        "Show traffic from the exposure log, or go back to the main screen",
    ),
    Spec::new(
        Command::Open,
        "open",
        &["enter"],
        "open",
        "Open the page of what is selected: a layer, an experiment or a change; Esc goes back",
    ),
    Spec::new(
        Command::NextAttention,
        "next-attention",
        &["n"],
        "next",
        "Go to the next thing that needs attention, wherever it is",
    ),
    Spec::new(
        Command::PreviousAttention,
        "previous-attention",
        &["N"],
        "previous",
        "Go to the previous thing that needs attention, wherever it is",
    ),
    Spec::new(
        Command::NextChange,
        "next-change",
        &["J"],
        "next change",
        "Review the next change",
    ),
    Spec::new(
        Command::PreviousChange,
        "previous-change",
        &["K"],
        "previous change",
        "Review the previous change",
    ),
    Spec::new(
        Command::Seen,
        "seen",
        &["m"],
        "seen",
        "Mark the change as seen, as opening it does, and review the next one",
    ),
    Spec::new(
        Command::Order,
        "order",
        &["o"],
        "order",
        "Order layers or experiments by attention, name or share",
    )
    .found_by(&["room", "free", "space", "sort"]),
    Spec::new(
        Command::Time,
        "time",
        &["t"],
        "time",
        "Scrub through the journal: the layers, and what was changed, as of any entry",
    )
    .found_by(&["past", "before", "earlier", "state"]),
    Spec::new(
        Command::Earlier,
        "earlier",
        &["["],
        "earlier",
        "In time, go back one entry; so does Left there",
    ),
    Spec::new(
        Command::Later,
        "later",
        &["]"],
        "later",
        "In time, go forward one entry; so does Right there",
    ),
    Spec::new(
        Command::Jump,
        "jump",
        &["@"],
        "go to entry",
        "In time, go to an entry of the journal or to a time: 12, 2026-11-20, 2026-11-20T14:00Z, 3d or 1h",
    ),
    Spec::new(
        Command::Compare,
        "compare",
        &["v"],
        "compare",
        "In time, mark this entry, and show what differs between it and others; again: unmark",
    ),
    Spec::new(
        Command::ShowGroups,
        "show-groups",
        &["right"],
        "groups",
        "List the groups of the selected experiment in the incident view, or what is untested",
    ),
    Spec::new(
        Command::HideGroups,
        "hide-groups",
        &["left"],
        "hide groups",
        "Hide the groups again",
    ),
    Spec::new(
        Command::Copy,
        "copy",
        &["c"],
        "copy",
        "Copy the focused panel as plain text, even over SSH (OSC 52); in the incident view, copy a report",
    ),
    Spec::new(
        Command::Reload,
        "reload",
        &["R"],
        "reload",
        "Reload files, database and log; resume reading a log that was stopped",
    ),
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
        "Go to the previous panel",
    ),
    Spec::new(
        Command::Panel(0),
        "panel-1",
        &["1"],
        "panel 1",
        "Go to panel 1",
    ),
    Spec::new(
        Command::Panel(1),
        "panel-2",
        &["2"],
        "panel 2",
        "Go to panel 2",
    ),
    Spec::new(
        Command::Panel(2),
        "panel-3",
        &["3"],
        "panel 3",
        "Go to panel 3",
    ),
    Spec::new(
        Command::Panel(3),
        "panel-4",
        &["4"],
        "panel 4",
        "Go to panel 4",
    ),
    Spec::new(
        Command::Panel(4),
        "panel-5",
        &["5"],
        "panel 5",
        "Go to panel 5",
    ),
    Spec::new(
        Command::Panel(5),
        "panel-6",
        &["6"],
        "panel 6",
        "Go to panel 6",
    ),
    Spec::new(Command::Up, "up", &["up", "k"], "up", "Move up one row"),
    Spec::new(
        Command::Down,
        "down",
        &["down", "j"],
        "down",
        "Move down one row",
    ),
    Spec::new(
        Command::PageUp,
        "page-up",
        &["pageup", "ctrl-u"],
        "page up",
        "Move up half a page",
    ),
    Spec::new(
        Command::PageDown,
        "page-down",
        &["pagedown", "ctrl-d"],
        "page down",
        "Move down half a page",
    ),
    Spec::new(
        Command::First,
        "first",
        &["home", "g"],
        "first",
        "Move to the first row; in time, to the first entry",
    ),
    Spec::new(
        Command::Last,
        "last",
        &["end", "G"],
        "last",
        "Move to the last row; in time, to the last entry",
    ),
    Spec::new(
        Command::Palette,
        "palette",
        &[":", "ctrl-p"],
        "commands",
        "Search all commands and run one",
    ),
    Spec::new(
        Command::Help,
        "help",
        &["?"],
        "help",
        "Show what every key does; Enter runs the selected command",
    ),
    Spec::new(
        Command::Suspend,
        "suspend",
        &["ctrl-z"],
        "suspend",
        "Suspend the console until the shell resumes it",
    ),
    Spec::new(Command::Quit, "quit", &["q"], "quit", "Quit the console"),
];

impl Command {
    /// Returns the rows of all commands, in the order of the help.
    #[must_use]
    pub fn specs() -> &'static [Spec] {
        SPECS
    }

    /// Returns the command's row.
    #[must_use]
    pub fn spec(self) -> &'static Spec {
        SPECS
            .iter()
            .find(|spec| spec.command == self)
            // The keymap's test reads the whole table, and a command without a row has no use.
            .expect("every command has a row")
    }
}
