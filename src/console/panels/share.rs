//! Paints the bar of a share.

use ratatui::style::Style;

use super::pen::{Pen, Spans, span};
use crate::report::{BarColumn, share_bar};

/// Returns the bar of an observed share, with a mark where it is expected to end, if that is known.
/// `scale` is the share at the end of the bar.
pub(super) fn bar(
    pen: &Pen<'_>,
    style: Style,
    observed: f64,
    expected: Option<f64>,
    scale: f64,
    columns: usize,
) -> Spans {
    let columns = share_bar(observed, expected, scale, columns);
    let is_mark = |column: &BarColumn| *column == BarColumn::Expected;
    let runs = columns.chunk_by(|one, next| is_mark(one) == is_mark(next));
    runs.map(|run| {
        let symbols = run.iter().map(|column| match column {
            BarColumn::Expected => pen.symbols.expected,
            BarColumn::Filled(eighths) => pen.symbols.eighths[*eighths],
        });
        let style = if is_mark(&run[0]) {
            pen.theme.text
        } else {
            style
        };
        span(symbols.collect::<String>(), style)
    })
    .collect()
}
