//! The counts of a log by split: what each experiment, or each group of it, got.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::SplitWindow;
use super::known_experiment::KnownExperiment;
use crate::domain::{ExperimentId, GroupName, VariantName};
use crate::exposure::{ArmExposures, ExposureSummary, Window};

/// The number of unknown variants, and of unknown groups, that are listed one by one. A service that
/// writes something else into these columns writes thousands.
pub(super) const MAX_UNKNOWN: usize = 20;

/// The exposures of one experiment, or of one group of it.
pub(super) struct SplitCounts {
    pub(super) experiment_id: ExperimentId,
    pub(super) group: Option<GroupName>,
    /// What each arm got; empty without exposures.
    pub(super) arms: Vec<SplitArm>,
}

/// The exposures of an arm, over all groups if its experiment isn't split by group.
pub(super) struct SplitArm {
    pub(super) variant: VariantName,
    pub(super) units: u64,
    pub(super) exposures: u64,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    /// The number of units that its siblings got since its last exposure, in the order of writing.
    pub(super) units_elsewhere_since: u64,
    /// The number of units in the log before its first one; `None` without units.
    pub(super) first_unit: Option<u64>,
    /// The arms of the log that it sums up.
    logged: Vec<ArmExposures>,
}

/// The units of a split in one window, by arm.
pub(super) struct WindowUnits {
    pub(super) start: Timestamp,
    pub(super) units: Vec<u64>,
}

impl SplitCounts {
    /// Sums up the arms of one experiment, ordered by group. The log's groups are ignored if the
    /// experiment isn't split by group.
    pub(super) fn from_arms(arms: &[ArmExposures], known: Option<&KnownExperiment>) -> Vec<Self> {
        let is_grouped = known.is_none_or(KnownExperiment::is_grouped);
        let mut splits: BTreeMap<Option<GroupName>, BTreeMap<VariantName, SplitArm>> =
            BTreeMap::new();
        for arm in arms {
            let group = arm.group.clone().filter(|_| is_grouped);
            let arms_of_split = splits.entry(group).or_default();
            if let Some(counts) = arms_of_split.get_mut(&arm.variant) {
                counts.add(arm);
            } else {
                let counts = SplitArm::new(arm, is_grouped);
                arms_of_split.insert(arm.variant.clone(), counts);
            }
        }
        let Some(first) = arms.first() else {
            return Vec::new();
        };
        let counts = splits.into_iter().map(|(group, arms)| Self {
            experiment_id: first.experiment_id.clone(),
            group,
            arms: arms.into_values().collect(),
        });
        counts.collect()
    }

    /// A split without exposures.
    pub(super) fn empty(experiment_id: &ExperimentId, group: Option<&GroupName>) -> Self {
        Self {
            experiment_id: experiment_id.clone(),
            group: group.cloned(),
            arms: Vec::new(),
        }
    }

    pub(super) fn arm(&self, variant: &VariantName) -> Option<&SplitArm> {
        self.arms.iter().find(|arm| arm.variant == *variant)
    }

    /// The arms of unknown variants, those with the most exposures first.
    pub(super) fn unknown_arms(&self, is_known: impl Fn(&VariantName) -> bool) -> Vec<&SplitArm> {
        let unknown = self.arms.iter().filter(|arm| !is_known(&arm.variant));
        let mut unknown: Vec<_> = unknown.collect();
        unknown.sort_by_key(|arm| Reverse(arm.exposures));
        unknown
    }

    pub(super) fn units(&self) -> u64 {
        self.arms.iter().map(|arm| arm.units).sum()
    }

    /// The earliest and the latest exposure.
    pub(super) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        time_span(&self.arms)
    }

    /// The windows with exposures, in order of time.
    pub(super) fn windows(&self, summary: &ExposureSummary) -> Vec<SplitWindow> {
        sum_windows(self.arms.iter().flat_map(|arm| arm.windows(summary)))
    }

    /// The units of these variants in each window that has some, in order of time.
    pub(super) fn units_by_window(
        &self,
        variants: &[&VariantName],
        summary: &ExposureSummary,
    ) -> Vec<WindowUnits> {
        let mut windows: BTreeMap<Timestamp, WindowUnits> = BTreeMap::new();
        for (index, variant) in variants.iter().enumerate() {
            for window in self
                .arm(variant)
                .into_iter()
                .flat_map(|arm| arm.windows(summary))
            {
                let sum = windows.entry(window.start).or_insert_with(|| WindowUnits {
                    start: window.start,
                    units: vec![0; variants.len()],
                });
                sum.units[index] += window.units;
            }
        }
        windows.into_values().collect()
    }

    /// Maps the log's arm numbers to indices into `variants`.
    pub(super) fn arm_indices(&self, variants: &[&VariantName]) -> Vec<Option<usize>> {
        let mut indices = Vec::new();
        for arm in &self.arms {
            let index = variants.iter().position(|variant| **variant == arm.variant);
            for logged in &arm.logged {
                let number = logged.number as usize;
                if number >= indices.len() {
                    indices.resize(number + 1, None);
                }
                indices[number] = index;
            }
        }
        indices
    }
}

impl SplitArm {
    /// Its windows, group by group.
    pub(super) fn windows(&self, summary: &ExposureSummary) -> impl Iterator<Item = Window> {
        self.logged
            .iter()
            .flat_map(|logged| summary.windows(logged))
    }

    fn new(arm: &ArmExposures, is_grouped: bool) -> Self {
        Self {
            variant: arm.variant.clone(),
            units: arm.units,
            exposures: arm.exposures,
            first: arm.first,
            last: arm.last,
            units_elsewhere_since: if is_grouped {
                arm.units_elsewhere_since
            } else {
                arm.units_of_experiment_since
            },
            first_unit: arm.first_unit,
            logged: vec![arm.clone()],
        }
    }

    /// Adds what the arm got in another group.
    fn add(&mut self, arm: &ArmExposures) {
        self.units += arm.units;
        self.exposures += arm.exposures;
        self.first = self.first.min(arm.first);
        self.last = self.last.max(arm.last);
        let since = self.units_elsewhere_since;
        self.units_elsewhere_since = since.min(arm.units_of_experiment_since);
        self.first_unit = match (self.first_unit, arm.first_unit) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.logged.push(arm.clone());
    }
}

/// Divides the splits of an experiment into those to list and the rest: all known groups are listed,
/// and of the unknown ones those with the most exposures.
pub(super) fn limit_unknown_groups(
    splits: &[SplitCounts],
    is_known: impl Fn(&GroupName) -> bool,
) -> (Vec<&SplitCounts>, Vec<&SplitCounts>) {
    let (mut listed, mut unknown): (Vec<_>, Vec<_>) = splits
        .iter()
        .partition(|split| split.group.as_ref().is_none_or(&is_known));
    let exposures =
        |split: &&SplitCounts| -> u64 { split.arms.iter().map(|arm| arm.exposures).sum() };
    unknown.sort_by_key(|split| Reverse(exposures(split)));
    let others = unknown.split_off(MAX_UNKNOWN.min(unknown.len()));
    listed.extend(unknown);
    (listed, others)
}

/// Sums up the windows with the same start, in order of time.
pub(super) fn sum_windows(windows: impl Iterator<Item = Window>) -> Vec<SplitWindow> {
    let mut sums: BTreeMap<Timestamp, SplitWindow> = BTreeMap::new();
    for window in windows {
        let sum = sums.entry(window.start).or_insert(SplitWindow {
            start: window.start,
            units: 0,
            exposures: 0,
        });
        sum.units += window.units;
        sum.exposures += window.exposures;
    }
    sums.into_values().collect()
}

/// The earliest and the latest exposure of these arms.
pub(super) fn time_span<'a>(
    arms: impl IntoIterator<Item = &'a SplitArm>,
) -> Option<(Timestamp, Timestamp)> {
    let spans = arms.into_iter().map(|arm| (arm.first, arm.last));
    spans.reduce(|(first, last), arm| (first.min(arm.0), last.max(arm.1)))
}
