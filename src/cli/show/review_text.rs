//! Findings, changes, impact and diff of a plan.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;

use crate::cli::context::OutputStream;
use crate::cli::inputs::LoadedProposal;
use crate::config::Finding;
use crate::diagnostic::{Diagnostic, visible};
use crate::domain::{LayerId, LayerState};
use crate::plan::{Note, NoteCode, Scope, Sign};
use crate::report::{Role, aged_message, evidence_words, renewal_differences, renewal_verdict};
use crate::review::{Renewal, RenewalVerdict, Review, WeighedEvidence};

use super::{TextStyle, changes, count_of_findings, counted, cut, diff, findings, utc};
use crate::store::DatabaseLocation;

/// Shown if there is no database, perhaps because of a mistyped path.
pub(super) const NEW_DATABASE: &str =
    "The database doesn't exist yet: this is a plan for a new one.";

/// Writes the plan for people, with its last line.
pub(in crate::cli) fn show_plan(
    proposal: &LoadedProposal,
    screen: &mut OutputStream,
) -> io::Result<()> {
    if proposal.is_new {
        writeln!(screen, "{NEW_DATABASE}\n")?;
    }
    let text = review(proposal, screen.style);
    let last = plan_line(&proposal.review, screen.style);
    write!(screen, "{text}{last}")?;
    screen.flush()
}

/// Returns the review without its last line: findings, changes, evidence and diff.
fn review(proposal: &LoadedProposal, style: TextStyle) -> String {
    let LoadedProposal {
        review, sources, ..
    } = proposal;
    let after = proposal.known_after();
    let (here, elsewhere) = apart(review);
    // The plan undoes some of it, so it comes first.
    let drift = review.notes.iter().filter(|note| is_drift(note));
    let mut text: String = drift
        .map(|drift| note(drift, proposal.now, style))
        .collect();
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&findings(
        here.iter().map(|f| &f.diagnostic),
        sources,
        style,
    ));
    if let Some(line) = elsewhere_line(review, &elsewhere) {
        text.push_str(&style.paint(Role::Warning, &line));
        text.push_str("\n\n");
    }
    for layer_id in layers(review) {
        let after = after.and_then(|state| state.layer(layer_id));
        text.push_str(&layer(proposal, layer_id, after, style));
        text.push('\n');
    }
    let unified = review.diff_text();
    if !unified.is_empty() {
        text.push_str(&diff(&unified, style));
        text.push('\n');
    }
    if let Some(renewal) = &review.renewal {
        text.push_str(&renewed(renewal, style));
        text.push('\n');
    }
    text
}

/// Returns how the plan compares with the one that it renews.
fn renewed(renewal: &Renewal, style: TextStyle) -> String {
    let role = match renewal.verdict {
        RenewalVerdict::Same | RenewalVerdict::Less => Role::Success,
        RenewalVerdict::More => Role::Warning,
    };
    let head = format!("renewal: {}", renewal.verdict.as_str());
    let mut text = format!(
        "{}, {}\n",
        style.paint(role, &head),
        renewal_verdict(renewal)
    );
    let name = |id: &str| format!("`{}`", visible(id));
    for line in renewal_differences(renewal, name) {
        text.push_str(&format!("  {line}\n"));
    }
    text
}

fn is_drift(note: &Note) -> bool {
    note.code == NoteCode::ChangedOutside
}

/// Splits the findings into those about chosen layers and the others.
pub(super) fn apart(review: &Review) -> (Vec<&Finding>, Vec<&Finding>) {
    let findings = review.findings.iter();
    findings.partition(|finding| review.is_concerned_by(finding))
}

/// Says how many findings there are about something else than what was chosen.
pub(super) fn elsewhere_line(review: &Review, elsewhere: &[&Finding]) -> Option<String> {
    let count = count_of_findings(elsewhere.iter().map(|finding| &finding.diagnostic))?;
    let chosen = match review.scope {
        Scope::Only(_) => "what was chosen",
        Scope::All | Scope::Layers(_) => "the chosen layers",
    };
    Some(format!(
        "{count} outside of {chosen}: `avos validate` shows them"
    ))
}

/// Returns the layers with something to report.
fn layers(review: &Review) -> BTreeSet<&LayerId> {
    let changed = review.changes.iter().map(|change| &change.layer_id);
    let noted = review.notes.iter().filter(|note| !is_drift(note));
    changed.chain(noted.map(|note| &note.layer_id)).collect()
}

fn layer(
    proposal: &LoadedProposal,
    layer_id: &LayerId,
    after: Option<&LayerState>,
    style: TextStyle,
) -> String {
    let review = &proposal.review;
    let id = cut(&visible(layer_id.as_str()), style.room(style.width));
    let mut text = style.paint(Role::Strong, &id) + "\n";
    let concerned = review.changes.iter();
    let mut concerned = concerned
        .filter(|change| change.layer_id == *layer_id)
        .peekable();
    let is_changed = concerned.peek().is_some();
    text.push_str(&changes(concerned, after, style));
    let notes = review.notes.iter();
    for said in notes.filter(|note| note.layer_id == *layer_id && !is_drift(note)) {
        text.push_str(&format!("  {}", note(said, proposal.now, style)));
    }
    let evidence = proposal.evidence.iter();
    for weighed in evidence.filter(|it| it.evidence.layer_id == *layer_id) {
        text.push_str(&format!("  {}", evidence_line(weighed, style)));
    }
    let impact = review.impact.iter();
    if let Some(impact) = impact
        .filter(|_| is_changed)
        .find(|impact| impact.layer_id == *layer_id)
    {
        text.push_str(&super::impact_text::impact(impact, style));
    }
    text
}

/// Returns a note on a line of its own, with ages as of `now`.
pub(in crate::cli) fn note(note: &Note, now: Timestamp, style: TextStyle) -> String {
    let head = format!("note[{}]", note.code.as_str());
    format!(
        "{} {}: {}\n",
        Sign::Stays.as_str(),
        style.paint(Role::Accent, &head),
        visible(&aged_message(note, now))
    )
}

/// Returns what the log says about a ramp-up or a winner, on a line of its own.
pub(in crate::cli) fn evidence_line(weighed: &WeighedEvidence, style: TextStyle) -> String {
    let (role, words) = evidence_words(weighed, utc);
    let head = format!("evidence[{}]", weighed.verdict().as_str());
    format!(
        "{} {}: {words}\n",
        Sign::Stays.as_str(),
        style.paint(role, &head)
    )
}

/// Returns whether files and database agree without errors.
pub(super) fn is_unchanged(review: &Review) -> bool {
    review.changes.is_empty() && !review.diagnostics().any(Diagnostic::is_error)
}

/// Returns the last line: `No changes` if files and database agree without errors, else the number
/// of changes and the plan's id.
pub(in crate::cli) fn plan_line(review: &Review, style: TextStyle) -> String {
    if is_unchanged(review) {
        return style.paint(Role::Success, "No changes") + "\n";
    }
    let changed: BTreeSet<&LayerId> = review.changes.iter().map(|c| &c.layer_id).collect();
    let verdict = if review.is_applicable {
        String::new()
    } else {
        // A saved plan can be refused without an error.
        match review.blocking_errors().count() {
            0 => " It can't be applied.".to_owned(),
            count => format!(
                " It can't be applied: {}.",
                counted(count, "error", "errors")
            ),
        }
    };
    format!(
        "{} {} in {}.{} plan_id {}\n",
        style.paint(Role::Strong, "Plan:"),
        counted(review.changes.len(), "change", "changes"),
        counted(changed.len(), "layer", "layers"),
        style.paint(Role::Error, &verdict),
        review.plan_id.short(),
    )
}

/// Says where the plan was saved, and how to apply it. A URL is shown without its password, so it can't be part
/// of a command.
pub(in crate::cli) fn saved_line(plan: &Path, db: &DatabaseLocation, style: TextStyle) -> String {
    let (plan, name) = (plan.display().to_string(), db.to_string());
    let (plan, name) = (visible(&plan), visible(&name));
    let command = format!("avos apply --plan {plan}");
    let (to, command) = match db.path() {
        Some(_) => (String::new(), format!("{command} --db {name}")),
        None => (format!(" to {name}"), command),
    };
    format!(
        "Saved to {plan}. To apply exactly this{to}: {}\n",
        style.paint(Role::Strong, &command)
    )
}
