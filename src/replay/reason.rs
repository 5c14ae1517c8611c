//! Why a row isn't what it should have been.

use std::fmt;

use serde::{Serialize, Serializer};

/// The reasons, in the order in which they are tried: the first that explains a row is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// It is what an earlier state of the layer said: the service hadn't seen an apply yet.
    StaleService,
    /// It is what a later state of the layer says: the service's clock is behind.
    Ahead,
    /// There was no such layer at that time.
    UnknownLayer,
    /// It is what the layer would say with the other hash algorithm.
    OtherAlgorithm,
    /// There never was such an experiment.
    UnknownExperiment,
    /// All of it fits its slot, but that isn't the unit's slot: another salt, or another number of
    /// slots. A row whose slot was altered within an experiment looks the same.
    OtherSalt,
    /// It is assigned, and rightly but for one thing: the experiment didn't assign at that time.
    Inactive,
    /// Nothing explains it: the row was altered, or comes from elsewhere.
    Tampered,
}

impl Reason {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::StaleService,
        Self::Ahead,
        Self::UnknownLayer,
        Self::OtherAlgorithm,
        Self::UnknownExperiment,
        Self::OtherSalt,
        Self::Inactive,
        Self::Tampered,
    ];

    /// The code in reports, which stays.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::StaleService => "stale-service",
            Self::Ahead => "ahead",
            Self::UnknownLayer => "unknown-layer",
            Self::OtherAlgorithm => "other-algorithm",
            Self::UnknownExperiment => "unknown-experiment",
            Self::OtherSalt => "other-salt",
            Self::Inactive => "inactive",
            Self::Tampered => "tampered",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
