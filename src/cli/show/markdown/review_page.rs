//! The parts of the report: verdict, changes, impact, findings, notes, diff.

use std::collections::BTreeSet;

use super::foreign_text::{code, fenced};
use crate::cli::inputs::LoadedProposal;
use crate::cli::safeguards::PlanRefusal;
use crate::cli::show::review_text::{
    NEW_DATABASE, apart, elsewhere_line, evidence_line, is_unchanged, note,
};
use crate::cli::show::{TextStyle, counted, diff, findings};
use crate::config::{Finding, Sources};
use crate::diagnostic::visible;
use crate::domain::{ExperimentId, State};
use crate::plan::{Change, Impact};
use crate::report::{
    ChangeContext, FIGURES, ImpactRow, ImpactSubject, Marks, details, figures, losses, others,
    renewal_differences, renewal_verdict, rest, rows,
};
use crate::review::Review;

/// The size that hosts accept for a comment, in bytes: some count characters, of which there are
/// never more.
const LIMIT: usize = 65_536;
/// The bytes kept for the words between the parts and for the last line.
const MARGIN: usize = 1_024;
/// The maximum bytes of a part; the diff gets the rest.
const SHARE: usize = 14_000;
/// The maximum number of a layer's experiments with a row each.
const MAX_ROWS: usize = 25;
/// Foreign text is shown as on a terminal of this width, without color.
const LOOK: TextStyle = TextStyle {
    is_colored: false,
    width: 100,
    is_cut: true,
};

/// Returns the whole review as one comment; `refused` says why the plan is refused although it has no errors.
pub(in crate::cli) fn markdown(proposal: &LoadedProposal, refused: Option<&PlanRefusal>) -> String {
    let LoadedProposal {
        review, sources, ..
    } = proposal;
    let after = proposal.known_after();
    let (here, elsewhere) = apart(review);
    let mut page = MarkdownPage(format!("## {}\n", verdict(review)));
    if let Some(refused) = refused {
        let heading = format!("Refused by `{}`", refused.option());
        page.block(&heading, "text", &visible(refused.reason()), SHARE);
    }
    if proposal.is_new {
        page.paragraph(NEW_DATABASE);
    }
    if let Some(line) = elsewhere_line(review, &elsewhere) {
        page.paragraph(&format!("{line}."));
    }
    if let Some(renewal) = &review.renewal {
        let verdict = renewal.verdict.as_str();
        let mut text = format!("Renewal: **{verdict}**, {}.\n", renewal_verdict(renewal));
        for line in renewal_differences(renewal, code) {
            text.push_str(&format!("\n- {line}"));
        }
        page.paragraph(text.trim_end());
    }
    page.rows(
        "| | change | layer | experiment | what |\n|---|---|---|---|---|\n",
        review.changes.iter().map(|it| change(it, after)),
        |count| counted(count, "more change", "more changes"),
    );
    let changed: BTreeSet<_> = review.changes.iter().map(|it| &it.layer_id).collect();
    let impact = review.impact.iter();
    let impact = impact.filter(|impact| changed.contains(&impact.layer_id));
    page.rows("", impact.map(units), |count| {
        counted(count, "more layer", "more layers")
    });
    let evidence = proposal.evidence.iter();
    let evidence: String = evidence.map(|it| evidence_line(it, LOOK)).collect();
    page.block("Evidence", "text", &evidence, SHARE);
    page.block("Findings", "text", &findings_text(&here, sources), SHARE);
    let notes: String = review
        .notes
        .iter()
        .map(|it| note(it, proposal.now, LOOK))
        .collect();
    page.block("Notes", "text", &notes, SHARE);
    page.folded_diff(&diff(&review.diff_text(), LOOK));
    page.paragraph(&format!("plan_id `{}`", review.plan_id));
    page.0
}

/// Says in a few words what would change, and whether it may and should.
fn verdict(review: &Review) -> String {
    if is_unchanged(review) {
        return "No changes".to_owned();
    }
    let layers: BTreeSet<_> = review.changes.iter().map(|it| &it.layer_id).collect();
    let moving = |share: fn(&Impact) -> f64| review.impact.iter().any(|it| share(it) > 0.0);
    let moves = (
        moving(|impact| impact.units_switching),
        moving(|impact| impact.units_leaving),
    );
    let judgment = if review.is_applicable {
        match moves {
            (true, true) => "units switch and leave".to_owned(),
            (true, false) => "units switch".to_owned(),
            (false, true) => "units leave".to_owned(),
            (false, false) => "no unit loses its variant".to_owned(),
        }
    } else {
        let errors = review.blocking_errors().count();
        format!("can't be applied, {}", counted(errors, "error", "errors"))
    };
    format!(
        "Plan: {} in {}, {judgment}",
        counted(review.changes.len(), "change", "changes"),
        counted(layers.len(), "layer", "layers"),
    )
}

/// Returns a row of the table of changes.
fn change(change: &Change, after: Option<&State>) -> String {
    let experiment = change.experiment_id.as_ref();
    let context = ChangeContext {
        marks: Marks::UNICODE,
        after: after.and_then(|state| state.layer(&change.layer_id)),
        name: &code,
    };
    format!(
        "| `{}` | {} | {} | {} | {} |\n",
        change.action.sign().as_str(),
        change.action.verb(),
        code(change.layer_id.as_str()),
        experiment.map_or_else(String::new, |id| code(id.as_str())),
        details(change, &context),
    )
}

/// Returns what happens to a layer's units: a paragraph, and a table if any units move.
fn units(impact: &Impact) -> String {
    let losses = losses(impact, |id: &ExperimentId| code(id.as_str()));
    let losses = losses.map_or_else(String::new, |text| format!("**{text}** "));
    let layer = code(impact.layer_id.as_str());
    let mut text = format!("{layer}: {losses}{}\n", rest(impact));
    if impact.is_moving() {
        let titles = FIGURES.join(" | ");
        let rule = "--:|".repeat(FIGURES.len());
        text.push_str(&format!("\n| | experiment | {titles} |\n|---|---|{rule}\n"));
        let rows = rows(impact);
        for ImpactRow { sign, name, units } in rows.iter().take(MAX_ROWS) {
            let name = match name {
                ImpactSubject::Experiment(id) => code(id.as_str()),
                ImpactSubject::Others(count) => others(*count),
            };
            let figures = figures(units).join(" | ");
            text.push_str(&format!("| `{}` | {name} | {figures} |\n", sign.as_str()));
        }
        if let Some(left_out @ 1..) = rows.len().checked_sub(MAX_ROWS) {
            text.push_str(&format!(
                "| | {} |{}\n",
                others(left_out),
                " |".repeat(FIGURES.len())
            ));
        }
    }
    text + "\n"
}

/// Returns the findings, errors first: if there isn't room for all, they matter most.
fn findings_text(here: &[&Finding], sources: &Sources) -> String {
    let diagnostics = here.iter().map(|finding| &finding.diagnostic);
    let (errors, warnings): (Vec<_>, Vec<_>) = diagnostics.partition(|it| it.is_error());
    findings(errors.into_iter().chain(warnings), sources, LOOK)
}

/// The report so far.
struct MarkdownPage(String);

impl MarkdownPage {
    fn paragraph(&mut self, text: &str) {
        self.0.push_str(&format!("\n{text}\n"));
    }

    /// Adds as many rows as fit into a part; the others are counted.
    fn rows(
        &mut self,
        head: &str,
        rows: impl Iterator<Item = String>,
        more: impl Fn(usize) -> String,
    ) {
        let mut text = String::new();
        let mut left_out = 0;
        for row in rows {
            if left_out > 0 || text.len() + row.len() > SHARE {
                left_out += 1;
            } else {
                text.push_str(&row);
            }
        }
        if !text.is_empty() {
            self.0.push_str(&format!("\n{head}{}\n", text.trim_end()));
        }
        if left_out > 0 {
            self.left_out(&more(left_out));
        }
    }

    /// Adds a block of text as on a terminal, with a heading; nothing for no text.
    fn block(&mut self, heading: &str, language: &str, text: &str, room: usize) {
        let text = text.trim_end();
        if text.is_empty() {
            return;
        }
        self.0.push_str(&format!("\n### {heading}\n"));
        self.lines(language, text, room);
    }

    /// Adds the diff, folded, in all the remaining room.
    fn folded_diff(&mut self, unified: &str) {
        if unified.is_empty() {
            return;
        }
        self.0
            .push_str("\n<details><summary>Diff, database against files</summary>\n");
        let room = (LIMIT - MARGIN).saturating_sub(self.0.len());
        self.lines("diff", unified, room);
        self.0.push_str("\n</details>\n");
    }

    fn lines(&mut self, language: &str, text: &str, room: usize) {
        let (block, left_out) = fenced(language, text, room);
        if !block.is_empty() {
            self.0.push_str(&format!("\n{block}"));
        }
        if left_out > 0 {
            self.left_out(&counted(left_out, "more line", "more lines"));
        }
    }

    fn left_out(&mut self, what: &str) {
        self.paragraph(&format!(
            "… {what}: `avos plan` without `--format markdown` prints them."
        ));
    }
}
