//! The outcome of the last action, whole, in a box above the bottom line: where that line would cut it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::model::{Model, Outcome, Tone};
use crate::diagnostic::visible;
use crate::text;

/// The maximum width of the box: longer lines are hard to read.
const MAX_WIDTH: u16 = 100;
/// The columns of the box beside its text: borders, blanks and the symbol.
const FRAME: u16 = 6;
/// The lines of the screen that it leaves: the top line, the bottom line and its borders.
const LEFT: u16 = 4;

/// Returns the columns that an outcome may take on the bottom line; the keys need the others.
pub(in crate::console) fn room(model: &Model) -> usize {
    usize::from(model.size.0).saturating_sub(2) * 2 / 3
}

/// Returns the outcome, if the bottom line has no room for it. Over a dialog nothing is drawn.
pub(in crate::console) fn shown(model: &Model) -> Option<&Outcome> {
    let outcome = model.outcome.as_ref()?;
    let is_whole_wanted = model.overlay.is_none() && outcome.tone != Tone::Aside;
    let is_long = || {
        let text = visible(&outcome.text);
        outcome.text.contains('\n') || text::width(&text) > room(model)
    };
    (is_whole_wanted && is_long()).then_some(outcome)
}

/// Draws the box above the bottom line, if there is one.
pub(in crate::console) fn draw(model: &Model, footer: Rect, frame: &mut Frame<'_>) {
    let Some(outcome) = shown(model) else {
        return;
    };
    let (theme, symbols) = (&model.startup.theme, model.startup.symbols);
    let (symbol, style) = match outcome.tone {
        Tone::Good => (symbols.check, theme.success),
        Tone::Plain | Tone::Aside => (symbols.separator, theme.text),
        Tone::Bad => (symbols.cross, theme.error),
    };
    let width = MAX_WIDTH.min(footer.width);
    let columns = usize::from(width.saturating_sub(FRAME));
    let most = usize::from(footer.y.saturating_sub(LEFT - 1));
    let mut lines: Vec<Line<'_>> = Vec::new();
    for part in outcome.text.split('\n') {
        let mut lead = symbol;
        for piece in text::wrap(&visible(part), columns) {
            lines.push(Line::from(vec![
                Span::styled(format!(" {lead:<1} "), style),
                Span::styled(piece, theme.text),
            ]));
            lead = "";
        }
    }
    lines.truncate(most);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let area = Rect {
        x: footer.right().saturating_sub(width),
        y: footer.y.saturating_sub(height),
        width,
        height,
    };
    let block = Block::bordered()
        .border_set(symbols.border_focused)
        .border_style(style)
        .style(theme.text)
        .title_bottom(Line::styled(" Esc closes ", theme.dim));
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(lines), inner);
}
