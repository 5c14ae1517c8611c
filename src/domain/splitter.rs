//! How an experiment finds a unit's variant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Allocation, GroupName, UnknownName};

/// The kind of splitter, as the files name it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SplitterType {
    /// By a hash of the unit: sticky. The default.
    #[default]
    Hash,
    /// At random on every call: not sticky.
    Random,
    /// By hash, with an allocation for each user segment.
    Segment,
    /// By hash, with an allocation for each geography.
    Geo,
    /// By hash, with an allocation for each stratum.
    Stratified,
}

impl SplitterType {
    /// Every kind, in the order in which docs list them.
    pub const ALL: [Self; 5] = [
        Self::Hash,
        Self::Random,
        Self::Segment,
        Self::Geo,
        Self::Stratified,
    ];

    /// The name in files and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Random => "random",
            Self::Segment => "segment",
            Self::Geo => "geo",
            Self::Stratified => "stratified",
        }
    }

    /// The key that holds this kind's group allocations, if it is a grouped one.
    #[must_use]
    pub fn allocations_key(self) -> Option<&'static str> {
        match self {
            Self::Hash | Self::Random => None,
            Self::Segment => Some("segment_allocations"),
            Self::Geo => Some("geo_allocations"),
            Self::Stratified => Some("stratum_allocations"),
        }
    }

    /// What this kind calls a unit's group: the name of the flag and the field for it.
    #[must_use]
    pub fn group_key(self) -> Option<&'static str> {
        match self {
            Self::Hash | Self::Random => None,
            Self::Segment => Some("segment"),
            Self::Geo => Some("geo"),
            Self::Stratified => Some("stratum"),
        }
    }
}

impl fmt::Display for SplitterType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for SplitterType {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        UnknownName::find(text, "splitter type", &Self::ALL, Self::as_str)
    }
}

/// A splitter with what it needs: a grouped one has an allocation per group, in file order.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Splitter {
    /// See [`SplitterType::Hash`].
    Hash,
    /// See [`SplitterType::Random`].
    Random,
    /// See [`SplitterType::Segment`].
    Segment(Vec<(GroupName, Allocation)>),
    /// See [`SplitterType::Geo`].
    Geo(Vec<(GroupName, Allocation)>),
    /// See [`SplitterType::Stratified`].
    Stratified(Vec<(GroupName, Allocation)>),
}

impl Splitter {
    /// A splitter of this kind; kinds without groups ignore them.
    #[must_use]
    pub fn new(kind: SplitterType, groups: Vec<(GroupName, Allocation)>) -> Self {
        match kind {
            SplitterType::Hash => Self::Hash,
            SplitterType::Random => Self::Random,
            SplitterType::Segment => Self::Segment(groups),
            SplitterType::Geo => Self::Geo(groups),
            SplitterType::Stratified => Self::Stratified(groups),
        }
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> SplitterType {
        match self {
            Self::Hash => SplitterType::Hash,
            Self::Random => SplitterType::Random,
            Self::Segment(_) => SplitterType::Segment,
            Self::Geo(_) => SplitterType::Geo,
            Self::Stratified(_) => SplitterType::Stratified,
        }
    }

    /// The groups with their allocations; empty for kinds without groups.
    #[must_use]
    pub fn groups(&self) -> &[(GroupName, Allocation)] {
        match self {
            Self::Hash | Self::Random => &[],
            Self::Segment(groups) | Self::Geo(groups) | Self::Stratified(groups) => groups,
        }
    }

    /// Whether both split alike: same kind, same groups, same shares; order doesn't matter.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.groups(), other.groups());
        self.kind() == other.kind()
            && ours.len() == theirs.len()
            && ours.iter().all(|(name, allocation)| {
                theirs.iter().any(|(their_name, their_allocation)| {
                    name == their_name && allocation.is_same(their_allocation)
                })
            })
    }
}
