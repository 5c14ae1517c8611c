//! The incident report on an experiment's traffic: plain text for an incident channel.
//!
//! Our own words are ASCII, times are UTC, and no line is wider than 100 columns.

use jiff::Timestamp;

use crate::console::incident::{Judged, Verdict};
use crate::console::model::Model;
use crate::console::theme::Symbols;
use crate::diagnostic::visible;
use crate::domain::LayerId;
use crate::numbers::{probability, thousands};
use crate::report::{
    Column, Marks, Table, arm_table, plain_text, split_arms, split_findings, suspect_words,
    test_table,
};
use crate::text::{width, wrap};
use crate::timeline::Apply;
use crate::traffic::{SplitTraffic, Tested};

/// The maximum width in columns.
const WIDTH: usize = 100;
/// The symbols between words.
const MARKS: Marks = Symbols::ASCII.marks();
/// The number of applies to list before and after the onset.
const APPLIES: usize = 5;
/// The number of other experiments to list.
const OTHERS: usize = 10;

/// Returns the report on the selected experiment or group; `None` if none is selected.
pub(super) fn of_selected(model: &Model) -> Option<String> {
    let judged = model.incident.judged.as_ref()?;
    let split = model.incident_view().selected_split()?;
    let mut paragraphs = vec![verdict(model, judged, split), arms(split)];
    if let Ok(tested) = &split.test {
        paragraphs.push(tests(tested));
    }
    paragraphs.push(anomalies(judged, split));
    paragraphs.push(coverage(judged, split));
    paragraphs.push(applies(judged, split));
    paragraphs.push(others(model, judged, split));
    paragraphs.push(sources(model, judged));
    paragraphs.retain(|lines| !lines.is_empty());
    let lines = paragraphs.join(&String::new());
    let lines = lines.iter().flat_map(|line| wrap_line(line));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// Wraps a line that is too wide, with indented continuation lines.
fn wrap_line(line: &str) -> Vec<String> {
    if width(line) <= WIDTH {
        return vec![line.to_owned()];
    }
    let lines = wrap(line, WIDTH - 4).into_iter().enumerate();
    let indented = |(index, line): (usize, String)| match index {
        0 => line,
        _ => format!("    {line}"),
    };
    lines.map(indented).collect()
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn name(split: &SplitTraffic) -> String {
    visible(&split.name()).into_owned()
}

/// Returns the verdict: what, where, how bad, and since when.
fn verdict(model: &Model, judged: &Judged, split: &SplitTraffic) -> Vec<String> {
    let layer = split.layer_id.as_ref().map(|id| visible(id.as_str()));
    let layer = layer.map_or(String::new(), |layer| format!(" in layer {layer}"));
    let is_off = split.test.as_ref().is_ok_and(|tested| {
        tested.is_slight || tested.corrected_p_value <= model.startup.srm.warn_at
    });
    let what = match model.incident_view().verdict(split) {
        Verdict::Alarm => "SRM: units don't split as they should",
        Verdict::Warning if is_off => "warning: units may not split as they should",
        Verdict::Warning => "warning: units split as they should, but see below",
        Verdict::Fine => "ok: units split as they should",
        Verdict::Untested => "untested",
    };
    let mut lines = vec![format!("AVOS traffic report: {}{layer}", name(split))];
    match &split.test {
        Ok(tested) => {
            let p = probability(tested.corrected_p_value);
            lines.push(format!("{what} (sequential p {p}, corrected)"));
            let found = split_findings(split, tested, time);
            lines.extend(found.into_iter().map(|(_, text)| text));
            lines.extend(suspect(model, split));
        }
        Err(why) => lines.push(format!("{what}: {why}")),
    }
    if !judged.is_whole {
        lines.push("figures of the first part of the log only: reading was stopped".to_owned());
    }
    lines
}

/// Returns the apply suspected of an alarm, or that there is none.
fn suspect(model: &Model, split: &SplitTraffic) -> Option<String> {
    let view = model.incident_view();
    let suspect = view.suspect(split);
    let did = suspect.and_then(|suspect| view.suspect_did(split, suspect));
    let words = suspect_words(suspect, did.as_deref(), time);
    let line = format!("suspect: {}", visible(&words));
    view.is_alarm(split).then_some(line)
}

/// Returns a row for each arm.
fn arms(split: &SplitTraffic) -> Vec<String> {
    let mut table = arm_table(Column::text("variant"), &split_arms(split), MARKS);
    let last = split.arms.iter().map(|arm| arm.last);
    let last = last.map(|last| last.map_or("never".to_owned(), time).into());
    table.push_column(Column::number("last exposure"), last);
    table_lines(table)
}

fn tests(tested: &Tested) -> Vec<String> {
    table_lines(test_table(&tested.srm, Some(tested), MARKS))
}

fn table_lines(mut table: Table) -> Vec<String> {
    let lines = table.lines(WIDTH, MARKS.ellipsis);
    lines.iter().map(|line| plain_text(line)).collect()
}

fn anomalies(judged: &Judged, split: &SplitTraffic) -> Vec<String> {
    let found = judged.anomalies(split);
    let lines = found.map(|anomaly| format!("- {}", visible(&anomaly.message(time))));
    headed("Besides:", lines.collect())
}

/// Returns whether the layer's units spread over its slots as they should.
fn coverage(judged: &Judged, split: &SplitTraffic) -> Vec<String> {
    let layers = judged.traffic.coverage.iter();
    let mut of_split =
        layers.filter(|coverage| Some(&coverage.layer_id) == split.layer_id.as_ref());
    let Some(coverage) = of_split.next() else {
        return Vec::new();
    };
    let p_value = probability(coverage.corrected_p_value);
    let units = thousands(coverage.units);
    let do_they = if coverage.is_rejected { "don't" } else { "do" };
    vec![format!(
        "the {units} units of the layer {do_they} spread over its slots as they should (p {p_value})"
    )]
}

/// Returns the applies around the onset, or else the latest.
fn applies(judged: &Judged, split: &SplitTraffic) -> Vec<String> {
    let tested = split.test.as_ref().ok();
    let onset = tested.and_then(|tested| Some(tested.onset?.estimate));
    let alarm = tested.and_then(|tested| Some(tested.crossing?.since));
    let since = onset.or(alarm).unwrap_or(judged.at);
    let all = &judged.traffic.applies;
    let middle = all.iter().filter(|apply| apply.at <= since).count();
    let nearest = all
        .iter()
        .take(middle + APPLIES)
        .skip(middle.saturating_sub(APPLIES));
    let line = |apply: &Apply| {
        let Apply {
            journal_id,
            at,
            actor,
            layers,
            started: _,
        } = apply;
        let layers: Vec<&str> = layers.iter().map(LayerId::as_str).collect();
        let author = visible(actor).into_owned();
        let what = visible(&layers.join(", ")).into_owned();
        format!("- {} journal {journal_id} by {author}: {what}", time(*at))
    };
    headed("Nearest applies:", nearest.map(line).collect())
}

/// Returns the other experiments that look wrong.
fn others(model: &Model, judged: &Judged, split: &SplitTraffic) -> Vec<String> {
    let is_other = |other: &&SplitTraffic| {
        (&other.experiment_id, &other.group) != (&split.experiment_id, &split.group)
    };
    let wrong = judged.traffic.splits.iter().filter(is_other);
    let wrong = wrong.filter(|other| model.incident_view().verdict(other) <= Verdict::Warning);
    let mut lines: Vec<String> = wrong
        .map(|other| {
            format!(
                "- {} {}",
                model.incident_view().verdict(other).word(),
                name(other)
            )
        })
        .collect();
    let more = lines.len().saturating_sub(OTHERS);
    lines.truncate(OTHERS);
    if more > 0 {
        lines.push(format!("- and {more} more"));
    }
    headed("Other experiments:", lines)
}

/// Returns the sources of the report.
fn sources(model: &Model, judged: &Judged) -> Vec<String> {
    let log = model.startup.log.as_deref().unwrap_or_default();
    let journal = judged
        .journal_id
        .map_or("no journal".to_owned(), |id| format!("journal {id}"));
    let skipped = judged.skipped.as_ref().map_or(String::new(), |skipped| {
        format!(", {} of which can't be counted", thousands(skipped.rows))
    });
    let mut lines = vec![
        format!(
            "log {}, {} rows{skipped}, read {}",
            visible(log),
            thousands(judged.rows),
            time(judged.at)
        ),
        format!(
            "database {}, revision {}, {journal}; avos {}",
            visible(&model.startup.database),
            judged.revision.short(),
            env!("CARGO_PKG_VERSION"),
        ),
    ];
    let troubles = model.incident.troubles.iter();
    lines.extend(troubles.map(|trouble| format!("since then: {}", visible(&trouble.message))));
    lines
}

fn headed(head: &str, mut lines: Vec<String>) -> Vec<String> {
    if !lines.is_empty() {
        lines.insert(0, head.to_owned());
    }
    lines
}
