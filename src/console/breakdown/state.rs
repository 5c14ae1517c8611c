//! What is asked for, and what was found.

use std::sync::Arc;

use jiff::Timestamp;

use crate::console::incident::Judged;
use crate::console::message::RequestId;
use crate::console::model::Trouble;
use crate::domain::{ExperimentId, GroupName};
use crate::exposure::Dimension;
use crate::traffic::{Breakdown, SplitTraffic};

/// A split of the log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SplitId {
    /// Its experiment.
    pub experiment_id: ExperimentId,
    /// Its group; `None` for an experiment that isn't split by group.
    pub group: Option<GroupName>,
}

impl SplitId {
    /// Returns the split that has this id.
    #[must_use]
    pub fn find<'s>(
        &self,
        splits: impl IntoIterator<Item = &'s SplitTraffic>,
    ) -> Option<&'s SplitTraffic> {
        let mut splits = splits.into_iter();
        splits.find(|split| Self::from(*split) == *self)
    }
}

impl From<&SplitTraffic> for SplitId {
    fn from(split: &SplitTraffic) -> Self {
        Self {
            experiment_id: split.experiment_id.clone(),
            group: split.group.clone(),
        }
    }
}

/// A question to the worker.
#[derive(Clone, Debug)]
pub struct AskedBreakdown {
    /// The split.
    pub split: SplitId,
    /// The log as it was judged, which has the split.
    pub judged: Arc<Judged>,
    /// The columns.
    pub columns: Vec<String>,
    /// The counts, where the log needn't be read for them.
    pub known: Option<Arc<CountedDimensions>>,
}

/// The units of the whole log by the values of its dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedDimensions {
    /// The dimensions, in the order of the settings.
    pub dimensions: Vec<Dimension>,
    /// The number of rows that the judged log had.
    pub rows: u64,
    /// When it was counted.
    pub at: Timestamp,
}

/// An answer of the worker.
#[derive(Clone, Debug)]
pub struct FoundBreakdown {
    /// What it was found by.
    pub counted: Arc<CountedDimensions>,
    /// The breakdown; `None` for a split that couldn't be tested.
    pub breakdown: Option<Breakdown>,
}

/// The breakdown that was asked for last.
#[derive(Clone, Debug, Default)]
pub struct SplitBreakdown {
    /// The split.
    pub asked: Option<SplitId>,
    /// The request under way; the fraction of the log read so far, from 0 to 1.
    pub counting: Option<(RequestId, f64)>,
    /// What was found, or why the log can't be read; `None` until there is an answer, and if that was stopped.
    pub found: Option<Result<Arc<FoundBreakdown>, Trouble>>,
    /// The newest counts. They are those of all splits.
    pub counted: Option<Arc<CountedDimensions>>,
    /// The number of its newest request.
    pub last_request: u64,
}

impl SplitBreakdown {
    /// Returns what was found of this split.
    #[must_use]
    pub fn found(&self, split: &SplitId) -> Option<&Result<Arc<FoundBreakdown>, Trouble>> {
        self.found
            .as_ref()
            .filter(|_| self.asked.as_ref() == Some(split))
    }
}
