//! Where an experiment is in its life.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::UnknownName;

/// An experiment's status. All but `completed` hold slots; only `active` assigns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Prepared, not started. The default.
    #[default]
    Draft,
    /// Assigning units, within its dates.
    Active,
    /// Stopped for a while; its units wait.
    Paused,
    /// Over for good; its slots are free.
    Completed,
}

impl Status {
    /// Every status, in the order of an experiment's life.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Active, Self::Paused, Self::Completed];

    /// The name in files and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Completed => "completed",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Status {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        UnknownName::find(text, "status", &Self::ALL, Self::as_str)
    }
}
