//! The stars beside a p-value.

use std::fmt;

use serde::{Serialize, Serializer};

/// How significant a p-value is, in the usual codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Significance {
    /// Above 0.1: no code.
    None,
    /// At most 0.1: `.`
    Weak,
    /// At most 0.05: `*`
    Significant,
    /// At most 0.01: `**`
    Strong,
    /// At most 0.001: `***`
    VeryStrong,
}

impl Significance {
    /// Returns the significance of a p-value.
    #[must_use]
    pub fn new(p_value: f64) -> Self {
        match p_value {
            p if p <= 0.001 => Self::VeryStrong,
            p if p <= 0.01 => Self::Strong,
            p if p <= 0.05 => Self::Significant,
            p if p <= 0.1 => Self::Weak,
            _ => Self::None,
        }
    }

    /// The code in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Weak => ".",
            Self::Significant => "*",
            Self::Strong => "**",
            Self::VeryStrong => "***",
        }
    }
}

impl fmt::Display for Significance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Significance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_belongs_to_the_stronger_code() {
        let codes = [0.001, 0.001_001, 0.01, 0.05, 0.1, 0.100_001, 1.0, 0.0];
        let codes = codes.map(|p| Significance::new(p).as_str());
        assert_eq!(codes, ["***", "**", "**", "*", ".", "", "", "***"]);
    }
}
