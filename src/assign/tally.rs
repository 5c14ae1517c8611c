//! The counts of one experiment in a preview.

use super::assigner::allocation_for;
use super::{ArmCounts, AssignError, Groups, split};
use crate::domain::{Allocation, Experiment, GroupName};

/// One experiment's counts.
pub(super) struct ExperimentTally<'a> {
    pub(super) experiment: &'a Experiment,
    /// One per group, one in all without groups, none where the given group is unknown.
    parts: Vec<GroupTally<'a>>,
    /// The part whose turn is next.
    next: usize,
}

/// Those of one group, or of all units without groups.
pub(super) struct GroupTally<'a> {
    pub(super) group: Option<&'a GroupName>,
    allocation: &'a Allocation,
    counts: Vec<u64>,
}

impl<'a> ExperimentTally<'a> {
    /// An empty tally. Where the experiment is grouped and its group isn't given, there is a part
    /// for each of its groups.
    pub(super) fn new(experiment: &'a Experiment, groups: &Groups) -> Self {
        let parts = match allocation_for(experiment, groups) {
            Ok((group, allocation)) => vec![GroupTally::new(group, allocation)],
            Err(AssignError::MissingGroup { .. }) => {
                let all = experiment.splitter.groups().iter();
                all.map(|(name, allocation)| GroupTally::new(Some(name), allocation))
                    .collect()
            }
            Err(AssignError::UnknownGroup { .. } | AssignError::UnknownLayer { .. }) => Vec::new(),
        };
        Self {
            experiment,
            parts,
            next: 0,
        }
    }

    /// The part that the next unit belongs to, in turn; `None` where the given group is unknown.
    pub(super) fn next_part(&mut self) -> Option<&mut GroupTally<'a>> {
        let part = self.next;
        self.next = if part + 1 < self.parts.len() {
            part + 1
        } else {
            0
        };
        self.parts.get_mut(part)
    }

    /// The counts of all parts.
    pub(super) fn finish(self) -> impl Iterator<Item = ArmCounts> {
        let experiment = self.experiment;
        self.parts.into_iter().map(|part| ArmCounts {
            experiment_id: experiment.experiment_id.clone(),
            splitter: experiment.splitter.kind(),
            group: part.group.cloned(),
            counts: part
                .allocation
                .variants()
                .cloned()
                .zip(part.counts)
                .collect(),
            allocation: part.allocation.clone(),
        })
    }
}

impl<'a> GroupTally<'a> {
    fn new(group: Option<&'a GroupName>, allocation: &'a Allocation) -> Self {
        Self {
            group,
            allocation,
            counts: vec![0; allocation.arms().len()],
        }
    }

    /// Counts a unit at this point of the unit interval.
    pub(super) fn add(&mut self, x: f64) {
        self.counts[split::arm_at(self.allocation, x)] += 1;
    }
}
