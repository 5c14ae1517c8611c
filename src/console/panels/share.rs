//! The bar of a share, beside what is expected of it.

use ratatui::style::Style;

use super::pen::{Pen, Spans, span};
use super::text::whole;

/// A bar of the share that was observed, with a mark where it is expected to end, if that is known.
/// `scale` is the share at the end of the bar.
pub(super) fn bar(
    pen: &Pen<'_>,
    style: Style,
    observed: f64,
    expected: Option<f64>,
    scale: f64,
    columns: usize,
) -> Spans {
    // The last column is for a mark at the very end.
    let Some(room) = columns.checked_sub(1).filter(|_| scale > 0.0) else {
        return vec![span(" ".repeat(columns), style)];
    };
    let eighths = whole(observed / scale * room as f64 * 8.0);
    let part = |from: usize, to: usize| {
        let cell = |column: usize| pen.symbols.eighths[eighths.saturating_sub(column * 8).min(8)];
        span((from..to).map(cell).collect::<String>(), style)
    };
    let Some(expected) = expected else {
        return vec![part(0, columns)];
    };
    let mark = whole(expected / scale * room as f64).min(room);
    vec![
        part(0, mark),
        span(pen.symbols.expected, pen.theme.text),
        part(mark + 1, columns),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::theme::{Symbols, Theme, ThemeName};

    fn shares(observed: f64, expected: impl Into<Option<f64>>, columns: usize) -> String {
        let theme = Theme::by_name(ThemeName::None);
        let pen = Pen {
            theme: &theme,
            symbols: &Symbols::UNICODE,
            columns,
        };
        let spans = bar(&pen, theme.text, observed, expected.into(), 0.5, columns);
        spans.iter().map(|span| span.content.as_ref()).collect()
    }

    #[test]
    fn the_mark_stands_where_the_bar_is_expected_to_end() {
        assert_eq!(shares(0.5, 0.5, 11), "██████████│");
        assert_eq!(shares(0.475, 0.5, 11), "█████████▌│");
        assert_eq!(shares(0.5, 0.25, 11), "█████│████ ");
        assert_eq!(shares(0.0, 0.0, 5), "│    ");
        assert_eq!(shares(0.25, None, 11), "█████      ");
        assert_eq!(
            (shares(0.5, 0.5, 1), shares(0.5, 0.5, 0)),
            ("│".into(), String::new())
        );
    }
}
