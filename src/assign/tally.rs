//! The counts of one experiment in a preview.

use super::assigner::Split;
use super::{ArmCounts, AssignError, Groups, split};
use crate::domain::Experiment;

/// One experiment's counts.
pub(super) struct ExperimentTally<'a> {
    pub(super) experiment: &'a Experiment,
    /// One per group, a single one without groups, none if the given group is unknown.
    pub(super) parts: Vec<GroupTally<'a>>,
    /// The part whose turn is next.
    next: usize,
}

/// The counts of one group, or of all units without groups.
pub(super) struct GroupTally<'a> {
    pub(super) split: Split<'a>,
    counts: Vec<u64>,
}

impl<'a> ExperimentTally<'a> {
    /// Creates an empty tally. If the experiment is grouped and its group isn't given, there is a
    /// part for each of its groups.
    pub(super) fn new(experiment: &'a Experiment, groups: &Groups) -> Self {
        let parts = match Split::of(experiment, groups) {
            Ok(split) => vec![GroupTally::new(split)],
            Err(AssignError::MissingGroup { .. }) => {
                Split::of_groups(experiment).map(GroupTally::new).collect()
            }
            Err(AssignError::UnknownGroup { .. } | AssignError::UnknownLayer { .. }) => Vec::new(),
        };
        Self {
            experiment,
            parts,
            next: 0,
        }
    }

    /// Returns the part that the next unit belongs to, in turn; `None` if the given group is
    /// unknown.
    pub(super) fn next_part(&mut self) -> Option<usize> {
        let part = self.next;
        self.next = if part + 1 < self.parts.len() {
            part + 1
        } else {
            0
        };
        (part < self.parts.len()).then_some(part)
    }

    /// Returns the counts of all parts.
    pub(super) fn finish(self) -> impl Iterator<Item = ArmCounts> {
        let experiment = self.experiment;
        self.parts.into_iter().map(|part| ArmCounts {
            experiment_id: experiment.experiment_id.clone(),
            splitter: experiment.splitter.kind(),
            group: part.split.group_name().cloned(),
            counts: part
                .split
                .allocation
                .variants()
                .cloned()
                .zip(part.counts)
                .collect(),
            allocation: part.split.allocation.clone(),
        })
    }
}

impl<'a> GroupTally<'a> {
    fn new(split: Split<'a>) -> Self {
        Self {
            split,
            counts: vec![0; split.allocation.arms().len()],
        }
    }

    /// Counts a unit at this point of the unit interval.
    pub(super) fn add(&mut self, x: f64) {
        self.counts[split::arm_at(self.split.allocation, x)] += 1;
    }
}
