//! Why a saved plan can't be applied, above what it would have changed.

use ratatui::text::{Line, Span};

use super::pen::{Pen, span};
use crate::console::model::Refused;
use crate::console::theme::Theme;

/// Returns only the word.
pub(in crate::console) fn word(theme: &Theme, refused: &Refused) -> Span<'static> {
    let style = if refused.is_stale {
        theme.warning
    } else {
        theme.error
    };
    span(refused.word, style)
}

/// Returns the word, the reason and how to fix it.
pub(super) fn lines(pen: &Pen<'_>, refused: &Refused) -> Vec<Line<'static>> {
    let word = word(pen.theme, refused);
    let symbol = if refused.is_stale {
        pen.symbols.warning
    } else {
        pen.symbols.cross
    };
    let symbol = span(format!("{symbol} "), word.style);
    let text = format!("{}: {}", refused.word, refused.message);
    let mut lines = pen.paragraph(vec![symbol], &text, word.style);
    lines.extend(pen.paragraph(vec![pen.text("  ")], refused.help, pen.theme.dim));
    lines
}
