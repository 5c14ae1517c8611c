//! The incident view's state: the last verdict on the log, and how far it is read.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{AppliedChanges, Axis};
use crate::console::message::RequestId;
use crate::console::model::Trouble;
use crate::console::settings::SrmSettings;
use crate::domain::{ExperimentId, GroupName, LayerId, Revision};
use crate::exposure::Skipped;
use crate::report::Role;
use crate::traffic::{Anomaly, SplitTraffic, Traffic};

/// What is known about the exposure log.
#[derive(Clone, Debug, Default)]
pub struct Incident {
    /// The log as last read and judged.
    pub judged: Option<Arc<Judged>>,
    /// Why it or the database can't be read now.
    pub troubles: Vec<Trouble>,
    /// Why the log can't be read now, in a word.
    pub unread: Option<&'static str>,
    /// The share of the new rows read so far, from 0 to 1, if reading takes a while.
    pub progress: Option<f64>,
    /// Whether the user stopped the reading, until a reload resumes it.
    pub is_stopped: bool,
    /// The experiment whose groups are listed.
    pub opened: Option<ExperimentId>,
    /// Whether the experiments that couldn't be tested are listed.
    pub is_untested_open: bool,
    /// The state of reading the log.
    pub reading: LogReading,
}

impl Incident {
    /// Returns whether groups, or experiments that couldn't be tested, are listed.
    #[must_use]
    pub fn is_unfolded(&self) -> bool {
        self.opened.is_some() || self.is_untested_open
    }
}

/// The state of reading the exposure log, which may change all the time.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogReading {
    /// The pending request.
    pub request: Option<RequestId>,
    /// The number of the newest request.
    pub last_request: u64,
    /// Whether the log changed since, so that it must be read again afterwards.
    pub is_due: bool,
    /// Whether the database changed since the log was judged by it.
    pub is_database_new: bool,
    /// Whether a locked log will be tried again: a single timer is enough.
    pub is_retry_due: bool,
}

/// A log judged against a database.
#[derive(Clone, Debug)]
pub struct Judged {
    /// When the log was read.
    pub at: Timestamp,
    /// The number of its rows read, counted or not.
    pub rows: u64,
    /// Whether all rows were read; false if reading was stopped.
    pub is_whole: bool,
    /// When the log was last replaced by another one, and counted again.
    pub replaced_at: Option<Timestamp>,
    /// The rows that can't be counted.
    pub skipped: Option<Skipped>,
    /// The number of exposures of units beyond the memory limit.
    pub beyond_limit: u64,
    /// The database's revision.
    pub revision: Revision,
    /// The number of the journal's last entry.
    pub journal_id: Option<i64>,
    /// The verdicts.
    pub traffic: Traffic,
    /// Its anomalies by what they concern.
    pub anomalies: Anomalies,
    /// What each apply of the journal changed.
    pub changes: Arc<AppliedChanges>,
    /// The experiments that can't have had a unit yet.
    pub never_active: Arc<BTreeSet<ExperimentId>>,
    /// The time that charts show; `None` without exposures.
    pub axis: Option<Axis>,
}

/// The result of reading and judging the log.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The new verdicts; `None` if the previous ones still hold.
    pub judged: Option<Arc<Judged>>,
    /// Why log or database can't be read.
    pub troubles: Vec<Trouble>,
    /// Why the log can't be read, in a word.
    pub unread: Option<&'static str>,
    /// Whether that is because another program holds a lock.
    pub is_busy: bool,
}

/// How a split looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// A sample ratio mismatch.
    Alarm,
    /// Nearly a mismatch.
    Warning,
    /// As it should be.
    Fine,
    /// Unknown.
    Untested,
}

impl Verdict {
    /// Returns the verdict on a corrected p-value by the thresholds in the settings.
    #[must_use]
    pub fn of_p(p: f64, thresholds: &SrmSettings) -> Self {
        match p {
            _ if p <= thresholds.alarm_at => Self::Alarm,
            _ if p <= thresholds.warn_at => Self::Warning,
            _ => Self::Fine,
        }
    }

    /// Returns the verdict on a split: the sequential p-value decides, corrected for the order of
    /// the splits. An anomaly is a warning, and so is a mismatch that is too small to count.
    #[must_use]
    pub fn of_split(split: &SplitTraffic, thresholds: &SrmSettings) -> Self {
        let Ok(tested) = &split.test else {
            return Self::Untested;
        };
        match Self::of_p(tested.corrected_p_value, thresholds) {
            Self::Alarm if !tested.is_mismatch => Self::Warning,
            // The counts fit, but something else needs attention.
            Self::Fine if split.gravest.is_some() => Self::Warning,
            verdict => verdict,
        }
    }

    /// Returns the role of its word in a table.
    pub(crate) fn role(self) -> Role {
        match self {
            Self::Alarm => Role::Error,
            Self::Warning => Role::Warning,
            Self::Fine | Self::Untested => Role::Dim,
        }
    }

    /// Returns the word for it, which people and scripts look for.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Alarm => "SRM",
            Self::Warning => "warn",
            Self::Fine => "ok",
            Self::Untested => "untested",
        }
    }
}

/// The anomalies of each experiment and group: there may be thousands of both, and each key and
/// each frame asks.
#[derive(Clone, Debug)]
pub struct Anomalies {
    of_experiments: HashMap<ExperimentId, HashMap<Option<GroupName>, Vec<usize>>>,
    /// The anomalies of layers' coverage.
    of_layers: HashMap<LayerId, Vec<usize>>,
}

impl Anomalies {
    /// Indexes the anomalies of this verdict.
    #[must_use]
    pub fn of(traffic: &Traffic) -> Self {
        let mut of_experiments: HashMap<_, HashMap<_, Vec<_>>> = HashMap::new();
        let mut of_layers: HashMap<_, Vec<_>> = HashMap::new();
        for (index, anomaly) in traffic.anomalies.iter().enumerate() {
            if let Some(id) = &anomaly.experiment_id {
                let of_experiment = of_experiments.entry(id.clone()).or_default();
                let of_group = of_experiment.entry(anomaly.group.clone()).or_default();
                of_group.push(index);
            }
            if let Some(layer_id) = &anomaly.layer_id {
                of_layers.entry(layer_id.clone()).or_default().push(index);
            }
        }
        Self {
            of_experiments,
            of_layers,
        }
    }

    fn of_split(&self, split: &SplitTraffic) -> Vec<usize> {
        let Some(its) = self.of_experiments.get(&split.experiment_id) else {
            return Vec::new();
        };
        let of_all = its.get(&None);
        let of_group = its.get(&split.group).filter(|_| split.group.is_some());
        let mut places: Vec<usize> = of_all
            .into_iter()
            .chain(of_group)
            .flatten()
            .copied()
            .collect();
        // In the order of the verdict: the most serious first.
        places.sort_unstable();
        places
    }

    fn count(&self, id: &ExperimentId) -> usize {
        let its = self.of_experiments.get(id);
        its.map_or(0, |its| its.values().map(Vec::len).sum())
    }
}

impl Judged {
    /// Returns the anomalies of this experiment, the most serious first; for a group, those that
    /// concern that group or all of them.
    pub fn anomalies(&self, split: &SplitTraffic) -> impl Iterator<Item = &Anomaly> {
        let places = self.anomalies.of_split(split).into_iter();
        places.map(|place| &self.traffic.anomalies[place])
    }

    /// Returns the anomalies of this layer's coverage, the most serious first.
    pub fn coverage_anomalies(&self, layer_id: &LayerId) -> impl Iterator<Item = &Anomaly> {
        let places = self.anomalies.of_layers.get(layer_id).into_iter().flatten();
        places.map(|place| &self.traffic.anomalies[*place])
    }

    /// Returns the number of anomalies of this experiment, in all of its groups.
    #[must_use]
    pub fn anomaly_count(&self, id: &ExperimentId) -> usize {
        self.anomalies.count(id)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::traffic::{AnomalyKind, Untested};

    fn anomaly(experiment: &str, group: Option<&str>) -> Anomaly {
        Anomaly {
            kind: AnomalyKind::Inactive,
            layer_id: None,
            experiment_id: Some(experiment.into()),
            group: group.map(Into::into),
            variant: None,
            holder: None,
            count: 1,
            lost: None,
            since: Timestamp::UNIX_EPOCH,
            last: None,
            p_value: None,
        }
    }
    fn split(experiment: &str, group: Option<&str>) -> SplitTraffic {
        SplitTraffic {
            layer_id: None,
            experiment_id: experiment.into(),
            group: group.map(Into::into),
            units: 0,
            arms: Vec::new(),
            conflicting_units: 0,
            gravest: None,
            test: Err(Untested::UnknownExperiment),
            windows: Vec::new(),
        }
    }

    #[test]
    fn a_group_is_concerned_by_what_is_of_it_and_of_all() {
        let anomalies = Anomalies::of(&Traffic {
            splits: Vec::new(),
            anomalies: vec![
                anomaly("a", Some("DE")),
                anomaly("b", None),
                anomaly("a", None),
                anomaly("a", Some("")),
                anomaly("a", Some("DE")),
            ],
            coverage: Vec::new(),
            applies: Vec::new(),
            window: SignedDuration::from_mins(1),
            span: None,
        });
        let of = |experiment, group| anomalies.of_split(&split(experiment, group));
        assert_eq!(of("a", Some("DE")), [0, 2, 4]);
        assert_eq!(of("a", Some("")), [2, 3]);
        assert_eq!(of("a", Some("FR")), [2]);
        assert_eq!(of("a", None), [2]);
        assert_eq!(of("b", Some("DE")), [1]);
        assert_eq!(of("c", None), [0; 0]);
        let count = |experiment: &str| anomalies.count(&experiment.into());
        assert_eq!(["a", "b", "c"].map(count), [4, 1, 0]);
    }
}
