//! How full each layer is: a bar of its slots, now and after the plan.

use std::collections::HashMap;
use std::sync::Arc;

use ratatui::text::Line;

use super::bar::{self, positions};
use super::legend;
use super::pen::{Pen, Spans, foreign, span, width};
use super::text;
use super::{Content, Rows};
use crate::console::component::Context;
use crate::console::model::{LayerRow, Loaded, Model, RowKey};
use crate::domain::{ExperimentId, LayerId, LayerState};
use crate::report::{SlotBar, rounded_percent, value_change};

/// The label after a bar if there are two: `now` or `plan`, with a space before it.
const LABEL: usize = 5;

/// The lines of a layer at the lowest level of detail: title, bar and legend.
const MIN_LINES: usize = 3;

/// `100%`
const UTILIZATION: usize = 4;

/// How much is shown of each layer, from most to least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    /// Everything, with a blank line between layers.
    Airy,
    /// Everything.
    Full,
    /// The legend is cut to one line.
    Short,
    /// Only the plan's bar is shown.
    Least,
}

pub(super) fn content(model: &Model, width: u16, height: u16) -> Content<'_> {
    let pen = Pen::new(&model.startup, width);
    let Some(loaded) = &model.loaded else {
        return Content::saying(pen.hint(&format!("reading{}", pen.symbols.ellipsis)));
    };
    let cx = model.context();
    let rows: Vec<&LayerRow> = loaded.layers.iter().filter(|row| passes(cx, row)).collect();
    let opening = match (loaded.layers.len(), rows.len()) {
        (0, _) => pen.hint(nothing(model, loaded)),
        (_, 0) => pen.hint("no layers match the filter"),
        _ => Vec::new(),
    };
    let badge = badge(&pen, rows.len(), loaded.layers.len());
    Content::new(opening, LayerRows::new(pen, rows, height)).with_badge(badge)
}

/// A row for each layer.
struct LayerRows<'a> {
    pen: Pen<'a>,
    rows: Vec<&'a LayerRow>,
    detail: Detail,
    /// Columns after each bar: bars of all layers end in one column.
    label: usize,
}

impl<'a> LayerRows<'a> {
    fn new(pen: Pen<'a>, rows: Vec<&'a LayerRow>, height: u16) -> Self {
        let has_label = rows.iter().any(|row| LayerBlock::has_two_bars(row));
        let mut layers = Self {
            pen,
            rows,
            detail: Detail::Least,
            label: if has_label { LABEL } else { 0 },
        };
        // Each takes at least a line: many layers only fit at the lowest level of detail.
        if layers.rows.len() <= usize::from(height) {
            let details = [Detail::Airy, Detail::Full, Detail::Short];
            let mut fitting = details.into_iter().filter(|detail| {
                layers.detail = *detail;
                let lines = (0..layers.count()).map(|row| layers.gap(row) + layers.height(row));
                lines.sum::<usize>() <= usize::from(height)
            });
            layers.detail = fitting.next().unwrap_or(Detail::Least);
        }
        layers
    }
}

impl Rows for LayerRows<'_> {
    fn count(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, index: usize) -> RowKey {
        RowKey(self.rows[index].layer_id.to_string())
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        Some(&self.rows[index].layer_id)
    }

    fn gap(&self, index: usize) -> usize {
        usize::from(self.detail == Detail::Airy && index > 0)
    }

    fn height(&self, index: usize) -> usize {
        let row = self.rows[index];
        match self.detail {
            // In error, and not in the database.
            Detail::Least if row.before.is_none() && row.after.is_none() => 1,
            // There may be thousands: they aren't built just to be counted.
            Detail::Least => MIN_LINES,
            _ => self.lines(index).len(),
        }
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let layer = LayerBlock::new(self.rows[index], &self.pen);
        layer.lines(&self.pen, self.detail, self.label)
    }
}

fn passes(cx: Context<'_>, row: &LayerRow) -> bool {
    let states = row.before.iter().chain(&row.after);
    let experiments = states.flat_map(|state| &state.experiments);
    let ids = experiments.map(|experiment| experiment.experiment_id.as_str());
    cx.passes_filter(std::iter::once(row.layer_id.as_str()).chain(ids))
}

fn nothing(model: &Model, loaded: &Loaded) -> &'static str {
    if loaded.troubles().next().is_some() {
        "no layer can be read: see Problems"
    } else if loaded.error_count() > 0 {
        "no layer's id can be read: see Problems"
    } else if model.startup.proposal.is_plan() {
        "no layers yet: the database's layers appear here"
    } else {
        "no layers yet: each is a YAML file in the configs directory"
    }
}

fn badge(pen: &Pen<'_>, shown: usize, total: usize) -> Line<'static> {
    Line::from(if shown < total {
        pen.text(format!("{shown} of {total}"))
    } else {
        pen.dim(text::counted(total as u64, "layer", "layers"))
    })
}

/// A layer, ready to be drawn.
struct LayerBlock<'a> {
    row: &'a LayerRow,
    /// Its current bar, if it exists.
    now: Option<SlotBar>,
    /// Its bar after the plan, if it differs.
    plan: Option<SlotBar>,
    legend: Vec<Spans>,
}

impl<'a> LayerBlock<'a> {
    fn new(row: &'a LayerRow, pen: &Pen<'_>) -> Self {
        let positions = positions(row);
        let [now, plan] = Self::bars(row, &positions);
        let legend = legend::items(
            pen,
            row,
            &positions,
            [now.as_ref(), plan.as_ref().or(now.as_ref())],
        );
        Self {
            row,
            now,
            plan,
            legend,
        }
    }

    /// Returns the current bar, and the bar after the plan if it differs.
    fn bars(row: &LayerRow, positions: &HashMap<&ExperimentId, usize>) -> [Option<SlotBar>; 2] {
        let bar = |state: &Option<Arc<LayerState>>| {
            let state = state.as_deref();
            state.map(|state| SlotBar::new(state, positions))
        };
        let now = bar(&row.before);
        if row.stays() {
            return [now, None];
        }
        let plan = bar(&row.after).filter(|plan| now.as_ref() != Some(plan));
        [now, plan]
    }

    fn has_two_bars(row: &LayerRow) -> bool {
        let has_both = row.before.is_some() && row.after.is_some();
        has_both && !row.stays() && Self::bars(row, &positions(row)).iter().all(Option::is_some)
    }

    fn lines(&self, pen: &Pen<'_>, detail: Detail, label: usize) -> Vec<Line<'static>> {
        let mut lines = vec![self.title(pen)];
        let columns = pen.columns.saturating_sub(label);
        let mut bar = |bar: &SlotBar, label: &str| {
            let mut spans = bar::spans(pen, bar, columns);
            spans.push(pen.dim(label.to_owned()));
            lines.push(pen.line(spans));
        };
        match (&self.now, &self.plan) {
            // In error, as its title says, and not in the database.
            (None, None) => return lines,
            (Some(only), None) | (None, Some(only)) => bar(only, ""),
            (Some(_), Some(plan)) if detail == Detail::Least => bar(plan, " plan"),
            (Some(now), Some(plan)) => {
                bar(now, " now");
                bar(plan, " plan");
            }
        }
        if detail <= Detail::Full {
            lines.extend(pen.flow(self.legend.clone(), 0, 3));
        } else {
            let gap = pen.text("   ");
            lines.push(pen.line(self.legend.join(&gap)));
        }
        lines
    }

    /// Returns the layer with its marks, and its figures on the right: as many as leave its name
    /// whole.
    fn title(&self, pen: &Pen<'_>) -> Line<'static> {
        let marks = self.marks(pen);
        let id = foreign(&self.row.layer_id, pen.theme.text);
        let taken = text::width(&id.content) + width(&marks) + 2;
        let [hash, slots, utilization] = self.figures(pen);
        let figures = [
            [hash, slots.clone(), utilization.clone()].concat(),
            [slots, utilization.clone()].concat(),
        ];
        let figures = figures
            .into_iter()
            .find(|figures| taken + width(figures) <= pen.columns)
            .unwrap_or(utilization);
        let room = pen
            .columns
            .saturating_sub(width(&marks) + 2 + width(&figures));
        let mut left = pen.cut(vec![id], room);
        left.extend(marks);
        pen.sides(left, figures)
    }

    fn marks(&self, pen: &Pen<'_>) -> Spans {
        let (theme, symbols, row) = (pen.theme, pen.symbols, self.row);
        let mut marks = Spans::new();
        if row.is_in_error {
            marks.push(span(format!("  {} in error", symbols.cross), theme.error));
        }
        if row.before.is_none() && row.after.is_some() {
            marks.push(span(format!("  {} new", symbols.plus), theme.added));
        }
        if row.is_only_in_database {
            marks.push(pen.dim("  only in database"));
        }
        marks
    }

    /// Returns the hash, the slots and the utilization; empty for a layer without a state.
    fn figures(&self, pen: &Pen<'_>) -> [Spans; 3] {
        let Some(state) = self.row.after.as_ref().or(self.row.before.as_ref()) else {
            return [Spans::new(), Spans::new(), vec![pen.dim("see Problems")]];
        };
        let used = |state: &LayerState| {
            rounded_percent(
                f64::from(state.slots.used()) / f64::from(state.slots.total()),
                1,
            )
        };
        let now = self.row.before.as_ref().unwrap_or(state);
        let utilization = value_change(&used(now), &used(state), pen.symbols.right);
        let slots = text::counted(u64::from(state.slots.total()), "slot", "slots");
        [
            vec![pen.dim(format!("{}   ", state.layer.hash_algorithm))],
            vec![pen.text(format!("{slots}   "))],
            vec![pen.text(text::pad_start(&utilization, UTILIZATION))],
        ]
    }
}
