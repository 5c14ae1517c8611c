//! The incident view's state: the last verdict on the log, and how far it is read.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::Axis;
use crate::console::message::RequestId;
use crate::console::model::Trouble;
use crate::console::settings::SrmSettings;
use crate::domain::{ExperimentId, GroupName, LayerId, Revision};
use crate::exposure::Skipped;
use crate::traffic::{Anomaly, SplitTraffic, Traffic};

/// What is known of the exposure log.
#[derive(Clone, Debug, Default)]
pub struct Incident {
    /// The log judged as it was when it could be read last.
    pub judged: Option<Arc<Judged>>,
    /// Why it or the database can't be read now.
    pub troubles: Vec<Trouble>,
    /// In a word, why the log can't be read now.
    pub unread: Option<&'static str>,
    /// The share of the new rows that is read, from 0 to 1, if that takes a while.
    pub progress: Option<f64>,
    /// Whether the user stopped the reading, until a reload resumes it.
    pub is_stopped: bool,
    /// The experiment whose groups are listed.
    pub opened: Option<ExperimentId>,
    /// The reading of the log.
    pub reading: LogReading,
}

/// The reading of the exposure log, which may change all the time.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogReading {
    /// The request that is under way.
    pub request: Option<RequestId>,
    /// The number of the newest request.
    pub last_request: u64,
    /// The log changed since: read it again after that.
    pub is_due: bool,
    /// The database changed since the log was judged by it.
    pub is_database_new: bool,
    /// A locked log will be tried again: one such wait is enough, however much happens.
    pub is_retry_due: bool,
}

/// A log and a database, held against each other.
#[derive(Clone, Debug)]
pub struct Judged {
    /// When the log was read.
    pub at: Timestamp,
    /// How many of its rows were read, counted or not.
    pub rows: u64,
    /// Whether all rows were read that there were; not where the reading was stopped.
    pub is_whole: bool,
    /// When it was last found to be another log than before, and counted again.
    pub replaced_at: Option<Timestamp>,
    /// The rows that can't be counted.
    pub skipped: Option<Skipped>,
    /// How many exposures are of units for which there was no room.
    pub beyond_limit: u64,
    /// The database's revision.
    pub revision: Revision,
    /// The number of the journal's last entry.
    pub journal_id: Option<i64>,
    /// The verdicts.
    pub traffic: Traffic,
    /// Which of its anomalies concern what.
    pub anomalies: Anomalies,
    /// The time that charts show; none without exposures.
    pub axis: Option<Axis>,
}

/// How an answer about the log came out.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The new verdicts; `None` if the previous ones still hold.
    pub judged: Option<Arc<Judged>>,
    /// Why log or database can't be read.
    pub troubles: Vec<Trouble>,
    /// In a word, why the log can't be read: what it is.
    pub unread: Option<&'static str>,
    /// Whether that is because another program holds a lock.
    pub is_busy: bool,
}

/// How a split looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// A sample ratio mismatch.
    Alarm,
    /// Nearly one.
    Warning,
    /// As it should.
    Fine,
    /// Nothing can be said.
    Untested,
}

impl Verdict {
    /// How a corrected p-value looks by the thresholds of the settings.
    #[must_use]
    pub fn of_p(p: f64, thresholds: &SrmSettings) -> Self {
        match p {
            _ if p <= thresholds.alarm_at => Self::Alarm,
            _ if p <= thresholds.warn_at => Self::Warning,
            _ => Self::Fine,
        }
    }

    /// How a split looks: the sequential p-value decides, corrected for the order of the splits. An
    /// anomaly is a warning, and so is a mismatch that is too small to count.
    #[must_use]
    pub fn of_split(split: &SplitTraffic, thresholds: &SrmSettings) -> Self {
        let Ok(tested) = &split.test else {
            return Self::Untested;
        };
        match Self::of_p(tested.corrected_p_value, thresholds) {
            Self::Alarm if !tested.is_mismatch => Self::Warning,
            // The counts fit, and something else needs a look.
            Self::Fine if split.gravest.is_some() => Self::Warning,
            verdict => verdict,
        }
    }

    /// The word for it, which people and scripts look for.
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

/// Which anomalies concern which experiment and group: there may be thousands of both, and each key
/// and each frame asks.
#[derive(Clone, Debug)]
pub struct Anomalies {
    of_experiments: HashMap<ExperimentId, HashMap<Option<GroupName>, Vec<usize>>>,
    /// Those that the units of a layer show.
    of_layers: HashMap<LayerId, Vec<usize>>,
}

impl Anomalies {
    /// Those of this verdict.
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
        // In the order of the verdict: the gravest first.
        places.sort_unstable();
        places
    }

    fn count(&self, id: &ExperimentId) -> usize {
        let its = self.of_experiments.get(id);
        its.map_or(0, |its| its.values().map(Vec::len).sum())
    }
}

impl Judged {
    /// What isn't as it should be with this experiment, the gravest first; of a group, what concerns
    /// that group or all of them.
    pub fn anomalies(&self, split: &SplitTraffic) -> impl Iterator<Item = &Anomaly> {
        let places = self.anomalies.of_split(split).into_iter();
        places.map(|place| &self.traffic.anomalies[place])
    }

    /// What the units of this layer show, the gravest first.
    pub fn coverage_anomalies(&self, layer_id: &LayerId) -> impl Iterator<Item = &Anomaly> {
        let places = self.anomalies.of_layers.get(layer_id).into_iter().flatten();
        places.map(|place| &self.traffic.anomalies[*place])
    }

    /// How much isn't as it should be with this experiment, in all of its groups.
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
