//! A slot, and a run of slots that one experiment holds.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ExperimentId;

/// A slot of a layer, counted from 0.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SlotIndex(pub u32);

impl fmt::Display for SlotIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What an experiment does with a slot that it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlotUse {
    /// Units on the slot belong to the experiment.
    Active,
    /// Kept for a later ramp-up; units on it belong to no experiment yet.
    Reserved,
}

/// Consecutive slots that one experiment holds with one use; both ends are inclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "RunTuple", into = "RunTuple")]
pub struct SlotRun {
    /// The first slot.
    pub first: SlotIndex,
    /// The last slot, not below the first.
    pub last: SlotIndex,
    /// The experiment that holds them.
    pub experiment_id: ExperimentId,
    /// Active or only reserved.
    pub usage: SlotUse,
}

/// A run as reports write it: `[first, last, experiment_id, "active" or "reserved"]`.
type RunTuple = (SlotIndex, SlotIndex, ExperimentId, SlotUse);

impl From<RunTuple> for SlotRun {
    fn from((first, last, experiment_id, usage): RunTuple) -> Self {
        Self {
            first,
            last,
            experiment_id,
            usage,
        }
    }
}

impl From<SlotRun> for RunTuple {
    fn from(run: SlotRun) -> Self {
        (run.first, run.last, run.experiment_id, run.usage)
    }
}

impl SlotRun {
    /// Returns the number of slots, at least 1.
    #[must_use]
    pub fn slot_count(&self) -> u32 {
        self.last.0 - self.first.0 + 1
    }

    /// Whether `next` begins where this ends, with the same holder and use.
    pub(super) fn continues(&self, next: &Self) -> bool {
        self.last.0 + 1 == next.first.0
            && self.usage == next.usage
            && self.experiment_id == next.experiment_id
    }
}
