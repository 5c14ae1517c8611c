//! How a renewed plan compares with the one that was reviewed.

use super::percent;
use crate::domain::FRACTION_TOLERANCE;
use crate::plan::Change;
use crate::review::{
    EvidenceDifference, EvidenceVerdict, ImpactDifference, Renewal, RenewalVerdict,
};

/// The maximum number of lines for changes of a kind, or for layers.
const MAX_LINES: usize = 10;

/// Says how they compare: `renews plan 1a2b3c4d5e6f: does less than was reviewed`.
pub(crate) fn renewal_verdict(renewal: &Renewal) -> String {
    let verdict = match renewal.verdict {
        RenewalVerdict::Same => "does exactly what was reviewed",
        RenewalVerdict::Less => "does less than was reviewed, and nothing else",
        RenewalVerdict::More => "isn't covered by what was reviewed",
    };
    let plan = renewal.difference.plan_id.short();
    format!("renews plan {plan}: {verdict}")
}

/// Returns a line for each difference; only the first of many. `name` shows an id.
pub(crate) fn renewal_differences(renewal: &Renewal, name: impl Fn(&str) -> String) -> Vec<String> {
    let difference = &renewal.difference;
    let changes = |title: &'static str, changes: &[Change]| -> Vec<String> {
        let lines = changes.iter().map(|change| {
            let layer = name(change.layer_id.as_str());
            let id = change.experiment_id.as_ref();
            let id = id.map_or(String::new(), |id| format!(" {}", name(id.as_str())));
            format!("{title}: {layer}: {}{id}", change.action.verb())
        });
        lines.collect()
    };
    let impact = difference
        .impact
        .iter()
        .map(|it| impact_difference(it, &name));
    let evidence = difference
        .evidence
        .iter()
        .map(|it| evidence_difference(it, &name));
    [
        changes("not reviewed", &difference.not_reviewed),
        changes("not needed anymore", &difference.not_needed),
        impact.collect(),
        evidence.collect(),
    ]
    .into_iter()
    .flat_map(limited)
    .collect()
}

/// Counts the lines that are left out.
fn limited(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(MAX_LINES);
    if more > 0 {
        lines.truncate(MAX_LINES);
        lines.push(format!("… and {more} more"));
    }
    lines
}

fn impact_difference(impact: &ImpactDifference, name: impl Fn(&str) -> String) -> String {
    let moves = [
        ("join", impact.units_joining),
        ("leave", impact.units_leaving),
        ("switch", impact.units_switching),
    ];
    let moves = moves
        .iter()
        .filter(|(_, share)| share.abs() > FRACTION_TOLERANCE);
    let moves: Vec<String> = moves
        .map(|(verb, share)| {
            let how = if *share > 0.0 { "more" } else { "fewer" };
            format!("{} {how} {verb}", percent(share.abs()))
        })
        .collect();
    let layer = name(impact.layer_id.as_str());
    format!("{layer}: {} than was reviewed", moves.join(", "))
}

fn evidence_difference(evidence: &EvidenceDifference, name: impl Fn(&str) -> String) -> String {
    let layer = name(evidence.layer_id.as_str());
    let id = name(evidence.experiment_id.as_str());
    let reviewed = evidence.reviewed.map_or("none", EvidenceVerdict::as_str);
    let verdict = evidence.verdict.as_str();
    let mut text = format!("{layer}: evidence for {id}: {reviewed} → {verdict}");
    for kind in &evidence.new_anomalies {
        text.push_str(&format!(", {}", kind.code()));
    }
    text
}
