//! The incident view's state, together with what it may see of the rest of the model.

use jiff::Timestamp;

use super::{Incident, Verdict};
use crate::console::component::Context;
use crate::traffic::SplitTraffic;

/// The state of the incident view, and what it may see of the rest.
#[derive(Clone, Copy, Debug)]
pub struct IncidentView<'a> {
    /// What is known of the log.
    pub incident: &'a Incident,
    /// The rest.
    pub cx: Context<'a>,
}

impl<'a> IncidentView<'a> {
    /// How a split looks by the thresholds of the settings.
    #[must_use]
    pub fn verdict(self, split: &SplitTraffic) -> Verdict {
        Verdict::of_split(split, &self.cx.startup.srm)
    }

    /// The splits of the log, the worst first; none before it was judged.
    pub(super) fn splits(self) -> impl Iterator<Item = &'a SplitTraffic> {
        let judged = self.incident.judged.iter();
        judged.flat_map(|judged| &judged.traffic.splits)
    }

    /// Whether any split of the log was tested.
    #[must_use]
    pub fn is_anything_tested(self) -> bool {
        self.splits().any(|split| split.test.is_ok())
    }

    /// The splits that raise an alarm, the worst first.
    pub fn alarms(self) -> impl Iterator<Item = &'a SplitTraffic> {
        let is_alarm = move |split: &&SplitTraffic| self.verdict(split) == Verdict::Alarm;
        self.splits().filter(is_alarm)
    }

    /// A time of the log in local time, to the second; with the date where it isn't that of the
    /// log's last reading.
    #[must_use]
    pub fn log_clock(self, at: Timestamp) -> String {
        let judged = self.incident.judged.as_ref();
        let now = judged.map_or(at, |judged| judged.at);
        self.cx.startup.clock(at, now)
    }
}
