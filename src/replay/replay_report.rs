//! The result of a replay: how many rows match, and which don't and why.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::domain::ExperimentId;
use crate::exposure::Skips;

/// What came of a log: its rows are the matching, the refreshing, the unchecked, the skipped ones
/// and the mismatches.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// Rows that are what they should have been.
    pub matching: u64,
    /// Rows that are what they should have been shortly before an apply, or shortly after one:
    /// services see an apply when they refresh. They aren't mismatches.
    pub refreshing: u64,
    /// Rows of which not all can be checked.
    pub unchecked: Unchecked,
    /// Rows that can't be read, by what is wrong with them.
    pub skipped: Skips,
    /// Rows that aren't what they should have been, by reason and by experiment as the log has it;
    /// none stands for rows without one, and for experiments that never were.
    pub mismatches: BTreeMap<(Reason, Option<ExperimentId>), Mismatches>,
    /// The first of them, in the order of writing.
    pub listed: Vec<Mismatch>,
}

/// Rows that are no mismatches, as far as can be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unchecked {
    /// The variant was drawn by a `random` splitter; all else is as it should have been.
    pub random: u64,
    /// The log doesn't say the group; the variant is that of some group, and all else is as it
    /// should have been.
    pub no_group: u64,
    /// The row fits nothing that is known of its time, of which not all is known: before the
    /// journal, or where another program changed the database.
    pub unknown_state: u64,
}

/// How many rows, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatches {
    /// How many.
    pub rows: u64,
    /// The earliest.
    pub first: Timestamp,
    /// The latest.
    pub last: Timestamp,
}

/// A row that isn't what it should have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Its row id in the log.
    pub row_id: i64,
    /// The unit.
    pub unit_id: String,
    /// The layer.
    pub layer_id: String,
    /// The time that it was logged with.
    pub at: Timestamp,
    /// Why.
    pub reason: Reason,
    /// The same in a sentence, with its particulars.
    pub detail: String,
    /// What it says.
    pub logged: Answer,
    /// What it should have said; none where there was no such layer.
    pub expected: Option<Answer>,
    /// The journal's entry that the service hadn't seen, or had seen too early.
    pub journal_id: Option<i64>,
}

/// What a row says of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The slot; none where the row has none.
    pub slot_index: Option<i64>,
    /// The experiment that is active on the slot.
    pub experiment_id: Option<String>,
    /// The variant. What should have been has none where it can't be known: of a `random` splitter,
    /// or for want of the group.
    pub variant: Option<String>,
    /// The status, as the log has it; `error` where no answer should have been logged, since the
    /// experiment doesn't have the group.
    pub status: String,
}

impl Replay {
    /// How many rows there are in all.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let Unchecked {
            random,
            no_group,
            unknown_state,
        } = self.unchecked;
        let unchecked = random + no_group + unknown_state;
        self.matching + self.refreshing + unchecked + self.skipped.rows() + self.mismatching()
    }

    /// How many rows were held against the state of their time: all but those that can't be read, and
    /// those of a time of which too little is known.
    #[must_use]
    pub fn checked(&self) -> u64 {
        self.rows() - self.skipped.rows() - self.unchecked.unknown_state
    }

    /// How many rows aren't what they should have been.
    #[must_use]
    pub fn mismatching(&self) -> u64 {
        self.mismatches.values().map(|these| these.rows).sum()
    }

    /// Counts a row that isn't what it should have been.
    pub(super) fn count(
        &mut self,
        reason: Reason,
        experiment: Option<&ExperimentId>,
        at: Timestamp,
    ) {
        let one = Mismatches {
            rows: 1,
            first: at,
            last: at,
        };
        self.count_all((reason, experiment.cloned()), one);
    }

    fn count_all(&mut self, key: (Reason, Option<ExperimentId>), these: Mismatches) {
        let counted = self.mismatches.entry(key);
        counted
            .and_modify(|counted| {
                counted.rows += these.rows;
                counted.first = counted.first.min(these.first);
                counted.last = counted.last.max(these.last);
            })
            .or_insert(these);
    }

    /// Adds what came of later rows.
    pub(super) fn join(&mut self, later: Self) {
        self.matching += later.matching;
        self.refreshing += later.refreshing;
        self.unchecked.random += later.unchecked.random;
        self.unchecked.no_group += later.unchecked.no_group;
        self.unchecked.unknown_state += later.unchecked.unknown_state;
        self.skipped.join(later.skipped);
        for (key, these) in later.mismatches {
            self.count_all(key, these);
        }
        self.listed.extend(later.listed);
    }
}

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
