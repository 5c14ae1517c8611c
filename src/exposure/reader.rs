//! The traits for reading a log, whatever engine keeps it.
//!
//! Every log can be counted. Reading whole rows, for a replay or the lookup of a unit, is a separate
//! capability: a log may be too large to be read row by row.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::ControlFlow;

use jiff::Timestamp;

use super::{ExposureSummary, LogError, LogLocation, LoggedAssignment, UnreadableRow};
use crate::assign::AssignmentStatus;
use crate::domain::{ExperimentId, GroupName, LayerId, Revision, VariantName};

/// The progress of reading a log.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of rows read so far.
    pub rows: u64,
    /// The part that was read so far, from 0 to 1.
    pub fraction: f64,
}

impl Progress {
    /// Progress of an engine: rows read so far, and which part of all that is.
    #[must_use]
    pub fn new(rows: u64, fraction: f64) -> Self {
        Self { rows, fraction }
    }
}

/// What a refresh did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refresh {
    /// The number of rows read.
    pub rows: u64,
    /// Whether the log was replaced or shortened, so that it was counted from its start. If that
    /// refresh fails, the next successful one reports it.
    pub restarted: bool,
    /// Whether all rows were counted that existed at the start. It is `false` if the refresh was
    /// stopped; the next one continues there.
    pub is_complete: bool,
}

impl Refresh {
    /// A complete refresh of a log that continues.
    #[must_use]
    pub fn new(rows: u64) -> Self {
        Self {
            rows,
            restarted: false,
            is_complete: true,
        }
    }
}

/// Which exposure of a unit is its first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstExposure {
    /// The one that was written first.
    Written,
    /// The earliest one; of several at a time, the one with the least variant, then group.
    Earliest,
}

impl FirstExposure {
    /// Returns its name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Earliest => "earliest",
        }
    }
}

/// Counts a log that grows.
pub trait ExposureReader: Send {
    /// Counts the rows written since the last call. `watch` is called now and then; `Break` stops
    /// the reading.
    ///
    /// After an error the summary has the rows before it, and the next call continues there.
    fn refresh(
        &mut self,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Refresh, LogError>;

    /// Returns what was counted so far.
    fn summary(&self) -> &ExposureSummary;

    /// Returns where the log is.
    fn location(&self) -> &LogLocation;

    /// Returns the number of rows that were read, counted or not.
    fn rows(&self) -> u64;

    /// Returns which exposure of a unit is its first one.
    fn first_exposure(&self) -> FirstExposure;

    /// Returns the number of exposures of units that couldn't be remembered. Unless it is 0, the counts are
    /// those of the log's first units only.
    fn exposures_beyond_limit(&self) -> u64;
}

/// Reads the rows that a log has at one moment, one by one.
///
/// `LogRows` reads them from a file (feature `store`); the answers that a
/// [`MemoryLogger`](super::MemoryLogger) kept are rows as well.
pub trait ExposureRows {
    /// Reads the rows from this time on in the order of writing, and passes each finished block to
    /// `merge`. `taker` creates a taker for each thread.
    fn read<T: TakeRows>(
        &self,
        since: Option<Timestamp>,
        taker: impl Fn() -> T + Sync,
        merge: impl FnMut(T::Block, Progress),
    ) -> Result<(), LogError>;

    /// Finds the rows of a unit: the newest ones, at most `limit`, and their total. `watch` is
    /// called now and then with the part searched so far, from 0 to 1; `Break` stops the search.
    fn find_unit(
        &self,
        unit_id: &str,
        limit: usize,
        watch: impl FnMut(f64) -> ControlFlow<()>,
    ) -> Result<UnitRows, LogError>;

    /// Finds the units that an arm got last, at most `limit`, searching from the end of the log. `watch`
    /// is called now and then with the part searched so far, from 0 to 1; `Break` stops the search.
    fn find_arm(
        &self,
        arm: &LoggedArm,
        limit: usize,
        watch: impl FnMut(f64) -> ControlFlow<()>,
    ) -> Result<ArmUnits, LogError>;
}

/// Takes the rows of a log, on one of several threads.
pub trait TakeRows {
    /// The result of neighboring rows.
    type Block: Send;
    /// Takes a row with its id, or why it can't be read.
    fn take(&mut self, row_id: i64, row: Result<LoggedRow<'_>, UnreadableRow<'_>>);
    /// Returns the result of the rows since the last block.
    fn finish_block(&mut self) -> Self::Block;
}

/// A row of the log.
#[derive(Clone, Debug)]
pub struct LoggedRow<'r> {
    /// The unit.
    pub unit_id: Cow<'r, str>,
    /// The layer.
    pub layer_id: Cow<'r, str>,
    /// The slot; `None` where the row has none.
    pub slot_index: Option<i64>,
    /// The experiment that was active on it.
    pub experiment_id: Option<Cow<'r, str>>,
    /// What the unit got.
    pub variant: Option<Cow<'r, str>>,
    /// Whether it was assigned, as logged.
    pub status: Cow<'r, str>,
    /// The group whose allocation decided.
    pub group: Option<Cow<'r, str>>,
    /// The revision of the state that answered, or its first digits.
    pub revision: Option<Cow<'r, str>>,
    /// The time of the answer.
    pub at: Timestamp,
}

/// A unit's rows in a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitRows {
    /// The newest rows in reverse order of writing.
    pub rows: Vec<UnitRow>,
    /// The number of rows in all.
    pub total: u64,
    /// Whether the whole log was searched; `false` if the search was stopped.
    pub is_complete: bool,
}

/// A row of a unit, as far as it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// The layer.
    pub layer_id: Option<LayerId>,
    /// The slot.
    pub slot_index: Option<i64>,
    /// The experiment that was active on it.
    pub experiment_id: Option<ExperimentId>,
    /// What the unit got.
    pub variant: Option<VariantName>,
    /// Whether it was assigned, as logged.
    pub status: Option<String>,
    /// The group whose allocation decided.
    pub group: Option<GroupName>,
    /// The time of the answer; `None` where the log's value isn't a time.
    pub at: Option<Timestamp>,
}

/// An arm, as a log names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LoggedArm {
    /// The experiment.
    pub experiment_id: ExperimentId,
    /// The group whose allocation decided; `None` for all of them.
    pub group: Option<GroupName>,
    /// The variant.
    pub variant: VariantName,
}

/// The units that an arm got last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArmUnits {
    /// The units in reverse order of writing, each once.
    pub units: Vec<ArmUnit>,
    /// Whether there are no others, or as many as were asked for; `false` if the search was stopped.
    pub is_complete: bool,
}

/// A unit that an arm got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArmUnit {
    /// The unit.
    pub unit_id: String,
    /// Its slot; `None` where its last row has none.
    pub slot_index: Option<i64>,
    /// The time of its last row in this arm.
    pub at: Timestamp,
}

impl LoggedArm {
    /// Returns whether a row that was assigned belongs to the arm.
    pub(super) fn has(&self, experiment: Option<&str>, group: Option<&str>, variant: &str) -> bool {
        let is_of_group = |of: &GroupName| group == Some(of.as_str());
        self.variant.as_str() == variant
            && experiment == Some(self.experiment_id.as_str())
            && self.group.as_ref().is_none_or(is_of_group)
    }
}

impl ExposureRows for [LoggedAssignment] {
    fn read<T: TakeRows>(
        &self,
        since: Option<Timestamp>,
        taker: impl Fn() -> T + Sync,
        mut merge: impl FnMut(T::Block, Progress),
    ) -> Result<(), LogError> {
        let mut taker = taker();
        for (row_id, row) in (1..).zip(self) {
            if since.is_none_or(|since| row.at >= since) {
                taker.take(row_id, Ok(row.as_row()));
            }
        }
        merge(taker.finish_block(), Progress::new(self.len() as u64, 1.0));
        Ok(())
    }

    fn find_unit(
        &self,
        unit_id: &str,
        limit: usize,
        _: impl FnMut(f64) -> ControlFlow<()>,
    ) -> Result<UnitRows, LogError> {
        let found = self.iter().rev().filter(|row| row.unit_id == unit_id);
        Ok(UnitRows {
            rows: found.clone().take(limit).map(UnitRow::from).collect(),
            total: found.count() as u64,
            is_complete: true,
        })
    }

    fn find_arm(
        &self,
        arm: &LoggedArm,
        limit: usize,
        _: impl FnMut(f64) -> ControlFlow<()>,
    ) -> Result<ArmUnits, LogError> {
        let mut seen = HashSet::new();
        let of_arm = self.iter().rev().filter(|row| row.is_of(arm));
        let units = of_arm.filter(|row| seen.insert(&row.unit_id)).take(limit);
        Ok(ArmUnits {
            units: units.map(ArmUnit::from).collect(),
            is_complete: true,
        })
    }
}

impl LoggedAssignment {
    fn is_of(&self, arm: &LoggedArm) -> bool {
        let experiment = self.experiment_id.as_ref().map(ExperimentId::as_str);
        let group = self.group.as_ref().map(GroupName::as_str);
        let mut variant = self.variant.iter();
        self.status == AssignmentStatus::Assigned
            && variant.any(|variant| arm.has(experiment, group, variant.as_str()))
    }

    fn as_row(&self) -> LoggedRow<'_> {
        fn text(text: Option<&str>) -> Option<Cow<'_, str>> {
            text.map(Cow::Borrowed)
        }
        LoggedRow {
            unit_id: self.unit_id.as_str().into(),
            layer_id: self.layer_id.as_str().into(),
            slot_index: Some(self.slot_index.0.into()),
            experiment_id: text(self.experiment_id.as_ref().map(ExperimentId::as_str)),
            variant: text(self.variant.as_ref().map(VariantName::as_str)),
            status: self.status.as_str().into(),
            group: text(self.group.as_ref().map(GroupName::as_str)),
            revision: text(self.revision.as_ref().map(Revision::as_str)),
            at: self.at,
        }
    }
}

impl From<&LoggedAssignment> for ArmUnit {
    fn from(row: &LoggedAssignment) -> Self {
        Self {
            unit_id: row.unit_id.clone(),
            slot_index: Some(row.slot_index.0.into()),
            at: row.at,
        }
    }
}

impl From<&LoggedAssignment> for UnitRow {
    fn from(row: &LoggedAssignment) -> Self {
        Self {
            layer_id: Some(row.layer_id.clone()),
            slot_index: Some(row.slot_index.0.into()),
            experiment_id: row.experiment_id.clone(),
            variant: row.variant.clone(),
            status: Some(row.status.as_str().to_owned()),
            group: row.group.clone(),
            at: Some(row.at),
        }
    }
}
