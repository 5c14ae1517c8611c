//! The colors that a target's name may have.

use std::str::FromStr;

/// A color that every theme but `none` has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetColor {
    /// Red.
    Red,
    /// Yellow.
    Yellow,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Magenta.
    Magenta,
    /// Cyan.
    Cyan,
}

impl TargetColor {
    /// All colors, in the order of [`Theme::targets`](super::Theme::targets).
    pub const ALL: [Self; 6] = [
        Self::Red,
        Self::Yellow,
        Self::Green,
        Self::Blue,
        Self::Magenta,
        Self::Cyan,
    ];

    /// Returns the name in the settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Magenta => "magenta",
            Self::Cyan => "cyan",
        }
    }
}

/// No target's color has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no target's color has this name")]
pub struct UnknownTargetColor;

impl FromStr for TargetColor {
    type Err = UnknownTargetColor;

    fn from_str(text: &str) -> Result<Self, UnknownTargetColor> {
        let mut all = Self::ALL.into_iter();
        all.find(|color| color.as_str() == text)
            .ok_or(UnknownTargetColor)
    }
}
