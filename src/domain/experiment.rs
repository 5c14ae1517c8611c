//! An experiment and its status.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Allocation, ExperimentId, Fraction, Splitter, UnknownName, differing_attributes};

/// An experiment with all its values. Its layer is the one that lists it.
///
/// There is no `==`, for the reason given at [`Fraction`]: compare with [`Experiment::is_same`].
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Its id, unique across all layers.
    pub experiment_id: ExperimentId,
    /// What people call it.
    pub name: String,
    /// The variants in order, each with its share (`variants` and `traffic_allocation`).
    pub traffic_allocation: Allocation,
    /// How a unit finds its variant, with the group allocations of a grouped splitter.
    pub splitter: Splitter,
    /// The share of the layer's slots that is active.
    pub traffic_percentage: Fraction,
    /// The share of the layer's slots that is held; never below `traffic_percentage`.
    pub reserved_percentage: Fraction,
    /// Its status.
    pub status: Status,
    /// First instant at which it assigns, inclusive; to the microsecond.
    pub start_date: Option<Timestamp>,
    /// Last instant at which it assigns, inclusive; to the microsecond.
    pub end_date: Option<Timestamp>,
    /// Stored and shown; doesn't affect assignment.
    pub priority: i64,
}

impl Experiment {
    /// Whether `at` lies within its dates; both ends are inclusive.
    #[must_use]
    pub fn is_current(&self, at: Timestamp) -> bool {
        self.start_date.is_none_or(|start| start <= at) && self.end_date.is_none_or(|end| at <= end)
    }

    /// Whether it assigns variants at this time.
    #[must_use]
    pub fn is_assigning(&self, at: Timestamp) -> bool {
        self.inactivity(at).is_none()
    }

    /// Why it assigns no variants at this time, if it doesn't.
    #[must_use]
    pub fn inactivity(&self, at: Timestamp) -> Option<Inactivity> {
        if self.status != Status::Active {
            return Some(Inactivity::Status(self.status));
        }
        if let Some(start) = self.start_date.filter(|start| at < *start) {
            return Some(Inactivity::NotStarted(start));
        }
        let end = self.end_date.filter(|end| *end < at)?;
        Some(Inactivity::Ended(end))
    }

    /// Whether both have the same values, fractions within their tolerance.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        differing_attributes(self, other).next().is_none()
    }

    /// Whether it holds slots, which it does until it is completed.
    #[must_use]
    pub fn holds_slots(&self) -> bool {
        self.status != Status::Completed
    }
}

/// Why an experiment assigns no variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inactivity {
    /// Its status, which isn't active.
    Status(Status),
    /// It starts to assign at this instant.
    NotStarted(Timestamp),
    /// It assigned until this instant.
    Ended(Timestamp),
}

/// An experiment's status. All but `completed` hold slots; only `active` assigns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Prepared, not started. The default.
    #[default]
    Draft,
    /// Assigning units, within its dates.
    Active,
    /// Stopped for a while; keeps its slots.
    Paused,
    /// Over for good; its slots are released.
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
