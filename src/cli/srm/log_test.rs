//! Tests a log against the state of the database over time; `--fail-on` gives further reasons for exit code
//! 1, which the report shows in any case.

use std::io::Write;
use std::str::FromStr;

use jiff::Timestamp;

use super::log_report::LogReport;
use crate::cli::context::{Exit, VerbContext};
use crate::cli::error::CliError;
use crate::cli::log_counts::{count_log, count_values};
use crate::cli::options::ReportFormat;
use crate::cli::show::traffic;
use crate::domain::{Experiment, ExperimentId, Status};
use crate::exposure::{ExposureReader, LogLocation};
use crate::near::alike;
use crate::store::{self, DatabaseLocation};
use crate::timeline::Timeline;
use crate::traffic::{AnomalyKind, Breakdown, JudgeOptions, Traffic, judge};

/// The database and the log of a log's test, and its options.
pub(super) struct LogTest<'a> {
    pub(super) db: &'a DatabaseLocation,
    pub(super) log: &'a LogLocation,
    pub(super) experiment: Option<&'a ExperimentId>,
    pub(super) since: Option<Timestamp>,
    /// The columns by whose values splits are broken down.
    pub(super) by: &'a [String],
    pub(super) alpha: f64,
    /// From 0 to 1.
    pub(super) least_deviation: f64,
    pub(super) fail_on: &'a [LogFailOn],
    pub(super) format: ReportFormat,
}

pub(super) fn run(asked: &LogTest, context: &mut VerbContext) -> Result<Exit, CliError> {
    let store = store::open(asked.db.clone());
    // A missing database is reported at once, not after a long log is read.
    store.snapshot()?;
    let counts = count_log(asked.log, asked.since, context)?;
    // After the log, so that the journal has every apply that a logged row can follow.
    let (snapshot, entries) = store.snapshot_with_journal()?;
    let timeline = Timeline::new(&snapshot.state, &entries);
    if let Some(id) = asked.experiment {
        refuse_unknown(id, &*counts, &timeline)?;
    }
    let mut options = JudgeOptions::new(asked.alpha, (context.clock)());
    options.only = asked.experiment;
    options.least_deviation = asked.least_deviation;
    let verdict = judge(counts.summary(), &timeline, &options);
    let by = match asked.by {
        [] => Vec::new(),
        columns => {
            let dimensions = count_values(asked.log, columns, asked.since, context)?;
            let splits = verdict.splits.iter();
            splits
                .map(|split| Breakdown::new(split, &dimensions, asked.alpha))
                .collect()
        }
    };
    match asked.format {
        ReportFormat::Json => {
            context.write_json(&LogReport::new(&verdict, &by, &*counts))?;
        }
        ReportFormat::Human => {
            let text = traffic(&verdict, &by, &*counts, asked.alpha, context.out.style);
            write!(context.out, "{text}")?;
        }
    }
    if verdict.has_mismatch() || has_nothing_tested(&verdict, &*counts, &timeline) {
        return Ok(Exit::Findings);
    }
    let failing = asked.fail_on.iter();
    let failing: Vec<&str> = failing
        .filter(|reason| reason.applies(&verdict, &*counts))
        .map(|reason| reason.name())
        .collect();
    if failing.is_empty() {
        Ok(Exit::Fine)
    } else {
        Err(CliError::LogFailOn(failing.join(", ")))
    }
}

/// Returns whether nothing could be tested although there was something to test: every row was
/// skipped, or an experiment is active and no split was tested.
fn has_nothing_tested(verdict: &Traffic, counts: &dyn ExposureReader, timeline: &Timeline) -> bool {
    if verdict.splits.iter().any(|split| split.test.is_ok()) {
        return false;
    }
    let is_skipped = counts.rows() > 0 && counts.summary().skips().rows() == counts.rows();
    let layers = timeline.eras().last().into_iter();
    let mut layers = layers.flat_map(|era| era.layers.values());
    let is_active = |experiment: &Experiment| experiment.status == Status::Active;
    is_skipped || layers.any(|layer| layer.experiments.iter().any(is_active))
}

/// Refuses an experiment that neither the database nor the log has.
fn refuse_unknown(
    id: &ExperimentId,
    counts: &dyn ExposureReader,
    timeline: &Timeline,
) -> Result<(), CliError> {
    let logged = counts
        .summary()
        .arms()
        .into_iter()
        .map(|arm| arm.experiment_id);
    let layers = timeline
        .eras()
        .last()
        .into_iter()
        .flat_map(|era| era.layers.values());
    let stored = layers.flat_map(|layer| &layer.experiments);
    let stored = stored.map(|experiment| experiment.experiment_id.clone());
    let known: Vec<ExperimentId> = logged.chain(stored).collect();
    if known.contains(id) {
        return Ok(());
    }
    let near = alike(id.as_str(), known.iter());
    Err(CliError::UnknownExperiment {
        id: id.clone(),
        near: near.into_iter().cloned().collect(),
    })
}

/// A reason besides a mismatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogFailOn {
    /// A split wasn't tested, or none was.
    Untested,
    /// A row couldn't be counted.
    Skipped,
    /// Exposures are lost: `lost-exposures`, `uneven-coverage` or `no-exposures`.
    Lost,
    /// Any anomaly.
    Anomalies,
}

impl FromStr for LogFailOn {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::Untested, Self::Skipped, Self::Lost, Self::Anomalies];
        let mut all = all.into_iter();
        all.find(|condition| condition.name() == text.trim())
            .ok_or("the conditions are untested, skipped, lost and anomalies")
    }
}

impl LogFailOn {
    /// Returns its name on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Untested => "untested",
            Self::Skipped => "skipped",
            Self::Lost => "lost",
            Self::Anomalies => "anomalies",
        }
    }

    /// Returns whether the log has this defect.
    pub(super) fn applies(self, traffic: &Traffic, counts: &dyn ExposureReader) -> bool {
        let mut kinds = traffic.anomalies.iter().map(|anomaly| anomaly.kind);
        match self {
            Self::Untested => {
                traffic.splits.is_empty() || traffic.splits.iter().any(|split| split.test.is_err())
            }
            Self::Skipped => counts.summary().skips().rows() > 0,
            Self::Lost => kinds.any(AnomalyKind::is_loss),
            Self::Anomalies => kinds.next().is_some(),
        }
    }
}
