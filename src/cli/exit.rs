//! How a verb ends: the exit codes of those that could do their work.

/// How a verb ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// All is well.
    Fine,
    /// The report says what is wrong.
    Findings,
    /// There are changes to apply, and the code was asked to say so.
    Changes,
}

impl Exit {
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::Changes => 2,
        }
    }
}
