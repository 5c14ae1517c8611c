//! What the evidence of a log says about a ramp-up or a winner, in one sentence without an end.

use jiff::Timestamp;

use super::Role;
use crate::diagnostic::quoted;
use crate::numbers::{counted, probability};
use crate::review::{Doubt, EvidenceVerdict, WeighedEvidence};
use crate::short_duration::short_duration;

/// Says whether an experiment's split holds, and what that rests on; `time` shows a time.
pub(crate) fn evidence_words(
    weighed: &WeighedEvidence,
    time: impl Fn(Timestamp) -> String,
) -> (Role, String) {
    let evidence = &weighed.evidence;
    let max_age = short_duration(weighed.max_age);
    let codes: Vec<&str> = evidence.anomalies.iter().map(|kind| kind.code()).collect();
    let codes = codes.join(", ");
    let (role, judgment) = match weighed.doubt() {
        Some(Doubt::Mismatch) => (
            Role::Error,
            "mismatch: its units don't split as they should".to_owned(),
        ),
        Some(Doubt::Lost) => (Role::Error, format!("exposures are lost: {codes}")),
        Some(Doubt::Unread) => {
            let text = format!(
                "{}: no evidence yet: the log is still being read",
                quoted(evidence.experiment_id.as_str())
            );
            return (Role::Warning, text);
        }
        Some(Doubt::Untested) => (
            Role::Warning,
            "no evidence: the log has no tested split of it".to_owned(),
        ),
        Some(Doubt::StandsStill) => (
            Role::Warning,
            format!("no evidence: the log stands still, without a row for more than {max_age}"),
        ),
        Some(Doubt::Old) => (
            Role::Warning,
            format!(
                "no evidence: it was judged at {}, more than {} ago",
                time(evidence.at),
                max_age
            ),
        ),
        Some(Doubt::Ahead) => (
            Role::Warning,
            format!(
                "no evidence: it was judged at {}, which is in the future",
                time(evidence.at)
            ),
        ),
        None if !codes.is_empty() => (Role::Warning, format!("its split holds, but: {codes}")),
        None if evidence.verdict == EvidenceVerdict::Warning => (
            Role::Warning,
            "its split deviates, but not certainly by more than the least deviation".to_owned(),
        ),
        None => (Role::Success, "its split holds".to_owned()),
    };
    let mut basis = Vec::new();
    if let Some(p_value) = evidence.corrected_p_value {
        basis.push(format!("corrected p {}", probability(p_value)));
        basis.push(counted(evidence.units, "unit", "units"));
    }
    basis.push(match evidence.last_row {
        Some(last) => format!("last row {}", time(last)),
        None => "no rows".to_owned(),
    });
    let experiment = quoted(evidence.experiment_id.as_str());
    (
        role,
        format!("{experiment}: {judgment} ({})", basis.join(", ")),
    )
}
