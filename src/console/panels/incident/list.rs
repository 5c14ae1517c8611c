//! The list of experiments, the one that looks most wrong first.

use ratatui::text::Line;

use crate::console::model::{Entry, Judged, Model, Verdict};
use crate::console::panels::pen::{Pen, Spans, foreign, span};
use crate::console::panels::text::{counted, thousands};
use crate::console::panels::{Content, log_notes, verdict};

/// Before a group's row.
const INDENT: &str = "  ";

pub(in crate::console::panels) fn content(model: &Model, width: u16) -> Content {
    let pen = Pen::new(model, width);
    let Some(judged) = &model.incident.judged else {
        let mut lines = log_notes::lines(model, &pen);
        lines.extend(log_notes::nothing(model, &pen));
        return Content::saying(lines);
    };
    let entries = model.experiments();
    let total = judged.traffic.splits.len();
    let mut content = Content::saying(match (total, entries.len()) {
        (0, _) => log_notes::nothing(model, &pen),
        (_, 0) => pen.hint("no experiment passes the filter"),
        _ => Vec::new(),
    });
    content.badge = badge(model, &pen);
    for entry in entries {
        let lines = lines(model, &pen, judged, &entry);
        let layer = entry.worst().layer_id.clone();
        content.push(entry.key, layer, lines);
    }
    content
}

/// How many alarms there are, or that there is none.
fn badge(model: &Model, pen: &Pen<'_>) -> Line<'static> {
    let (count, looks) = match model.alarms().count() {
        0 => ("no SRM".to_owned(), Verdict::Fine),
        count => (format!("{count} SRM"), Verdict::Alarm),
    };
    let (symbol, style) = verdict::symbol(pen, looks);
    pen.facts(vec![span(format!("{symbol} {count}"), style)])
}

/// The verdict and the p-value that decides it; how many units, since when and what else, where
/// there is something to see.
fn lines(model: &Model, pen: &Pen<'_>, judged: &Judged, entry: &Entry<'_>) -> Vec<Line<'static>> {
    let indent = if entry.is_group { INDENT } else { "" };
    let split = entry.worst();
    let looks = entry.verdict(model);
    let mut left = vec![pen.text(indent), verdict::mark(pen, looks), pen.text("  ")];
    left.push(match split.group.as_ref().filter(|_| entry.is_group) {
        Some(group) => foreign(group, pen.theme.text),
        None => foreign(&split.experiment_id, pen.theme.text),
    });
    let right = match verdict::deciding(split) {
        Some(p) => vec![pen.text(p)],
        None => Vec::new(),
    };
    let mut lines = vec![pen.sides(left, right)];
    let mut facts: Vec<Spans> = vec![vec![pen.dim(format!("{} units", thousands(entry.units())))]];
    let crossing = split.test.as_ref().ok().and_then(|tested| tested.crossing);
    facts.extend(crossing.map(|crossing| {
        let since = model.log_clock(crossing.since);
        vec![pen.text(format!("since {since}"))]
    }));
    let anomalies = entry.anomaly_count(judged);
    if anomalies > 0 {
        let noun = if anomalies == 1 {
            "anomaly"
        } else {
            "anomalies"
        };
        let text = format!("{} {anomalies} {noun}", pen.symbols.warning);
        facts.push(vec![span(text, pen.theme.warning)]);
    }
    if entry.has_groups() {
        let is_opened = model.incident.opened.as_ref() == Some(entry.experiment_id());
        let symbol = if is_opened {
            pen.symbols.down
        } else {
            pen.symbols.right
        };
        let groups = counted(entry.group_count(), "group");
        facts.push(vec![pen.dim(format!("{symbol} {groups}"))]);
    }
    lines.extend(pen.flow(facts, indent.len() + 2, 2));
    lines
}
