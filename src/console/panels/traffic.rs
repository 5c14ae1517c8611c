//! Whether traffic splits as promised, by the exposure log: the distribution's other source.

use std::collections::HashSet;

use ratatui::style::Style;
use ratatui::text::Line;

use super::arms::{self, Arm, Columns};
use super::coverage::WithCoverage;
use super::pen::{Pen, span, width};
use super::text::{self, counted};
use super::{Content, Rows, bar, log_notes, verdict};
use crate::console::model::{Judged, Model, Panel, RowKey, Verdict};
use crate::domain::LayerId;
use crate::traffic::{Anomaly, SplitTraffic};

/// On the title line, around title and badge.
const FRAME: usize = 6;

pub(super) fn content(model: &Model, width: u16) -> Content<'_> {
    let pen = Pen::new(&model.startup, width);
    let mut opening = log_notes::lines(model, &pen);
    let Some(judged) = &model.incident.judged else {
        opening.extend(log_notes::nothing(model, &pen));
        return Content::saying(opening).with_badge(pen.facts(vec![pen.dim("log")]));
    };
    let splits = &judged.traffic.splits;
    let shown: Vec<&SplitTraffic> = splits.iter().filter(|split| model.passes(split)).collect();
    if splits.is_empty() {
        opening.extend(log_notes::nothing(model, &pen));
    } else if shown.is_empty() {
        opening.extend(pen.hint("no experiment passes the filter"));
    }
    let badge = badge(&pen, model, judged, [shown.len(), splits.len()]);
    let rows = WithCoverage {
        rows: Splits::new(model, pen, judged, &shown),
        model,
        pen: Pen::new(&model.startup, width),
        judged,
        layers: model.coverage().collect(),
    };
    Content::new(opening, rows).with_badge(badge)
}

/// A row for each split.
struct Splits<'a> {
    model: &'a Model,
    pen: Pen<'a>,
    judged: &'a Judged,
    rows: Vec<SplitRow<'a>>,
    columns: Columns,
}

struct SplitRow<'a> {
    split: &'a SplitTraffic,
    /// Whether it is the first of its experiment.
    is_first: bool,
}

impl<'a> Splits<'a> {
    fn new(model: &'a Model, pen: Pen<'a>, judged: &'a Judged, shown: &[&'a SplitTraffic]) -> Self {
        let arms: Vec<Vec<Arm<'_>>> = shown.iter().map(|split| verdict::arms(split)).collect();
        let mut seen = HashSet::new();
        let rows = shown.iter().map(|split| SplitRow {
            split,
            is_first: seen.insert(&split.experiment_id),
        });
        Self {
            model,
            judged,
            rows: rows.collect(),
            columns: Columns::new(&pen, &arms, false),
            pen,
        }
    }

    fn besides(&self, row: &SplitRow<'_>) -> Vec<Line<'static>> {
        let found = self.judged.anomalies(row.split);
        // Notes on all groups are shown once, with the worst group.
        let found = found.filter(|anomaly| row.is_first || anomaly.group.is_some());
        anomalies(self.model, &self.pen, found)
    }
}

impl Rows for Splits<'_> {
    fn count(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, index: usize) -> RowKey {
        RowKey::of_split(self.rows[index].split)
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        self.rows[index].split.layer_id.as_ref()
    }

    fn height(&self, index: usize) -> usize {
        let row = &self.rows[index];
        let heading = verdict::heading(self.model, &self.pen, row.split);
        heading.len() + row.split.arms.len() + self.besides(row).len()
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let (model, row) = (self.model, &self.rows[index]);
        let mut lines = verdict::heading(model, &self.pen, row.split);
        let (arms, style) = (verdict::arms(row.split), style(model, row.split));
        lines.extend(arms::lines(&self.pen, &self.columns, &arms, style));
        lines.extend(self.besides(row));
        lines
    }
}

/// The experiment's own style, where it is known.
pub(super) fn style(model: &Model, split: &SplitTraffic) -> Style {
    match &split.layer_id {
        Some(layer) => bar::style(model, layer, &split.experiment_id),
        None => model.startup.theme.text,
    }
}

/// Even on the narrowest panel, the badge says that this is the log, and whether there are alarms.
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
    } else if !model.is_anything_tested() {
        let (symbol, style) = verdict::symbol(pen, Verdict::Untested);
        facts.insert(0, span(format!("{symbol} nothing tested"), style));
    }
    let mut all = facts.clone();
    if shown < total {
        all.insert(0, pen.dim(format!("{shown} of {total}")));
    }
    all.push(pen.dim(counted(judged.rows, "row", "rows")));
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

/// Returns the other anomalies, in sentences.
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
