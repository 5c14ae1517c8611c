//! A layer's slots before and after a plan: two grids of one shape, row by row, with what changes
//! marked below.

use ratatui::style::Style;
use ratatui::text::Line;

use super::slot_grid::GridShape;
use crate::console::model::LayerRow;
use crate::console::panels::bar::{self, positions};
use crate::console::panels::legend;
use crate::console::panels::pen::{Pen, span};
use crate::console::panels::text::pad;
use crate::domain::{ExperimentId, LayerState, SlotUse};
use crate::numbers::{counted, thousands};
use crate::report::{BarHolder, SlotBar, value_change};

/// The most rows of cells of each side.
const MAX_ROWS: usize = 4;
/// What stands before the rows of a grid.
const LABEL: usize = 8;

/// Returns both sides, row by row, and the counts of the experiment in words.
pub(super) fn lines(
    pen: &Pen<'_>,
    row: &LayerRow,
    id: Option<&ExperimentId>,
) -> Vec<Line<'static>> {
    let Some(after) = row.after.as_deref() else {
        return Vec::new();
    };
    let inner = Pen {
        columns: pen.columns.saturating_sub(LABEL),
        ..*pen
    };
    let shape = GridShape::new(after.slots.total(), inner.columns, MAX_ROWS);
    let positions = positions(row);
    let free = LayerState::empty(after.layer.clone());
    let before = row.before.as_deref().unwrap_or(&free);
    let bars = [before, after].map(|state| SlotBar::new(state, &positions));
    let cells = bars.each_ref().map(|bar| shape.cells(bar));
    let marks = marks(pen, shape, &bars, &cells);
    let [now, plan] = cells
        .each_ref()
        .map(|cells| shape.lines(&inner, cells, |_, holder| bar::style_of(pen, holder)));
    let marked = shape.arrange(&inner, &marks);
    let mut lines = Vec::new();
    for ((now, plan), marked) in now.into_iter().zip(plan).zip(marked) {
        lines.push(labeled(pen, "now", now));
        lines.push(labeled(pen, "plan", plan));
        // A row that stays needs no line for marks; its number is said twice already.
        if marked
            .spans
            .iter()
            .skip(2)
            .any(|span| !span.content.trim().is_empty())
        {
            lines.push(labeled(pen, "change", marked));
        }
    }
    let [first, second] = &bars;
    let mut items = legend::items(pen, row, &positions, [Some(first), Some(second)]);
    let symbols = pen.symbols;
    let signs = [
        (symbols.plus, "taken"),
        (symbols.minus, "given back"),
        (symbols.tilde, "held otherwise"),
    ];
    items.extend(
        signs.map(|(sign, meaning)| {
            vec![span(sign, pen.theme.accent), pen.dim(format!(" {meaning}"))]
        }),
    );
    items.extend(shape.scale().map(|scale| vec![pen.dim(scale)]));
    lines.extend(pen.flow(items, 2, 3));
    if let Some(id) = id {
        lines.extend(pen.paragraph(
            vec![pen.text("  ")],
            &held(pen, before, after, id),
            pen.theme.text,
        ));
    }
    lines
}

fn labeled(pen: &Pen<'_>, label: &str, line: Line<'static>) -> Line<'static> {
    let mut spans = vec![pen.dim(pad(label, LABEL))];
    // Its first column is the blank one of every line.
    spans.extend(line.spans.into_iter().skip(1));
    pen.line(spans)
}

/// Returns a sign for each cell in which the holder, the use or the status of a slot changes.
fn marks(
    pen: &Pen<'_>,
    shape: GridShape,
    [before, after]: &[SlotBar; 2],
    [was, is]: &[Vec<BarHolder>; 2],
) -> Vec<(char, Style)> {
    let cells = (0..).zip(was.iter().zip(is));
    cells
        .map(|(cell, (was, is))| {
            let changes = before.differs(after, &shape.slots(cell));
            let sign = if changes { sign(pen, *was, *is) } else { " " };
            (sign.chars().next().unwrap_or(' '), pen.theme.accent)
        })
        .collect()
}

/// Returns what happens to a cell: it is taken, given back, or held otherwise.
fn sign(pen: &Pen<'_>, was: BarHolder, is: BarHolder) -> &'static str {
    match (was.position(), is.position()) {
        (None, Some(_)) => pen.symbols.plus,
        (Some(_), None) => pen.symbols.minus,
        _ => pen.symbols.tilde,
    }
}

/// Returns how many slots the experiment holds, before and after.
fn held(pen: &Pen<'_>, before: &LayerState, after: &LayerState, id: &ExperimentId) -> String {
    let change = |usage| {
        let [was, is] = [before, after].map(|state| thousands(state.slots.count(id, usage)));
        value_change(&was, &is, pen.symbols.right)
    };
    let total = counted(u64::from(after.slots.total()), "slot", "slots");
    let (active, reserved) = (change(SlotUse::Active), change(SlotUse::Reserved));
    format!("active {active}, reserved {reserved}, of {total}")
}
