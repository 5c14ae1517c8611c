//! How a change reads: one verb and one sign for every report, the console's and the verbs'.

use super::{Action, Edit, UnitMoves};
use crate::domain::Status;

/// What becomes of a thing, for those who see no colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It is new.
    Adds,
    /// It goes on, otherwise than before.
    Changes,
    /// It ends.
    Ends,
    /// It goes on as before.
    Stays,
}

impl Sign {
    /// The sign in text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Adds => "+",
            Self::Changes => "~",
            Self::Ends => "-",
            Self::Stays => "=",
        }
    }
}

impl Action {
    /// What it does to its layer or experiment.
    #[must_use]
    pub fn sign(&self) -> Sign {
        match self {
            Self::CreateLayer { .. } | Self::CreateExperiment { .. } => Sign::Adds,
            Self::Complete { .. } => Sign::Ends,
            Self::UpdateLayer { .. }
            | Self::RampUp { .. }
            | Self::Reserve { .. }
            | Self::SetStatus { .. }
            | Self::Edit(_) => Sign::Changes,
        }
    }

    /// What it does, as an instruction: `ramp up`, `pause`.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::CreateLayer { .. } => "create layer",
            Self::UpdateLayer { .. } => "set cap",
            Self::CreateExperiment { .. } => "create",
            Self::RampUp { .. } => "ramp up",
            Self::Reserve { .. } => "reserve",
            Self::SetStatus { from, to } => match (from, to) {
                (Status::Paused, Status::Active) => "resume",
                (_, Status::Active) => "activate",
                (_, Status::Paused) => "pause",
                (_, Status::Draft) => "back to draft",
                (_, Status::Completed) => "complete",
            },
            Self::Complete { .. } => "complete",
            Self::Edit(edit) => match edit {
                Edit::Name { .. } => "edit name",
                Edit::StartDate { .. } => "edit start",
                Edit::EndDate { .. } => "edit end",
                Edit::Priority { .. } => "edit priority",
            },
        }
    }
}

impl UnitMoves {
    /// What becomes of those who have these units.
    #[must_use]
    pub fn sign(&self) -> Sign {
        if self.joining + self.switching_in + self.lost() <= 0.0 {
            Sign::Stays
        } else if self.before <= 0.0 {
            Sign::Adds
        } else if self.after <= 0.0 {
            Sign::Ends
        } else {
            Sign::Changes
        }
    }
}
