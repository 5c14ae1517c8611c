//! How full each layer is: a line each, with a bar of its slots; the selected one unfolds.

use std::collections::HashMap;
use std::rc::Rc;

use ratatui::text::{Line, Span};

use super::bar::{self, positions};
use super::layer_facts::{self, FactWidths, KeptLayers, LayerFacts, LayerMark, MARK_GAP, now};
use super::legend;
use super::pen::{Pen, span};
use super::text::{self, pad, pad_start};
use super::{Content, Rows, problem_words};
use crate::console::model::{LayerRow, Loaded, Model, Panel, Place, RowKey};
use crate::diagnostic::visible;
use crate::domain::{ExperimentId, LayerId, LayerState};
use crate::report::{SlotBar, held_words};
use crate::text::cut_middle;

/// Between two columns; also the indent of what is unfolded.
const GAP: usize = 2;
/// The ids take at most this part of the panel.
const IDS: (usize, usize) = (2, 5);
/// The least width of the ids, and of the bars.
const MIN: usize = 12;
/// The greatest width of the bars.
const MAX_BAR: usize = 100;
/// How many errors an unfolded layer shows.
const MAX_ERRORS: usize = 3;
/// On the title line, around title and badge.
const FRAME: usize = 10;

pub(super) fn content(model: &Model, width: u16, height: u16) -> Content<'_> {
    let pen = Pen::new(&model.startup, width);
    let Some(loaded) = &model.loaded else {
        return Content::saying(pen.hint(&format!("reading{}", pen.symbols.ellipsis)));
    };
    let kept = layer_facts::kept(model, loaded);
    let opening = match (loaded.layers.len(), kept.facts.len()) {
        (0, _) => pen.hint(nothing(model, loaded)),
        (_, 0) => pen.hint("no layers match the filter"),
        _ => Vec::new(),
    };
    let badge = badge(&pen, model, kept.facts.len(), loaded.layers.len());
    let rows = LayerRows::new(model, pen, loaded, kept, height);
    Content::new(opening, rows).with_badge(badge)
}

/// Returns how many layers there are, what their percentages count, and the order: as much as fits.
fn badge(pen: &Pen<'_>, model: &Model, shown: usize, total: usize) -> Line<'static> {
    let count = if shown < total {
        pen.text(format!("{shown} of {total}"))
    } else {
        pen.dim(text::counted(total as u64, "layer", "layers"))
    };
    if shown == 0 {
        return Line::from(count);
    }
    let order = pen.dim(format!("by {}", model.layer_order.as_str()));
    let room = pen
        .columns
        .saturating_sub(Panel::Layers.title().len() + FRAME);
    let all = vec![count.clone(), pen.dim("% with drafts"), order.clone()];
    let all = pen.facts(all);
    if all.width() <= room {
        all
    } else {
        pen.facts(vec![count, order])
    }
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

/// A row for each layer.
struct LayerRows<'a> {
    pen: Pen<'a>,
    loaded: &'a Loaded,
    kept: Rc<KeptLayers>,
    unfolded: Unfolded,
    /// The columns of the ids, and of the bars.
    id: usize,
    bar: usize,
}

/// Which layers are unfolded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unfolded {
    /// As all of them fit.
    All,
    /// The selected one, if the panel has the keys.
    One(Option<usize>),
}

impl<'a> LayerRows<'a> {
    fn new(
        model: &Model,
        pen: Pen<'a>,
        loaded: &'a Loaded,
        kept: Rc<KeptLayers>,
        height: u16,
    ) -> Self {
        let (id, bar) = column_widths(&pen, &kept.widths);
        let mut rows = Self {
            pen,
            loaded,
            kept,
            unfolded: Unfolded::All,
            id,
            bar,
        };
        if !rows.fit(usize::from(height)) {
            let selected = model
                .panel(Panel::Layers)
                .selected_index(rows.count(), |index| rows.key(index));
            let has_keys = model.place() == Place::Panel(Panel::Layers);
            rows.unfolded = Unfolded::One(selected.filter(|_| has_keys));
        }
        rows
    }

    fn fit(&self, height: usize) -> bool {
        // An unfolded one has at least two lines: thousands aren't built just to be counted.
        self.count() * 2 <= height && {
            let lines = (0..self.count()).map(|row| self.gap(row) + self.height(row));
            lines.sum::<usize>() <= height
        }
    }

    fn layer_row(&self, index: usize) -> (&'a LayerRow, &LayerFacts) {
        let facts = &self.kept.facts[index];
        (&self.loaded.layers[facts.index], facts)
    }

    fn is_unfolded(&self, index: usize) -> bool {
        match self.unfolded {
            Unfolded::All => true,
            Unfolded::One(selected) => selected == Some(index),
        }
    }
}

/// Returns the widths of the ids and of the bars: ids give way where a bar would be too short.
fn column_widths(pen: &Pen<'_>, widths: &FactWidths) -> (usize, usize) {
    let figures = spaced(widths.held) + planned_column(pen, widths) + pending_column(widths);
    let taken = GAP + figures + widths.marks;
    let room = pen.columns.saturating_sub(taken);
    let id = widths.id.min(pen.columns * IDS.0 / IDS.1);
    let id = id.min(room.saturating_sub(MIN).max(MIN.min(room / 2)));
    (id, room.saturating_sub(id).min(MAX_BAR))
}

impl Rows for LayerRows<'_> {
    fn count(&self) -> usize {
        self.kept.facts.len()
    }

    fn key(&self, index: usize) -> RowKey {
        RowKey(self.layer_row(index).0.layer_id.to_string())
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        Some(&self.layer_row(index).0.layer_id)
    }

    fn gap(&self, index: usize) -> usize {
        usize::from(self.unfolded == Unfolded::All && index > 0)
    }

    fn height(&self, index: usize) -> usize {
        if self.is_unfolded(index) {
            self.lines(index).len()
        } else {
            1
        }
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let (row, facts) = self.layer_row(index);
        let block = LayerBlock::new(self, row);
        let mut lines = vec![block.line(facts)];
        if self.is_unfolded(index) {
            lines.extend(block.details());
        }
        lines
    }
}

/// A layer, ready to be drawn.
struct LayerBlock<'a> {
    rows: &'a LayerRows<'a>,
    row: &'a LayerRow,
    positions: HashMap<&'a ExperimentId, usize>,
    /// Its bar as it is, or as planned if it is new.
    now: Option<SlotBar>,
    /// Its bar after the plan, if it differs.
    plan: Option<SlotBar>,
}

impl<'a> LayerBlock<'a> {
    fn new(rows: &'a LayerRows<'_>, row: &'a LayerRow) -> Self {
        let positions = positions(row);
        let [now, plan] = bars(row, &positions);
        Self {
            rows,
            row,
            positions,
            now,
            plan,
        }
    }

    /// Returns the layer on one line: id, bar, percent, changes, then what stands out.
    fn line(&self, facts: &LayerFacts) -> Line<'static> {
        let LayerRows {
            pen, id, bar, kept, ..
        } = self.rows;
        let widths = &kept.widths;
        let shown = visible(self.row.layer_id.as_str());
        let shown = cut_middle(&shown, *id, pen.symbols.ellipsis);
        let mut spans = vec![pen.text(pad(&shown, id + GAP))];
        if let Some(now) = &self.now {
            spans.extend(bar::spans(pen, now, *bar));
            let held = pad_start(&facts.held, widths.held + GAP);
            spans.push(pen.figure(held, facts.held == "0%"));
            let planned = after_sign(pen.symbols.right, " ", &facts.planned);
            spans.push(pen.text(pad(&planned, planned_column(pen, widths))));
        } else {
            let room = bar + spaced(widths.held) + planned_column(pen, widths);
            spans.push(pen.dim(pad("see Problems", room)));
        }
        let pending = after_sign(pen.symbols.delta, "", &facts.pending);
        spans.push(pen.text(pad_start(&pending, pending_column(widths))));
        spans.extend(facts.marks.iter().map(|mark| self.mark(*mark)));
        pen.line(spans)
    }

    fn mark(&self, mark: LayerMark) -> Span<'static> {
        let Pen { theme, symbols, .. } = &self.rows.pen;
        let (symbol, style) = match mark {
            LayerMark::Alarm | LayerMark::Errors(_) => (symbols.cross, theme.error),
            LayerMark::New => (symbols.plus, theme.added),
        };
        let gap = " ".repeat(MARK_GAP);
        span(format!("{gap}{symbol} {}", mark.words()), style)
    }

    /// Returns what stands below: its id if it was cut, the bar after the plan, each holder, what the
    /// percent counts, its errors.
    fn details(&self) -> Vec<Line<'static>> {
        let LayerRows { pen, id, bar, .. } = self.rows;
        let mut lines = Vec::new();
        let whole = visible(self.row.layer_id.as_str());
        if text::width(&whole) > *id {
            lines.extend(pen.folded(&whole, pen.theme.text));
        }
        if let Some(plan) = &self.plan {
            let label = pad_start("plan", *id);
            let mut spans = vec![pen.dim(format!("{label}{}", " ".repeat(GAP)))];
            spans.extend(bar::spans(pen, plan, *bar));
            lines.push(pen.line(spans));
        }
        let bars = [self.now.as_ref(), self.plan.as_ref().or(self.now.as_ref())];
        let legend = legend::items(pen, self.row, &self.positions, bars);
        lines.extend(pen.flow(legend, GAP, 3));
        lines.extend(self.held());
        let errors = layer_facts::errors_of(self.rows.loaded, &self.row.layer_id);
        let indented = Pen {
            columns: pen.columns.saturating_sub(GAP),
            ..*pen
        };
        lines.extend(errors.take(MAX_ERRORS).map(|error| {
            let mut line = problem_words::in_one_line(&indented, error);
            line.spans.insert(0, pen.text(" ".repeat(GAP)));
            line
        }));
        lines
    }

    /// Returns what the percent counts, and what it is a part of.
    fn held(&self) -> Vec<Line<'static>> {
        let pen = &self.rows.pen;
        let Some((state, bar)) = now(self.row).zip(self.now.as_ref()) else {
            return Vec::new();
        };
        let slots = u64::from(state.slots.total());
        let mut facts = vec![
            vec![pen.dim(held_words(bar))],
            vec![pen.dim(text::counted(slots, "slot", "slots"))],
        ];
        if self.row.is_only_in_database {
            facts.push(vec![pen.dim("only in database")]);
        }
        pen.flow(facts, GAP, 3)
    }
}

/// Returns the width of a column with the gap before it, if there is anything in it.
fn spaced(column: usize) -> usize {
    if column > 0 { column + GAP } else { 0 }
}

/// Returns the width of the shares after the plan: `→ 80%` after a space.
fn planned_column(pen: &Pen<'_>, widths: &FactWidths) -> usize {
    if widths.planned > 0 {
        widths.planned + 2 + text::width(pen.symbols.right)
    } else {
        0
    }
}

/// Returns the width of the counts of changes: `Δ2` after a gap.
fn pending_column(widths: &FactWidths) -> usize {
    if widths.pending > 0 {
        spaced(widths.pending + 1)
    } else {
        0
    }
}

/// Returns the figure after its sign; nothing without one.
fn after_sign(sign: &str, gap: &str, figure: &str) -> String {
    if figure.is_empty() {
        return String::new();
    }
    format!("{gap}{sign}{gap}{figure}")
}

/// Returns the bar of a layer as it is, or as planned if it is new, and the bar after the plan if it
/// differs.
pub(in crate::console) fn bars(
    row: &LayerRow,
    positions: &HashMap<&ExperimentId, usize>,
) -> [Option<SlotBar>; 2] {
    let bar = |state: &LayerState| SlotBar::new(state, positions);
    let current = now(row).map(bar);
    let planned = row.after.as_deref().filter(|_| !row.stays()).map(bar);
    let planned = planned.filter(|planned| current.as_ref() != Some(planned));
    [current, planned]
}
