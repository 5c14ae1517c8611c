//! The field that filters a list over the view.

use crossterm::event::KeyCode;
use ratatui::text::Line;

use crate::console::keys::{Chord, paste_text};
use crate::console::panels::pen::{Pen, Spans, span, width};
use crate::diagnostic::visible;
use crate::text::cut_start;

/// The filter's text, and whether it is being typed.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    /// What listed rows must have; empty for all.
    pub text: String,
    /// Whether the field has the keys.
    pub is_typing: bool,
}

impl ListFilter {
    /// Returns whether it takes a line above the list.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.is_typing || !self.text.is_empty()
    }

    /// Handles a key of the field: Escape clears it, Enter and the arrows keep it.
    pub(super) fn edit(&mut self, chord: Chord) {
        if chord.is_escape() {
            self.clear();
            return;
        }
        match chord.code() {
            KeyCode::Enter | KeyCode::Down | KeyCode::Up => self.is_typing = false,
            _ => {
                chord.edit_text(&mut self.text);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Inserts pasted text, without line breaks.
    pub(super) fn paste(&mut self, text: &str) {
        paste_text(&mut self.text, text);
    }

    /// Returns the field with `right` at the end of its line.
    pub(in crate::console) fn line(&self, pen: &Pen<'_>, right: Spans) -> Line<'static> {
        let label = "/ ";
        let room = pen.columns.saturating_sub(label.len() + width(&right) + 2);
        // The end, since that is where the user types.
        let shown = cut_start(&visible(&self.text), room, pen.symbols.ellipsis);
        let mut field = vec![span(label, pen.theme.key_hint), pen.text(shown)];
        if self.is_typing {
            field.push(span(" ", pen.theme.selection));
        }
        pen.sides(field, right)
    }
}
