//! Whether traffic splits as promised, by the exposure log: the distribution's other source.

use std::collections::HashSet;

use ratatui::style::Style;
use ratatui::text::Line;

use super::arms::{self, Arm, Columns};
use super::pen::{Pen, span, width};
use super::text::{self, thousands};
use super::{Content, bar, log_notes, verdict};
use crate::console::model::{Judged, Model, Panel, RowKey, Verdict};
use crate::traffic::{Anomaly, SplitTraffic};

/// On the title line, around title and badge.
const FRAME: usize = 6;

pub(super) fn content(model: &Model, width: u16) -> Content {
    let pen = Pen::new(model, width);
    let mut content = Content::saying(log_notes::lines(model, &pen));
    let Some(judged) = &model.incident.judged else {
        content.lines.extend(log_notes::nothing(model, &pen));
        content.badge = pen.facts(vec![pen.dim("log")]);
        return content;
    };
    let splits = &judged.traffic.splits;
    let shown: Vec<&SplitTraffic> = splits.iter().filter(|split| model.passes(split)).collect();
    if splits.is_empty() {
        content.lines.extend(log_notes::nothing(model, &pen));
    } else if shown.is_empty() {
        let none = pen.hint("no experiment passes the filter");
        content.lines.extend(none);
    }
    content.badge = badge(&pen, model, judged, [shown.len(), splits.len()]);
    let arms: Vec<Vec<Arm<'_>>> = shown.iter().map(|split| verdict::arms(split)).collect();
    let columns = Columns::new(&pen, &arms, false);
    let mut told = HashSet::new();
    for (split, arms) in shown.into_iter().zip(arms) {
        let mut lines = verdict::heading(model, &pen, split);
        let style = style(model, split);
        lines.extend(arms::lines(&pen, &columns, &arms, style));
        // What concerns all groups is said once, with the worst.
        let is_first = told.insert(&split.experiment_id);
        let found = judged.anomalies(split);
        let found = found.filter(|anomaly| is_first || anomaly.group.is_some());
        lines.extend(anomalies(model, &pen, found));
        content.push(RowKey::of_split(split), split.layer_id.clone(), lines);
    }
    content
}

/// The experiment's own style, where it is known.
pub(super) fn style(model: &Model, split: &SplitTraffic) -> Style {
    match &split.layer_id {
        Some(layer) => bar::style(model, layer, &split.experiment_id),
        None => model.startup.theme.text,
    }
}

/// Whatever else must go on a narrow panel, it says that this is the log, and that it alarms.
fn badge(
    pen: &Pen<'_>,
    model: &Model,
    judged: &Judged,
    [shown, total]: [usize; 2],
) -> Line<'static> {
    let mut facts = vec![pen.dim("log")];
    let alarms = model.alarms().count();
    if alarms > 0 {
        let (symbol, style) = verdict::symbol(pen, Verdict::Alarm);
        facts.insert(0, span(format!("{symbol} {alarms} SRM"), style));
    }
    let mut all = facts.clone();
    if shown < total {
        all.insert(0, pen.dim(format!("{shown} of {total}")));
    }
    all.push(pen.dim(format!("{} rows", thousands(judged.rows))));
    let room = pen
        .columns
        .saturating_sub(text::width(Panel::Distribution.title()) + FRAME);
    let all = pen.facts(all);
    if width(&all.spans) <= room {
        all
    } else {
        pen.facts(facts)
    }
}

/// What isn't as it should be besides, in sentences.
pub(super) fn anomalies<'a>(
    model: &Model,
    pen: &Pen<'_>,
    found: impl Iterator<Item = &'a Anomaly>,
) -> Vec<Line<'static>> {
    let sentence = |anomaly: &Anomaly| {
        let lead = span(format!("  {} ", pen.symbols.warning), pen.theme.warning);
        let text = anomaly.message(|at| model.log_clock(at));
        pen.paragraph(vec![lead], &text, pen.theme.text)
    };
    found.flat_map(sentence).collect()
}
