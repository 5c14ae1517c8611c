//! `--fail-on` for a log: further reasons for exit code 1. The report shows them in any case.

use std::str::FromStr;

use crate::exposure::ExposureCounter;
use crate::traffic::{AnomalyKind, Traffic};

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
    /// Its name on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Untested => "untested",
            Self::Skipped => "skipped",
            Self::Lost => "lost",
            Self::Anomalies => "anomalies",
        }
    }

    /// Whether the log has this defect.
    pub(super) fn applies(self, traffic: &Traffic, counts: &ExposureCounter) -> bool {
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
