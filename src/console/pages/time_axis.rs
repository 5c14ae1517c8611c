//! The axis of the page of time: the applies as marks, the point that is looked at, and the marked one.

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::time_view::Looked;
use crate::console::model::Startup;
use crate::console::panels::pen::{Pen, Spans, span};
use crate::console::panels::text::width;

/// Between the axis and the times at its ends.
const GAP: usize = 1;
const NOW: &str = "now";

/// Returns the axis from the first apply until now, and below it where the points are.
pub(super) fn lines(pen: &Pen<'_>, startup: &Startup, looked: Looked<'_>) -> Vec<Line<'static>> {
    let read = looked.read;
    let Some(first) = read.entries.last() else {
        return Vec::new();
    };
    let start = startup.date_and_minute(first.applied_at);
    let lead = width(&start) + GAP;
    let columns = pen.columns.saturating_sub(lead + GAP + NOW.len());
    if columns == 0 {
        return Vec::new();
    }
    let axis = Axis {
        start: first.applied_at,
        end: looked.now(),
        columns,
    };
    let mut has_apply = vec![false; columns];
    for entry in &read.entries {
        has_apply[axis.column(entry.applied_at)] = true;
    }
    let mut line: Spans = vec![pen.dim(format!("{start} "))];
    for stretch in has_apply.chunk_by(|one, other| one == other) {
        let (symbol, style) = if stretch[0] {
            (pen.symbols.expected, pen.theme.text)
        } else {
            (pen.symbols.line, pen.theme.dim)
        };
        line.push(span(symbol.repeat(stretch.len()), style));
    }
    line.push(pen.dim(format!(" {NOW}")));
    vec![pen.line(line), pen.line(points(pen, looked, axis, lead))]
}

/// Returns the line below the axis: an arrow below the point that is looked at, a bullet below the marked
/// one.
fn points(pen: &Pen<'_>, looked: Looked<'_>, axis: Axis, lead: usize) -> Spans {
    let column = |index: usize| match (index, looked.read.entry_at(index)) {
        (0, _) => 0,
        (_, Some(entry)) => axis.column(entry.applied_at),
        (_, None) => axis.columns - 1,
    };
    let here = looked
        .clock
        .map_or_else(|| column(looked.at), |at| axis.column(at));
    let mut marks = vec![(here, pen.symbols.mark)];
    if let Some(marked) = looked.marked {
        // In one column, the arrow is seen.
        marks.push((column(marked), pen.symbols.bullet));
    }
    marks.dedup_by_key(|(column, _)| *column);
    marks.sort_by_key(|(column, _)| *column);
    let mut spans = vec![Span::raw(" ".repeat(lead))];
    let mut next = 0;
    for (column, symbol) in marks {
        spans.push(Span::raw(" ".repeat(column - next)));
        spans.push(span(symbol, pen.theme.accent));
        next = column + 1;
    }
    spans
}

/// The time from `start` to `end`, on columns of equal length.
#[derive(Clone, Copy)]
struct Axis {
    start: Timestamp,
    end: Timestamp,
    columns: usize,
}

impl Axis {
    /// Returns the column of a time; the nearest one for a time beyond the ends.
    fn column(self, at: Timestamp) -> usize {
        let since = |at: Timestamp| at.as_microsecond() - self.start.as_microsecond();
        let last = self.columns.saturating_sub(1);
        let all = i128::from(since(self.end).max(1));
        let passed = i128::from(since(at)).clamp(0, all);
        let column = passed * last as i128 / all;
        usize::try_from(column).unwrap_or(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spread_from_end_to_end() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let axis = Axis {
            start: at(1_000),
            end: at(2_000),
            columns: 11,
        };
        let column = |second| axis.column(at(second));
        assert_eq!(
            [1_000, 1_099, 1_100, 1_999, 2_000].map(column),
            [0, 0, 1, 9, 10]
        );
        // A clock that was put back.
        assert_eq!([0, 5_000].map(column), [0, 10]);
    }

    #[test]
    fn no_time_at_all_is_one_column() {
        let at = Timestamp::MAX;
        let axis = Axis {
            start: at,
            end: at,
            columns: 1,
        };
        assert_eq!([Timestamp::MIN, at].map(|at| axis.column(at)), [0, 0]);
    }
}
