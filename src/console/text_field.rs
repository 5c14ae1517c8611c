//! A field in which a text is typed, as a form shows it: of a long text its end, where the cursor is.

use ratatui::text::Line;

use super::panels::pen::{Pen, span, width};
use super::panels::text::fold;
use crate::diagnostic::visible;

/// The most lines of a text: of a longer one the end is shown, where the cursor is.
const TEXT_LINES: usize = 3;

/// Returns a text of one's own words, with a cursor if it has the keys.
pub(in crate::console) fn lines(
    pen: &Pen<'_>,
    label: &'static str,
    text: &str,
    has_keys: bool,
    hint: &'static str,
) -> Vec<Line<'static>> {
    let theme = pen.theme;
    let indent = label.len();
    // The cursor needs a column too.
    let text = visible(text);
    let parts = fold(&text, pen.columns.saturating_sub(indent + 1));
    let parts = &parts[parts.len().saturating_sub(TEXT_LINES)..];
    let last = parts.len() - 1;
    let lines = parts.iter().enumerate().map(|(index, part)| {
        let lead = if index == 0 {
            label.to_owned()
        } else {
            " ".repeat(indent)
        };
        let mut line = vec![span(lead, theme.dim), span(*part, theme.accent)];
        if has_keys && index == last {
            line.push(span(" ", theme.selection));
        }
        if index == last && width(&line) + hint.len() <= pen.columns {
            line.push(pen.dim(hint));
        }
        pen.line(line)
    });
    lines.collect()
}
