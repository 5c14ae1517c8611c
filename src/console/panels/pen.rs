//! Lines of styled text for one panel: cut, justified, flowing, wrapped.
//!
//! Every line begins with a blank column, where the mark of the selected row goes, and ends with at
//! least one, so that text doesn't touch the border.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::text;
use crate::console::model::{Startup, Trouble};
use crate::console::theme::{Symbols, Theme};
use crate::diagnostic::visible;
use crate::report::Pieces;

/// Pieces of a line.
pub(in crate::console) type Spans = Vec<Span<'static>>;

/// What a panel needs to build its lines.
pub(in crate::console) struct Pen<'a> {
    pub(in crate::console) theme: &'a Theme,
    pub(in crate::console) symbols: &'static Symbols,
    /// Columns between the blank ones on both sides.
    pub(in crate::console) columns: usize,
}

/// Returns a styled piece of our own text.
pub(in crate::console) fn span(text: impl Into<String>, style: Style) -> Span<'static> {
    Span::styled(text.into(), style)
}

/// Returns a styled piece of text from files or database, made safe.
pub(in crate::console) fn foreign(text: impl AsRef<str>, style: Style) -> Span<'static> {
    span(visible(text.as_ref()), style)
}

/// Returns the width of the pieces in columns.
pub(in crate::console) fn width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| text::width(&span.content)).sum()
}

impl<'a> Pen<'a> {
    /// Creates a pen for a panel of this width.
    pub(in crate::console) fn new(startup: &'a Startup, width: u16) -> Self {
        Self {
            theme: &startup.theme,
            symbols: startup.symbols,
            columns: usize::from(width).saturating_sub(2),
        }
    }

    /// Returns a plain piece of our own text.
    pub(in crate::console) fn text(&self, text: impl Into<String>) -> Span<'static> {
        span(text, self.theme.text)
    }

    /// Returns a piece of less important text.
    pub(in crate::console) fn dim(&self, text: impl Into<String>) -> Span<'static> {
        span(text, self.theme.dim)
    }

    /// Returns a number, dim if it is zero.
    pub(in crate::console) fn figure(&self, text: String, is_zero: bool) -> Span<'static> {
        if is_zero {
            self.dim(text)
        } else {
            self.text(text)
        }
    }

    /// Returns the pieces of a block's line in the theme's styles.
    pub(in crate::console) fn paint(&self, pieces: Pieces) -> Spans {
        let pieces = pieces.into_iter();
        pieces
            .map(|piece| span(piece.text, self.theme.style(piece.role)))
            .collect()
    }

    /// Returns the pieces, cut with an ellipsis if they are wider than the panel.
    pub(in crate::console) fn cut(&self, spans: Spans, columns: usize) -> Spans {
        if width(&spans) <= columns {
            return spans;
        }
        let mut left = columns;
        let mut kept = Spans::new();
        for piece in spans {
            let wide = text::width(&piece.content);
            // The last piece that is kept needs room for the ellipsis, even if it fits exactly.
            if wide < left {
                left -= wide;
                kept.push(piece);
                continue;
            }
            // Longer than the room, so that it is cut.
            let longer = format!("{} ", piece.content);
            let ellipsis = self.symbols.ellipsis;
            kept.push(span(text::cut(&longer, left, ellipsis), piece.style));
            break;
        }
        kept
    }

    /// Returns a line of these pieces.
    pub(in crate::console) fn line(&self, spans: Spans) -> Line<'static> {
        let mut line = vec![Span::raw(if self.columns > 0 { " " } else { "" })];
        line.extend(self.cut(spans, self.columns));
        Line::from(line)
    }

    /// Returns a line with `left` at its start and `right` at its end. If both don't fit, `left` is
    /// cut.
    pub(in crate::console) fn sides(&self, left: Spans, right: Spans) -> Line<'static> {
        let right = self.cut(right, self.columns);
        let room = self.columns.saturating_sub(width(&right) + 1);
        let mut spans = self.cut(left, room);
        let blank = self.columns.saturating_sub(width(&spans) + width(&right));
        spans.push(Span::raw(" ".repeat(blank)));
        spans.extend(right);
        self.line(spans)
    }

    /// Lays out the items with `gap` spaces between them, on as many lines as needed.
    pub(in crate::console) fn flow(
        &self,
        items: Vec<Spans>,
        indent: usize,
        gap: usize,
    ) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        let mut line = Spans::new();
        for item in items {
            let needed = width(&line) + gap + width(&item);
            if !line.is_empty() && needed > self.columns {
                lines.push(self.line(std::mem::take(&mut line)));
            }
            let before = if line.is_empty() { indent } else { gap };
            line.push(Span::raw(" ".repeat(before)));
            line.extend(item);
        }
        if !line.is_empty() {
            lines.push(self.line(line));
        }
        lines
    }

    /// Wraps a text; all lines but the first are indented by the width of `lead`.
    pub(in crate::console) fn paragraph(
        &self,
        lead: Spans,
        text: &str,
        style: Style,
    ) -> Vec<Line<'static>> {
        let indent = width(&lead);
        let lines = text::wrap(&visible(text), self.columns.saturating_sub(indent));
        let mut lead = Some(lead);
        lines
            .into_iter()
            .map(|line| {
                let mut spans = lead
                    .take()
                    .unwrap_or_else(|| vec![Span::raw(" ".repeat(indent))]);
                spans.push(span(line, style));
                self.line(spans)
            })
            .collect()
    }

    /// Wraps a text only at the panel's width, anywhere in a word.
    pub(in crate::console) fn folded(&self, text: &str, style: Style) -> Vec<Line<'static>> {
        let text = visible(text);
        let lines = text::fold(&text, self.columns).into_iter();
        lines
            .map(|line| self.line(vec![span(line, style)]))
            .collect()
    }

    /// Returns what couldn't be read or done, and how to fix it.
    pub(in crate::console) fn trouble(&self, trouble: &Trouble) -> Vec<Line<'static>> {
        let cross = span(format!("{} ", self.symbols.cross), self.theme.error);
        let mut lines = self.paragraph(vec![cross], &trouble.message, self.theme.text);
        lines.extend(self.paragraph(vec![self.text("  ")], &trouble.help, self.theme.dim));
        lines
    }

    /// Returns the text of an empty panel.
    pub(in crate::console) fn hint(&self, text: &str) -> Vec<Line<'static>> {
        self.paragraph(Spans::new(), text, self.theme.dim)
    }

    /// Returns facts on one line, with separators.
    pub(in crate::console) fn facts(&self, facts: Vec<Span<'static>>) -> Line<'static> {
        let mut spans = Spans::new();
        for fact in facts {
            if !spans.is_empty() {
                spans.push(self.dim(format!(" {} ", self.symbols.separator)));
            }
            spans.push(fact);
        }
        Line::from(spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::theme::ThemeName;

    fn shown(columns: usize, line: impl Fn(&Pen<'_>) -> Line<'static>) -> String {
        let theme = Theme::by_name(ThemeName::None);
        let symbols = &Symbols::UNICODE;
        line(&Pen {
            theme: &theme,
            symbols,
            columns,
        })
        .to_string()
    }

    #[test]
    fn pieces_are_cut_across_their_borders() {
        let cut = |columns| {
            shown(columns, |pen| {
                pen.line(vec![pen.text("ab"), pen.dim("cd"), pen.text("e")])
            })
        };
        assert_eq!(
            [5, 4, 3, 2, 1].map(cut),
            [" abcde", " abc…", " ab…", " a…", " …"]
        );
        assert_eq!(cut(0), "");
    }

    #[test]
    fn the_right_side_stays_when_room_is_short() {
        let sides = |columns| {
            shown(columns, |pen| {
                pen.sides(vec![pen.text("homepage")], vec![pen.text("90%")])
            })
        };
        assert_eq!(sides(14), " homepage   90%");
        assert_eq!(sides(10), " homep… 90%");
        assert_eq!(sides(2), " 9…");
    }
}
