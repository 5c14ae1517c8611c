//! Colour and width.

use crate::plan::Sign;

/// How text looks at its destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) struct TextStyle {
    /// Whether it is coloured. Colour never says anything that words and symbols don't.
    pub(in crate::cli) is_colored: bool,
    /// How many columns a line of prose takes.
    pub(in crate::cli) width: usize,
    /// Whether names and columns are cut to the width: at a terminal, where a longer line would
    /// break. A file or a pipe has room for all of them.
    pub(in crate::cli) is_cut: bool,
}

/// A colour by its role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::cli) enum Tint {
    /// The terminal's own.
    #[default]
    Plain,
    /// Stands out.
    Strong,
    /// Stands back.
    Faint,
    /// Added, or right.
    Good,
    /// Removed, or wrong.
    Bad,
    /// Changed, or doubtful.
    Doubtful,
    /// What may help.
    Accent,
    /// One of several things, told apart by their numbers.
    Thing(usize),
}

/// Colours of things; red is left to trouble.
const THINGS: [&str; 5] = ["36", "35", "34", "33", "32"];

impl TextStyle {
    /// How many columns there are for what would be cut to this many at a terminal.
    pub(in crate::cli) fn room(self, columns: usize) -> usize {
        if self.is_cut { columns } else { usize::MAX }
    }

    /// The text in a colour, which ends with it.
    pub(in crate::cli) fn paint(self, tint: Tint, text: &str) -> String {
        match tint.code() {
            Some(code) if self.is_colored && !text.is_empty() => {
                format!("\u{1b}[{code}m{text}\u{1b}[0m")
            }
            _ => text.to_owned(),
        }
    }
}

impl Tint {
    /// The parameters of the escape sequence that selects it.
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Faint => Some("2"),
            Self::Good => Some("32"),
            Self::Bad => Some("31"),
            Self::Doubtful => Some("33"),
            Self::Accent => Some("36"),
            Self::Thing(number) => Some(THINGS[number % THINGS.len()]),
        }
    }
}

impl From<Sign> for Tint {
    fn from(sign: Sign) -> Self {
        match sign {
            Sign::Adds => Self::Good,
            Sign::Changes => Self::Doubtful,
            Sign::Ends => Self::Bad,
            Sign::Stays => Self::Faint,
        }
    }
}
