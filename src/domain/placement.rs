//! Which free slots an experiment takes.

use std::fmt;
use std::str::FromStr;

use super::UnknownName;

/// Which of a layer's free slots an experiment takes that needs more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// The lowest ones.
    #[default]
    Lowest,
    /// Those that were never held; then those whose last holder gave them back the longest ago. Of equal
    /// ones the lowest.
    Rested,
}

impl Placement {
    /// Both, the default first.
    pub const ALL: [Self; 2] = [Self::Lowest, Self::Rested];

    /// Returns the name in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lowest => "lowest",
            Self::Rested => "rested",
        }
    }
}

impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Placement {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        UnknownName::find(text, "placement", &Self::ALL, Self::as_str)
    }
}
