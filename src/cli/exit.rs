//! How a verb ends that could do its work, as an exit code.

/// How a verb ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Success.
    Fine,
    /// The report has findings.
    Findings,
    /// There are changes, and `--detailed-exitcode` asked for this code.
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
