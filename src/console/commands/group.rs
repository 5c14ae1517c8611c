//! The groups of the help.

use super::Command;

/// A group of commands, in the order of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Going from one thing to another.
    Move,
    /// Looking at one thing in other ways.
    Look,
    /// Reviewing and applying changes.
    Change,
    /// The log and the journal.
    Past,
    /// The program itself.
    Program,
}

impl Group {
    /// Returns its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Look => "Look",
            Self::Change => "Review and apply",
            Self::Past => "Traffic and history",
            Self::Program => "Program",
        }
    }
}

impl Command {
    /// Returns the group that the help lists it in.
    #[must_use]
    pub fn group(self) -> Group {
        match self {
            Self::Open
            | Self::NextAttention
            | Self::PreviousAttention
            | Self::NextPanel
            | Self::PreviousPanel
            | Self::Panel(_)
            | Self::Up
            | Self::Down
            | Self::PageUp
            | Self::PageDown
            | Self::First
            | Self::Last => Group::Move,
            Self::Zoom | Self::Filter | Self::Order | Self::DiffDetail | Self::Copy => Group::Look,
            Self::Apply
            | Self::ApplyLayer
            | Self::Mark
            | Self::ClearMarks
            | Self::NextChange
            | Self::PreviousChange
            | Self::Seen
            | Self::Edit
            | Self::Pause
            | Self::Resume
            | Self::Ramp
            | Self::Complete
            | Self::NewExperiment
            | Self::Undo
            | Self::Hold
            | Self::Release
            | Self::Plans => Group::Change,
            Self::Incident
            | Self::ShowGroups
            | Self::HideGroups
            | Self::Source
            | Self::Lookup
            | Self::History
            | Self::Suspect
            | Self::MissingArm
            | Self::BreakDown
            | Self::Time
            | Self::Earlier
            | Self::Later
            | Self::Jump
            | Self::Compare => Group::Past,
            Self::Reload | Self::Palette | Self::Help | Self::Suspend | Self::Quit => {
                Group::Program
            }
        }
    }
}
