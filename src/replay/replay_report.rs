//! The result of a replay: how many rows match, which don't, and why.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::domain::ExperimentId;
use crate::exposure::Skips;

/// The result of a replay. Each row is matching, refreshing, unchecked, skipped or a mismatch.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// Rows that are what they should have been.
    pub matching: u64,
    /// Rows judged by their time that fit the other side of an apply nearby: services see an apply only when
    /// they refresh. They aren't mismatches.
    pub refreshing: u64,
    /// Rows that can't be checked completely.
    pub unchecked: Unchecked,
    /// By what the state was found of the rows that can be read.
    pub judged_by: JudgedBy,
    /// Rows that can't be read, by what is wrong with them.
    pub skipped: Skips,
    /// Rows that aren't what they should have been, by reason and experiment; `None` for rows without
    /// an experiment and for experiments that never existed.
    pub mismatches: BTreeMap<(Reason, Option<ExperimentId>), Mismatches>,
    /// The first of them, in the order of writing.
    pub listed: Vec<Mismatch>,
}

/// Rows that match as far as they can be checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unchecked {
    /// The variant was drawn by a `random` splitter; everything else matches.
    pub random: u64,
    /// The log doesn't have the group. The variant is that of some group, and everything else matches.
    pub no_group: u64,
    /// The state of the row's time isn't known for certain, and the row fits nothing that is known. That
    /// is so before the journal begins, and after another program changed the database.
    pub unknown_state: u64,
}

/// How many rows were judged by which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JudgedBy {
    /// By that of the row's own revision, which the journal knows.
    pub revision: u64,
    /// By that of the row's time: it has no revision, or one that the journal doesn't know.
    pub time: u64,
}

/// A number of mismatches and their times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatches {
    /// The number of rows.
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
    /// Its logged time.
    pub at: Timestamp,
    /// Why it doesn't match.
    pub reason: Reason,
    /// The reason in a sentence, with details.
    pub detail: String,
    /// What was logged.
    pub logged: RowAnswer,
    /// What should have been logged; `None` if there was no such layer.
    pub expected: Option<RowAnswer>,
    /// The journal entry that the service hadn't seen yet, or saw too early.
    pub journal_id: Option<i64>,
}

/// The answer for a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowAnswer {
    /// The slot; `None` if the row has none.
    pub slot_index: Option<i64>,
    /// The experiment that is active on the slot.
    pub experiment_id: Option<String>,
    /// The variant. An expected answer has none if it can't be known: that of a `random` splitter, or of
    /// an unknown group.
    pub variant: Option<String>,
    /// The status, as logged. An expected answer has `error` if the experiment doesn't have the group, so
    /// that nothing should have been logged.
    pub status: String,
}

impl Replay {
    /// Returns the number of all rows.
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

    /// Returns the number of rows that were compared with the state of their time: all but those that
    /// can't be read and those of an unknown state.
    #[must_use]
    pub fn checked(&self) -> u64 {
        self.rows() - self.skipped.rows() - self.unchecked.unknown_state
    }

    /// Returns the number of rows that don't match.
    #[must_use]
    pub fn mismatching(&self) -> u64 {
        self.mismatches.values().map(|these| these.rows).sum()
    }

    pub(super) fn count_mismatch(
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
        self.count_mismatches((reason, experiment.cloned()), one);
    }

    fn count_mismatches(&mut self, key: (Reason, Option<ExperimentId>), these: Mismatches) {
        let counted = self.mismatches.entry(key);
        counted
            .and_modify(|counted| {
                counted.rows += these.rows;
                counted.first = counted.first.min(these.first);
                counted.last = counted.last.max(these.last);
            })
            .or_insert(these);
    }

    /// Adds the results of later rows.
    pub(super) fn join(&mut self, later: Self) {
        self.matching += later.matching;
        self.refreshing += later.refreshing;
        self.unchecked.random += later.unchecked.random;
        self.unchecked.no_group += later.unchecked.no_group;
        self.unchecked.unknown_state += later.unchecked.unknown_state;
        self.judged_by.revision += later.judged_by.revision;
        self.judged_by.time += later.judged_by.time;
        self.skipped.join(later.skipped);
        for (key, these) in later.mismatches {
            self.count_mismatches(key, these);
        }
        self.listed.extend(later.listed);
    }
}

/// Why a row doesn't match. Reasons are tried in this order; the first one that explains a row counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// It matches an earlier state of the layer: the service hadn't seen an apply yet.
    StaleService,
    /// It matches a later state of the layer: the service's clock is behind.
    Ahead,
    /// There was no such layer at that time.
    UnknownLayer,
    /// It matches the layer with another hash algorithm.
    OtherAlgorithm,
    /// Its experiment never existed.
    UnknownExperiment,
    /// It matches its slot, but that isn't the unit's slot: another salt or number of slots was used. A
    /// row whose slot was altered within an experiment looks the same.
    OtherSalt,
    /// It matches an assignment, but the experiment didn't assign at that time.
    Inactive,
    /// Nothing explains it: the row was altered, or comes from another source.
    Tampered,
}

impl Reason {
    /// All reasons, in order.
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

    /// The code in reports; it never changes.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists all reasons in order. A new variant doesn't compile until it has its place here.
    fn next(reason: Reason) -> Option<Reason> {
        Some(match reason {
            Reason::StaleService => Reason::Ahead,
            Reason::Ahead => Reason::UnknownLayer,
            Reason::UnknownLayer => Reason::OtherAlgorithm,
            Reason::OtherAlgorithm => Reason::UnknownExperiment,
            Reason::UnknownExperiment => Reason::OtherSalt,
            Reason::OtherSalt => Reason::Inactive,
            Reason::Inactive => Reason::Tampered,
            Reason::Tampered => return None,
        })
    }

    #[test]
    fn all_lists_every_reason() {
        let first = Some(Reason::StaleService);
        assert!(std::iter::successors(first, |reason| next(*reason)).eq(Reason::ALL));
    }
}
