//! The conditions of `--fail-on`, which refuse a plan although it could be applied.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::inputs::LoadedProposal;
use super::show::counted;
use crate::diagnostic::quoted;
use crate::domain::{FRACTION_TOLERANCE, Fraction, LayerId};
use crate::plan::{Impact, NoteCode, name_layers};
use crate::report::percent;
use crate::review::{Doubt, Review, WeighedEvidence};

/// At most this many of the affected layers or experiments are named.
const MAX_NAMED: usize = 3;

/// A condition that refuses a plan.
#[derive(Clone, Copy, Debug)]
pub(super) enum FailOn {
    /// A unit changes to another experiment.
    Switching,
    /// A unit with a variant loses it.
    Leaving,
    /// More than this share of a layer's units get a variant without having had one.
    Joining(Fraction),
    /// A chosen layer has a warning.
    Warnings,
    /// Another program changed a chosen layer, and no apply has set it since.
    Drift,
    /// The evidence for a ramp-up or a winner has this defect.
    Evidence(EvidenceDefect),
}

/// What can be wrong with the evidence for a ramp-up or a winner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EvidenceDefect {
    /// The split is a mismatch.
    Mismatch,
    /// Exposures are lost: `lost-exposures`, `uneven-coverage` or `no-exposures`.
    Lost,
    /// Any anomaly.
    Anomalies,
    /// The log has no tested split, or it or the evidence is too old.
    NoEvidence,
}

impl EvidenceDefect {
    const ALL: [Self; 4] = [
        Self::Mismatch,
        Self::Lost,
        Self::Anomalies,
        Self::NoEvidence,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Lost => "lost",
            Self::Anomalies => "anomalies",
            Self::NoEvidence => "no-evidence",
        }
    }

    fn applies(self, weighed: &WeighedEvidence) -> bool {
        match self {
            Self::Mismatch => weighed.doubts.contains(&Doubt::Mismatch),
            Self::Lost => weighed.doubts.contains(&Doubt::Lost),
            Self::Anomalies => !weighed.evidence.anomalies.is_empty(),
            Self::NoEvidence => weighed.doubts.iter().any(|doubt| doubt.is_lack()),
        }
    }

    /// Names the experiments that have it.
    fn breach(self, evidence: &[WeighedEvidence]) -> Option<String> {
        let having = evidence.iter().filter(|weighed| self.applies(weighed));
        let ids: Vec<String> = having
            .map(|weighed| quoted(weighed.evidence.experiment_id.as_str()))
            .collect();
        let list = named(ids.into_iter(), ("other experiment", "other experiments"));
        (!list.is_empty()).then(|| match self {
            Self::Mismatch => format!("the units of {list} don't split as they should"),
            Self::Lost => format!("exposures of {list} are lost"),
            Self::Anomalies => format!("the log has anomalies of {list}"),
            Self::NoEvidence => format!("there is no evidence for {list}"),
        })
    }
}

impl FailOn {
    /// Returns whether it is about evidence, which only a log has.
    pub(super) fn needs_log(self) -> bool {
        matches!(self, Self::Evidence(_))
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text.split_once('=') {
            None => match text {
                "switching" => Ok(Self::Switching),
                "leaving" => Ok(Self::Leaving),
                "joining" => Ok(Self::Joining(Fraction::ZERO)),
                "warnings" => Ok(Self::Warnings),
                "drift" => Ok(Self::Drift),
                _ => {
                    let mut defects = EvidenceDefect::ALL.into_iter();
                    let defect = defects.find(|defect| defect.as_str() == text);
                    defect.map(Self::Evidence).ok_or(CONDITIONS.to_owned())
                }
            },
            Some(("joining", share)) => match share.parse() {
                Ok(share) => Ok(Self::Joining(share)),
                Err(error) => Err(format!("{share:?}: {error}")),
            },
            Some((name, _)) => Err(match name.parse::<Self>() {
                Ok(_) => format!("`{name}` takes no share; only `joining` does"),
                Err(conditions) => conditions,
            }),
        }
    }
}

/// The choices.
const CONDITIONS: &str = "the conditions are switching, leaving, joining, joining=SHARE, warnings and drift; with \
     --log also mismatch, lost, anomalies and no-evidence";

/// Returns the conditions that the plan violates in the chosen layers.
pub(super) fn breaches(refused: &[FailOn], proposal: &LoadedProposal) -> Option<String> {
    let LoadedProposal {
        review, evidence, ..
    } = proposal;
    let is_refused = |reason: fn(&FailOn) -> bool| refused.iter().any(reason);
    // The smallest of several shares is the strictest.
    let joining = refused.iter().filter_map(|reason| match reason {
        FailOn::Joining(most) => Some(most.value()),
        _ => None,
    });
    let breaches = [
        is_refused(|reason| matches!(reason, FailOn::Switching))
            .then(|| moving(review, "units switch", 0.0, |it| it.units_switching)),
        is_refused(|reason| matches!(reason, FailOn::Leaving))
            .then(|| moving(review, "units leave", 0.0, |it| it.units_leaving)),
        joining
            .reduce(f64::min)
            .map(|most| joining_more(review, most)),
        is_refused(|reason| matches!(reason, FailOn::Warnings)).then(|| warnings(review)),
        is_refused(|reason| matches!(reason, FailOn::Drift)).then(|| drift(proposal)),
    ];
    let defects = EvidenceDefect::ALL.into_iter();
    let defects = defects.filter(|defect| is_among(refused, *defect));
    let defects = defects.map(|defect| defect.breach(evidence));
    let breaches = breaches.into_iter().flatten().chain(defects);
    let breaches: Vec<String> = breaches.flatten().collect();
    (!breaches.is_empty()).then(|| breaches.join("; "))
}

fn is_among(refused: &[FailOn], defect: EvidenceDefect) -> bool {
    let mut refused = refused.iter();
    refused.any(|condition| matches!(condition, FailOn::Evidence(it) if *it == defect))
}

fn joining_more(review: &Review, most: f64) -> Option<String> {
    let what = if most > 0.0 {
        format!("more than {} of the units join", percent(most))
    } else {
        "units join".to_owned()
    };
    moving(review, &what, most, |impact| impact.units_joining)
}

fn warnings(review: &Review) -> Option<String> {
    let findings = review.findings.iter();
    let here = findings.filter(|finding| review.is_concerned_by(finding));
    let warnings = here
        .filter(|finding| !finding.diagnostic.is_error())
        .count();
    (warnings > 0).then(|| counted(warnings, "warning", "warnings"))
}

fn drift(proposal: &LoadedProposal) -> Option<String> {
    let notes = proposal.review.notes.iter().chain(&proposal.drift);
    let drifted = notes.filter(|note| note.code == NoteCode::ChangedOutside);
    let layers: BTreeSet<&LayerId> = drifted.map(|note| &note.layer_id).collect();
    let layers: Vec<LayerId> = layers.into_iter().cloned().collect();
    (!layers.is_empty()).then(|| format!("another program changed {}", name_layers(&layers)))
}

/// Describes the layers in which more than `most` of the units do `what`, with their shares. Only
/// chosen layers have an impact.
fn moving(review: &Review, what: &str, most: f64, share: fn(&Impact) -> f64) -> Option<String> {
    let layers = review.impact.iter();
    let layers: Vec<&Impact> = layers
        .filter(|impact| share(impact) > most + FRACTION_TOLERANCE)
        .collect();
    if layers.is_empty() {
        return None;
    }
    let list = named(
        layers.iter().map(|impact| {
            let share = percent(share(impact));
            format!("`{}` ({share})", impact.layer_id)
        }),
        OTHER_LAYERS,
    );
    Some(format!("{what} in {list}"))
}

const OTHER_LAYERS: (&str, &str) = ("other layer", "other layers");

/// Joins names; of many, the first ones and the number of the others.
fn named(names: impl ExactSizeIterator<Item = String>, others: (&str, &str)) -> String {
    let unnamed = names.len().saturating_sub(MAX_NAMED);
    let mut list: Vec<String> = names.take(MAX_NAMED).collect();
    if unnamed > 0 {
        list.push(counted(unnamed, others.0, others.1));
    }
    list.join(", ")
}
