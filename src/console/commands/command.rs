//! The commands: what keys and the palette can ask for.

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Apply everything.
    Apply,
    /// Apply the selected item's layer.
    ApplyLayer,
    /// Mark the selected change for a staged apply, or take its mark away.
    Mark,
    /// Take all marks away.
    ClearMarks,
    /// Expand the focused panel to the full screen, or restore the others.
    Zoom,
    /// Filter the rows.
    Filter,
    /// Open the editor at the selected item.
    Edit,
    /// Pause the selected experiment in its file.
    Pause,
    /// Resume or start the selected experiment in its file.
    Resume,
    /// Ask to how much traffic the selected experiment is to be ramped, in its file.
    Ramp,
    /// Ask how the selected experiment is to be completed, in its file.
    Complete,
    /// Write a new experiment into the layer file.
    NewExperiment,
    /// Undo the last edit of a file, or redo it.
    Undo,
    /// Ask why the selected experiment is to be held.
    Hold,
    /// Ask for a reason, and release the selected experiment.
    Release,
    /// Look up what a unit gets.
    Lookup,
    /// Show the history of applies.
    History,
    /// List the saved plans of the directory.
    Plans,
    /// Switch the diff's level of detail.
    DiffDetail,
    /// Switch the distribution's source.
    Source,
    /// Open or close the incident view.
    Incident,
    /// Open the apply that is suspected of the alarm.
    Suspect,
    /// List the units that the alarm's missing arm got last.
    MissingArm,
    /// Break the alarm's split down by the values of the settings' dimensions.
    BreakDown,
    /// Open the page of what is selected.
    Open,
    /// The next thing that needs attention.
    NextAttention,
    /// The previous thing that needs attention.
    PreviousAttention,
    /// The review of the next change.
    NextChange,
    /// The review of the previous change.
    PreviousChange,
    /// Mark the change as seen.
    Seen,
    /// Order what is listed in another way.
    Order,
    /// Open the journal over time.
    Time,
    /// One entry of the journal back.
    Earlier,
    /// One entry of the journal forward.
    Later,
    /// Go to an entry of the journal, or to a time.
    Jump,
    /// Mark this point of time, to compare others with it.
    Compare,
    /// List the groups of the selected experiment.
    ShowGroups,
    /// Hide the groups.
    HideGroups,
    /// Copy the focused panel's text.
    Copy,
    /// Reload everything.
    Reload,
    /// The next panel.
    NextPanel,
    /// The previous panel.
    PreviousPanel,
    /// Go to a panel by its number, from 0.
    Panel(usize),
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
    /// Open the command palette.
    Palette,
    /// Show all keys.
    Help,
    /// Suspend until the shell resumes.
    Suspend,
    /// Quit.
    Quit,
}
