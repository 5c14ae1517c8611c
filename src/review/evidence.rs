//! The evidence of an exposure log for the changes that shouldn't be made on a broken split: more traffic
//! for an experiment, and a winner for everybody.
//!
//! Evidence is judged once, and sealed into the plan. Whether it still counts is weighed against the time
//! at which somebody wants to apply.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::{ExperimentId, LayerId};
use crate::plan::{Action, Change};
use crate::traffic::{Anomaly, AnomalyKind, Traffic};

/// What an exposure log says about an experiment that a plan ramps up, or completes with a winner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The experiment.
    pub experiment_id: ExperimentId,
    /// Its layer.
    pub layer_id: LayerId,
    /// The worst verdict on its splits, as of `at`.
    pub verdict: EvidenceVerdict,
    /// The least corrected p-value of its splits; `None` if none was tested.
    pub corrected_p_value: Option<f64>,
    /// The units of its tested splits.
    pub units: u64,
    /// What else is wrong with its exposures, or with its layer as a whole; each kind once, the most
    /// serious first.
    #[serde(
        serialize_with = "serialize_kinds",
        deserialize_with = "deserialize_kinds"
    )]
    pub anomalies: Vec<AnomalyKind>,
    /// The time of the log's last row, of any experiment; rows with future timestamps don't count.
    pub last_row: Option<Timestamp>,
    /// When it was judged.
    pub at: Timestamp,
}

/// The verdict on an experiment's splits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceVerdict {
    /// A split is a mismatch. Later rows never withdraw that, and neither does time.
    Mismatch,
    /// No split is a mismatch, but there is an anomaly, or a deviation below the least one.
    Warning,
    /// The tested splits are as expected.
    Ok,
    /// No split was tested, or the log stood still.
    NoEvidence,
}

impl EvidenceVerdict {
    /// Returns the word in reports; it never changes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Warning => "warning",
            Self::Ok => "ok",
            Self::NoEvidence => "no-evidence",
        }
    }

    /// Returns a number that is larger, the more the verdict says against the split.
    pub(super) fn gravity(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::NoEvidence => 2,
            Self::Mismatch => 3,
        }
    }
}

/// A judged log, and what it takes to make evidence of it.
#[derive(Clone, Copy, Debug)]
pub struct JudgedLog<'a> {
    /// The verdicts.
    pub traffic: &'a Traffic,
    /// The experiments that can't have had a unit yet:
    /// [`Timeline::never_active`](crate::timeline::Timeline::never_active).
    pub never_active: &'a BTreeSet<ExperimentId>,
    /// When it was judged.
    pub at: Timestamp,
    /// How old the log's last row may be, and later the evidence.
    pub max_age: SignedDuration,
}

/// Returns the experiments for which these changes need evidence, in order: those that exist and are
/// ramped up, or completed with a winner.
#[must_use]
pub fn needing_evidence(changes: &[Change]) -> Vec<(&LayerId, &ExperimentId)> {
    let mut found = Vec::new();
    for change in changes {
        let needs = match &change.action {
            Action::RampUp { .. } => true,
            Action::Complete { winner, .. } => winner.is_some(),
            _ => false,
        };
        let experiment = change.experiment_id.as_ref().filter(|_| needs);
        let subject = experiment.map(|id| (&change.layer_id, id));
        found.extend(subject.filter(|subject| !found.contains(subject)));
    }
    found
}

impl JudgedLog<'_> {
    /// Returns the evidence for these changes. An experiment that never had a unit needs none.
    #[must_use]
    pub fn evidence(&self, changes: &[Change]) -> Vec<Evidence> {
        let needing = needing_evidence(changes).into_iter();
        needing
            .filter(|(_, id)| !self.never_active.contains(*id))
            .map(|(layer_id, id)| self.evidence_of(layer_id, id))
            .collect()
    }

    fn evidence_of(&self, layer_id: &LayerId, id: &ExperimentId) -> Evidence {
        let splits = self.traffic.splits.iter();
        let splits = splits.filter(|split| split.experiment_id == *id);
        let tested: Vec<_> = splits
            .filter_map(|split| Some((split.units, split.test.as_ref().ok()?)))
            .collect();
        let concerns = |anomaly: &&Anomaly| match &anomaly.experiment_id {
            Some(about) => about == id,
            None => anomaly.layer_id.as_ref() == Some(layer_id),
        };
        let anomalies = self.traffic.anomalies.iter().filter(concerns);
        let anomalies: BTreeSet<AnomalyKind> = anomalies.map(|anomaly| anomaly.kind).collect();
        let last_row = self.last_row();
        let stands_still = last_row.is_none_or(|last| is_past(last, self.at, self.max_age));
        let verdict = if tested.iter().any(|(_, tested)| tested.is_mismatch) {
            EvidenceVerdict::Mismatch
        } else if tested.is_empty() || stands_still {
            EvidenceVerdict::NoEvidence
        } else if !anomalies.is_empty() || tested.iter().any(|(_, tested)| tested.is_slight) {
            EvidenceVerdict::Warning
        } else {
            EvidenceVerdict::Ok
        };
        let p_values = tested.iter().map(|(_, tested)| tested.corrected_p_value);
        Evidence {
            experiment_id: id.clone(),
            layer_id: layer_id.clone(),
            verdict,
            corrected_p_value: p_values.reduce(f64::min),
            units: tested.iter().map(|(units, _)| units).sum(),
            anomalies: anomalies.into_iter().collect(),
            last_row,
            at: to_microsecond(self.at),
        }
    }

    /// Returns the time of the last row, of any experiment. Where there are rows with future timestamps,
    /// it is the start of the last window before now: a clock that is ahead mustn't keep a log alive.
    fn last_row(&self) -> Option<Timestamp> {
        let (_, last) = self.traffic.span?;
        if last <= self.at {
            return Some(last);
        }
        let windows = self.traffic.splits.iter().flat_map(|split| &split.windows);
        let starts = windows.map(|window| window.start);
        starts.filter(|start| *start <= self.at).max()
    }
}

/// Why an experiment's split doesn't hold, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// Its units don't split as they should.
    Mismatch,
    /// Exposures are lost, so nobody knows how its units split.
    Lost,
    /// The log isn't read yet.
    Unread,
    /// The log has no tested split of it.
    Untested,
    /// The log's last row is too old.
    StandsStill,
    /// The evidence was judged too long ago.
    Old,
    /// The evidence was judged in the future, so nobody knows its age.
    Ahead,
}

impl Doubt {
    /// Returns whether there is no evidence, rather than evidence against the split.
    #[must_use]
    pub fn is_lack(self) -> bool {
        matches!(
            self,
            Self::Unread | Self::Untested | Self::StandsStill | Self::Old | Self::Ahead
        )
    }
}

/// How far the clocks of two machines may be apart: one judges, the other applies.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(1);

/// Evidence with what speaks against relying on it now.
#[derive(Clone, Debug, PartialEq)]
pub struct WeighedEvidence {
    /// The evidence.
    pub evidence: Evidence,
    /// How old it may be, and the log's last row.
    pub max_age: SignedDuration,
    /// The gravest first; none if the split holds.
    pub doubts: Vec<Doubt>,
}

impl WeighedEvidence {
    /// Weighs evidence at this time.
    #[must_use]
    pub fn new(evidence: &Evidence, now: Timestamp, max_age: SignedDuration) -> Self {
        let is_loss = evidence.anomalies.iter().any(|kind| kind.is_loss());
        let is_old = is_past(evidence.at, now, max_age);
        let is_ahead = is_past(now, evidence.at, CLOCK_SKEW);
        let last_row = evidence.last_row;
        // What was sealed as no evidence, although splits were tested, is of a log that stood still when
        // it was judged.
        let was_still = evidence.verdict == EvidenceVerdict::NoEvidence;
        let is_tested = evidence.corrected_p_value.is_some();
        let stands_still = last_row.is_none_or(|last| is_past(last, now, max_age)) || was_still;
        let doubts = [
            (
                evidence.verdict == EvidenceVerdict::Mismatch,
                Doubt::Mismatch,
            ),
            (is_loss, Doubt::Lost),
            (!is_tested, Doubt::Untested),
            // The last row can't be younger than the evidence, so an old one explains it.
            (is_tested && stands_still && !is_old, Doubt::StandsStill),
            (is_old, Doubt::Old),
            (is_ahead, Doubt::Ahead),
        ];
        let doubts = doubts.into_iter().filter(|(is_so, _)| *is_so);
        Self {
            evidence: evidence.clone(),
            max_age,
            doubts: doubts.map(|(_, doubt)| doubt).collect(),
        }
    }

    /// Says of what was weighed that its log isn't read yet, and nothing else.
    #[must_use]
    pub fn of_unread_log(self) -> Self {
        Self {
            doubts: vec![Doubt::Unread],
            ..self
        }
    }

    /// Returns whether this is certain: only of a log that isn't read yet nobody knows.
    #[must_use]
    pub fn is_read(&self) -> bool {
        !self.doubts.contains(&Doubt::Unread)
    }

    /// Returns the gravest doubt; `None` if the split holds.
    #[must_use]
    pub fn doubt(&self) -> Option<Doubt> {
        self.doubts.first().copied()
    }

    /// Returns the verdict as of now.
    #[must_use]
    pub fn verdict(&self) -> EvidenceVerdict {
        let is_mismatch = self.evidence.verdict == EvidenceVerdict::Mismatch;
        if !is_mismatch && self.doubts.iter().any(|doubt| doubt.is_lack()) {
            EvidenceVerdict::NoEvidence
        } else {
            self.evidence.verdict
        }
    }
}

/// Returns the time as all reports have it.
fn to_microsecond(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// Returns whether this was longer ago than that.
fn is_past(at: Timestamp, now: Timestamp, max_age: SignedDuration) -> bool {
    now.duration_since(at) > max_age
}

pub(super) fn serialize_kinds<S: Serializer>(
    kinds: &[AnomalyKind],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(kinds.iter().map(|kind| kind.code()))
}

pub(super) fn deserialize_kinds<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<AnomalyKind>, D::Error> {
    let codes = Vec::<String>::deserialize(deserializer)?;
    let kinds = codes.iter().map(|code| {
        let mut all = AnomalyKind::ALL.into_iter();
        all.find(|kind| kind.code() == code)
            .ok_or_else(|| D::Error::custom(format!("there is no anomaly `{code}`")))
    });
    kinds.collect()
}
