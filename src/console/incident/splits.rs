//! Whether traffic splits as promised, by the exposure log: the distribution's other source.

use super::{IncidentView, Judged, Verdict, log_notes, verdict};
use crate::console::model::{Panel, RowKey};
use crate::console::panels::{Content, Rows, bar, text};
use std::collections::HashSet;

use ratatui::style::Style;
use ratatui::text::Line;

use super::coverage::WithCoverage;
use crate::console::panels::arms::{self, ArmColumns};
use crate::console::panels::pen::{Pen, span, width};
use crate::console::panels::text::counted;
use crate::domain::LayerId;
use crate::report::{ObservedArm, split_arms};
use crate::traffic::{Anomaly, SplitTraffic};

/// On the title line, around title and badge.
const FRAME: usize = 6;

pub(in crate::console) fn content(view: IncidentView<'_>, width: u16) -> Content<'_> {
    let pen = Pen::new(view.cx.startup, width);
    let mut opening = log_notes::lines(view, &pen);
    let Some(judged) = &view.incident.judged else {
        opening.extend(log_notes::nothing(view, &pen));
        return Content::saying(opening).with_badge(pen.facts(vec![pen.dim("log")]));
    };
    let splits = &judged.traffic.splits;
    let shown: Vec<&SplitTraffic> = splits.iter().filter(|split| view.passes(split)).collect();
    if splits.is_empty() {
        opening.extend(log_notes::nothing(view, &pen));
    } else if shown.is_empty() {
        opening.extend(pen.hint("no experiments match the filter"));
    }
    let badge = badge(&pen, view, judged, [shown.len(), splits.len()]);
    let rows = WithCoverage {
        rows: Splits::new(view, pen, judged, &shown),
        view,
        pen: Pen::new(view.cx.startup, width),
        judged,
        layers: view.coverage().collect(),
    };
    Content::new(opening, rows).with_badge(badge)
}

/// A row for each split.
struct Splits<'a> {
    view: IncidentView<'a>,
    pen: Pen<'a>,
    judged: &'a Judged,
    rows: Vec<SplitRow<'a>>,
    columns: ArmColumns,
}

struct SplitRow<'a> {
    split: &'a SplitTraffic,
    /// Whether it is the first of its experiment.
    is_first: bool,
}

impl<'a> Splits<'a> {
    fn new(
        view: IncidentView<'a>,
        pen: Pen<'a>,
        judged: &'a Judged,
        shown: &[&'a SplitTraffic],
    ) -> Self {
        let arms: Vec<Vec<ObservedArm<'_>>> = shown.iter().map(|split| split_arms(split)).collect();
        let mut seen = HashSet::new();
        let rows = shown.iter().map(|split| SplitRow {
            split,
            is_first: seen.insert(&split.experiment_id),
        });
        Self {
            view,
            judged,
            rows: rows.collect(),
            columns: ArmColumns::new(&pen, &arms, false),
            pen,
        }
    }

    fn besides(&self, row: &SplitRow<'_>) -> Vec<Line<'static>> {
        let found = self.judged.anomalies(row.split);
        // Notes on all groups are shown once, with the worst group.
        let found = found.filter(|anomaly| row.is_first || anomaly.group.is_some());
        anomalies(self.view, &self.pen, found)
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
        let heading = verdict::heading(self.view, &self.pen, row.split);
        heading.len() + row.split.arms.len() + self.besides(row).len()
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let (view, row) = (self.view, &self.rows[index]);
        let mut lines = verdict::heading(view, &self.pen, row.split);
        lines.extend(arm_lines(view, &self.pen, &self.columns, row.split));
        lines.extend(self.besides(row));
        lines
    }
}

/// Returns the arms of a split in the experiment's own style, if it is known; those that are off in
/// that of the verdict.
pub(in crate::console) fn arm_lines(
    view: IncidentView<'_>,
    pen: &Pen<'_>,
    columns: &ArmColumns,
    split: &SplitTraffic,
) -> Vec<Line<'static>> {
    let [style, off] = arm_styles(view, pen, split);
    arms::lines(pen, columns, &split_arms(split), style, off)
}

/// Returns the style of a split's arms, and that of arms that are off.
pub(super) fn arm_styles(
    view: IncidentView<'_>,
    pen: &Pen<'_>,
    split: &SplitTraffic,
) -> [Style; 2] {
    let theme = pen.theme;
    let style = match &split.layer_id {
        Some(layer) => bar::style(view.cx, layer, &split.experiment_id),
        None => theme.text,
    };
    let off = match view.verdict(split) {
        Verdict::Alarm => theme.error,
        Verdict::Warning => theme.warning,
        Verdict::Fine | Verdict::Untested => style,
    };
    [style, off]
}

/// Returns the badge. Even on the narrowest panel it says that this is the log, and whether there
/// are alarms.
fn badge(
    pen: &Pen<'_>,
    view: IncidentView<'_>,
    judged: &Judged,
    [shown, total]: [usize; 2],
) -> Line<'static> {
    let mut facts = vec![pen.dim("log")];
    let alarms = view.alarms().count();
    if alarms > 0 {
        let (symbol, style) = verdict::symbol(pen, Verdict::Alarm);
        facts.insert(0, span(format!("{symbol} {alarms} SRM"), style));
    } else if !view.is_anything_tested() {
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
pub(in crate::console) fn anomalies<'a>(
    view: IncidentView<'_>,
    pen: &Pen<'_>,
    found: impl Iterator<Item = &'a Anomaly>,
) -> Vec<Line<'static>> {
    let sentence = |anomaly: &Anomaly| {
        let lead = span(format!("  {} ", pen.symbols.warning), pen.theme.warning);
        let text = anomaly.message(|at| view.log_clock(at));
        pen.paragraph(vec![lead], &text, pen.theme.text)
    };
    found.flat_map(sentence).collect()
}
