//! A layer's slots before and after a plan, cell by cell, with what changes marked below.

use ratatui::text::{Line, Span};

use crate::console::model::LayerRow;
use crate::console::panels::bar::{self, positions};
use crate::console::panels::pen::{Pen, span};
use crate::console::panels::text::pad_start;
use crate::domain::{ExperimentId, LayerState, SlotUse};
use crate::numbers::{counted, thousands};
use crate::report::{BarHolder, SlotBar, value_change};

/// The most rows of cells of each side.
const MAX_ROWS: usize = 4;
/// What stands before the cells.
const LABEL: usize = 10;

/// Returns both sides, row by row, and the counts of the experiment in words.
pub(super) fn lines(
    pen: &Pen<'_>,
    row: &LayerRow,
    id: Option<&ExperimentId>,
) -> Vec<Line<'static>> {
    let Some(after) = row.after.as_deref() else {
        return Vec::new();
    };
    let total = after.slots.total() as usize;
    let columns = pen.columns.saturating_sub(LABEL).max(1);
    let cells = total.min(columns * MAX_ROWS);
    let positions = positions(row);
    let free = LayerState::empty(after.layer.clone());
    let before = row.before.as_deref().unwrap_or(&free);
    let sides = [before, after].map(|state| SlotBar::new(state, &positions).columns(cells));
    let mut lines = Vec::new();
    let [was, is] = &sides;
    for (index, (was, is)) in was.chunks(columns).zip(is.chunks(columns)).enumerate() {
        if index > 0 {
            lines.push(Line::default());
        }
        let first = index * columns * total / cells;
        let labels = [
            format!("{} now", thousands(first as u64)),
            "plan".to_owned(),
        ];
        for (label, side) in labels.into_iter().zip([was, is]) {
            lines.push(painted(pen, &label, side));
        }
        let marks = was.iter().zip(is).map(|(was, is)| mark(pen, *was, *is));
        let mut spans = vec![label_of(pen, "changed")];
        spans.extend(marks.map(|mark| span(mark, pen.theme.accent)));
        lines.push(pen.line(spans));
    }
    if let Some(id) = id {
        lines.push(pen.line(vec![pen.text("  "), pen.text(held(pen, before, after, id))]));
    }
    lines
}

fn label_of(pen: &Pen<'_>, label: &str) -> Span<'static> {
    pen.dim(format!("{}  ", pad_start(label, LABEL - 2)))
}

fn painted(pen: &Pen<'_>, label: &str, cells: &[BarHolder]) -> Line<'static> {
    let mut spans = vec![label_of(pen, label)];
    spans.extend(bar::painted(pen, cells, |_, holder| {
        bar::style_of(pen, holder)
    }));
    pen.line(spans)
}

/// Returns what happens to a cell: it is taken, given back, or changes its use or holder.
fn mark(pen: &Pen<'_>, was: BarHolder, is: BarHolder) -> &'static str {
    let is_held = |holder| !matches!(holder, BarHolder::Free | BarHolder::Capped);
    match (is_held(was), is_held(is)) {
        _ if was == is => " ",
        (false, true) => pen.symbols.plus,
        (true, false) => pen.symbols.minus,
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
