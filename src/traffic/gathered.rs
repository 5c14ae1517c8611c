//! The counts of a log, by what is split together.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::domain::{ExperimentId, GroupName, VariantName};
use crate::exposure::{ArmExposures, Counts, Window};

/// How many variants that an experiment doesn't have are told apart, and how many groups: a service
/// that writes something else into that column writes thousands.
pub(super) const MOST_STRANGERS: usize = 20;

/// The exposures of one experiment, or of one group of it.
pub(super) struct Gathered {
    pub(super) experiment_id: ExperimentId,
    pub(super) group: Option<GroupName>,
    /// What each arm got; none without exposures.
    pub(super) arms: Vec<ArmExposures>,
}

impl Gathered {
    /// What the log has, ordered by experiment and group.
    pub(super) fn of(counts: &Counts) -> Vec<Self> {
        let arms = counts.arms();
        let is_one = |a: &ArmExposures, b: &ArmExposures| {
            a.experiment_id == b.experiment_id && a.group == b.group
        };
        let splits = arms.chunk_by(is_one);
        splits
            .map(|arms| Self {
                experiment_id: arms[0].experiment_id.clone(),
                group: arms[0].group.clone(),
                arms: arms.to_vec(),
            })
            .collect()
    }

    /// A split without exposures.
    pub(super) fn nothing(experiment_id: &ExperimentId, group: Option<&GroupName>) -> Self {
        Self {
            experiment_id: experiment_id.clone(),
            group: group.cloned(),
            arms: Vec::new(),
        }
    }

    /// The arms whose variants aren't among these, those with the most exposures first.
    pub(super) fn strangers(&self, is_known: impl Fn(&VariantName) -> bool) -> Vec<&ArmExposures> {
        let strangers = self.arms.iter().filter(|arm| !is_known(&arm.variant));
        let mut strangers: Vec<_> = strangers.collect();
        strangers.sort_by_key(|arm| Reverse(arm.exposures));
        strangers
    }

    /// How many units there are.
    pub(super) fn units(&self) -> u64 {
        self.arms.iter().map(|arm| arm.units).sum()
    }

    /// The earliest and the latest exposure.
    pub(super) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        span(&self.arms)
    }

    /// The windows of all arms in order of time, each with its arm's index.
    pub(super) fn windows(&self, counts: &Counts) -> Vec<(usize, Window)> {
        let arms = self.arms.iter().enumerate();
        let windows = arms.flat_map(|(index, arm)| {
            let windows = counts.windows(arm).into_iter();
            windows.map(move |window| (index, window))
        });
        let mut windows: Vec<(usize, Window)> = windows.collect();
        // Each arm's are in order already, which makes this little more than a merge.
        windows.sort_by_key(|(_, window)| window.start);
        windows
    }
}

/// The splits of an experiment that are told apart: those of its groups, and of the others those with
/// the most exposures. Then the rest.
pub(super) fn told_apart(
    splits: &[Gathered],
    is_known: impl Fn(&GroupName) -> bool,
) -> (Vec<&Gathered>, Vec<&Gathered>) {
    let (mut told, mut strangers): (Vec<_>, Vec<_>) = splits
        .iter()
        .partition(|split| split.group.as_ref().is_none_or(&is_known));
    let exposures = |split: &&Gathered| -> u64 { split.arms.iter().map(|arm| arm.exposures).sum() };
    strangers.sort_by_key(|split| Reverse(exposures(split)));
    let others = strangers.split_off(MOST_STRANGERS.min(strangers.len()));
    told.extend(strangers);
    (told, others)
}

/// The earliest and the latest exposure of these arms.
pub(super) fn span<'a>(
    arms: impl IntoIterator<Item = &'a ArmExposures>,
) -> Option<(Timestamp, Timestamp)> {
    let spans = arms.into_iter().map(|arm| (arm.first, arm.last));
    spans.reduce(|(first, last), arm| (first.min(arm.0), last.max(arm.1)))
}
