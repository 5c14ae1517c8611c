//! Pieces of text with a role instead of a color.

use crate::diagnostic::{Severity, visible};
use crate::plan::Sign;

/// The role of a piece of text. Each painter gives it its own color or style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    #[default]
    Text,
    /// A heading.
    Strong,
    /// Less important text.
    Dim,
    /// Helpful text.
    Accent,
    Success,
    Warning,
    Error,
    Added,
    Changed,
    Removed,
    /// One of several experiments, distinguished by their numbers.
    Experiment(usize),
}

impl From<Sign> for Role {
    fn from(sign: Sign) -> Self {
        match sign {
            Sign::Adds => Self::Added,
            Sign::Changes => Self::Changed,
            Sign::Ends => Self::Removed,
            Sign::Stays => Self::Dim,
        }
    }
}

impl From<Severity> for Role {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
        }
    }
}

/// A piece of a line, safe for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) role: Role,
}

impl Piece {
    pub(crate) fn new(text: impl AsRef<str>, role: Role) -> Self {
        Self {
            text: visible(text.as_ref()).into_owned(),
            role,
        }
    }
}

/// A line of a block.
pub(crate) type Pieces = Vec<Piece>;

/// Returns a line without its roles.
pub(crate) fn plain_text(line: &[Piece]) -> String {
    line.iter().map(|piece| &*piece.text).collect()
}
