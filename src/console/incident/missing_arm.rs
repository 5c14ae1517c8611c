//! The arm of a split that lacks units.

use jiff::Timestamp;

use super::IncidentView;
use crate::console::pages::PageId;
use crate::exposure::LoggedArm;
use crate::traffic::{Anomaly, AnomalyKind, ArmTraffic, SplitTraffic};

/// An arm that lacks units.
#[derive(Clone, Copy, Debug)]
pub struct MissingArm<'a> {
    /// Its split.
    pub split: &'a SplitTraffic,
    /// What it got.
    pub arm: &'a ArmTraffic,
    /// The anomaly that says that it is silent, if it is.
    pub silent: Option<&'a Anomaly>,
}

impl MissingArm<'_> {
    /// Returns the page that lists its units; `None` if the database doesn't have its experiment.
    #[must_use]
    pub fn page(&self) -> Option<PageId> {
        let layer_id = self.split.layer_id.clone()?;
        let arm = LoggedArm {
            experiment_id: self.split.experiment_id.clone(),
            group: self.split.group.clone(),
            variant: self.arm.variant.clone(),
        };
        Some(PageId::MissingArm(layer_id, arm))
    }

    /// Returns how many units it lacks, about; below 0 if it has too many.
    #[must_use]
    pub fn lacking(&self) -> f64 {
        let expected = self.arm.fraction.unwrap_or_default() * self.split.units as f64;
        expected - self.arm.units as f64
    }

    /// Returns when the mismatch probably began, and the number of the arm's exposures since; `None` if
    /// that isn't known.
    #[must_use]
    pub fn since_onset(&self) -> Option<(Timestamp, u64)> {
        let onset = self.split.test.as_ref().ok()?.onset?.estimate;
        let windows = self.arm.windows.iter();
        let since = windows.filter(|window| window.start >= onset);
        Some((onset, since.map(|window| window.exposures).sum()))
    }
}

impl<'a> IncidentView<'a> {
    /// Returns the arm that lacks units: the silent one or, in an alarm, the one that lacks the most units.
    #[must_use]
    pub fn missing_arm(self, split: &'a SplitTraffic) -> Option<MissingArm<'a>> {
        let arms = split.arms.iter();
        let arms = arms.map(|arm| MissingArm {
            split,
            arm,
            silent: self.silence(split, arm),
        });
        let arms: Vec<MissingArm<'a>> = arms.collect();
        let silent = arms.iter().find(|missing| missing.silent.is_some());
        let most = || {
            let lacking = arms.iter().filter(|missing| missing.lacking() > 0.0);
            let most = lacking.max_by(|a, b| a.lacking().total_cmp(&b.lacking()));
            most.filter(|_| self.is_alarm(split))
        };
        silent.or_else(most).copied()
    }

    fn silence(self, split: &SplitTraffic, arm: &ArmTraffic) -> Option<&'a Anomaly> {
        let judged = self.incident.judged.as_ref()?;
        let mut found = judged.anomalies(split);
        found.find(|anomaly| {
            anomaly.kind == AnomalyKind::Silent && anomaly.variant.as_ref() == Some(&arm.variant)
        })
    }

    /// Returns what the log has of an arm, whether it lacks units or not.
    #[must_use]
    pub fn arm(self, logged: &LoggedArm) -> Option<MissingArm<'a>> {
        let split = self.splits().find(|split| {
            (&split.experiment_id, &split.group) == (&logged.experiment_id, &logged.group)
        })?;
        let arm = split
            .arms
            .iter()
            .find(|arm| arm.variant == logged.variant)?;
        let silent = self.silence(split, arm);
        Some(MissingArm { split, arm, silent })
    }
}
