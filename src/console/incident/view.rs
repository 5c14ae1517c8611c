//! The incident view's state, together with what it may see of the rest of the model.

use jiff::Timestamp;

use super::{Incident, Verdict};
use crate::console::component::Context;
use crate::console::model::RowKey;
use crate::domain::ExperimentId;
use crate::traffic::SplitTraffic;

/// The state of the incident view, and the context that it may read.
#[derive(Clone, Copy, Debug)]
pub struct IncidentView<'a> {
    /// What is known about the log.
    pub incident: &'a Incident,
    /// The context.
    pub cx: Context<'a>,
}

impl<'a> IncidentView<'a> {
    /// Returns the verdict on a split by the thresholds in the settings.
    #[must_use]
    pub fn verdict(self, split: &SplitTraffic) -> Verdict {
        Verdict::of_split(split, &self.cx.startup.srm)
    }

    /// Returns whether a split raises an alarm.
    pub(in crate::console) fn is_alarm(self, split: &SplitTraffic) -> bool {
        self.verdict(split) == Verdict::Alarm
    }

    /// Returns the splits of the log, the worst first; empty before it was judged.
    pub(super) fn splits(self) -> impl Iterator<Item = &'a SplitTraffic> {
        let judged = self.incident.judged.iter();
        judged.flat_map(|judged| &judged.traffic.splits)
    }

    /// Returns whether the log has a split of this experiment.
    pub(in crate::console) fn is_listed(self, id: &ExperimentId) -> bool {
        self.splits().any(|split| split.experiment_id == *id)
    }

    /// Returns the split of this experiment that looks most wrong.
    pub(in crate::console) fn worst_split(self, id: &ExperimentId) -> Option<&'a SplitTraffic> {
        self.splits().find(|split| split.experiment_id == *id)
    }

    /// Returns the split that a row of the list is about.
    pub(in crate::console) fn split_of_row(self, row: &RowKey) -> Option<&'a SplitTraffic> {
        self.splits().find(|split| {
            RowKey::of_experiment(&split.experiment_id) == *row || RowKey::of_split(split) == *row
        })
    }

    /// Returns whether any split of the log was tested.
    #[must_use]
    pub fn is_anything_tested(self) -> bool {
        self.splits().any(|split| split.test.is_ok())
    }

    /// Returns the splits that raise an alarm, the worst first.
    pub fn alarms(self) -> impl Iterator<Item = &'a SplitTraffic> {
        self.splits().filter(move |split| self.is_alarm(split))
    }

    /// Formats a time of the log in local time, to the second; with the date if it isn't that of
    /// the log's last reading.
    #[must_use]
    pub fn log_clock(self, at: Timestamp) -> String {
        let judged = self.incident.judged.as_ref();
        let now = judged.map_or(at, |judged| judged.at);
        self.cx.startup.clock(at, now)
    }
}
