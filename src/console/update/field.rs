//! Keys that every text field takes, and those that leave one.

use crossterm::event::{KeyCode, KeyModifiers};

use crate::console::keys::Chord;

/// Whether this is Escape, which takes back what is open.
pub(super) fn is_escape(chord: Chord) -> bool {
    chord == Chord::new(KeyCode::Esc, KeyModifiers::NONE)
}

/// Whether this is Ctrl-C, which leaves whatever is open.
pub(super) fn is_interrupt(chord: Chord) -> bool {
    chord == Chord::new(KeyCode::Char('c'), KeyModifiers::CONTROL)
}

/// Types into a field at its end; says whether the text changed.
pub(super) fn edit_text(text: &mut String, chord: Chord) -> bool {
    let clears_line = chord == Chord::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
    match chord.typed() {
        Some(character) => {
            text.push(character);
            true
        }
        None if chord.code() == KeyCode::Backspace => text.pop().is_some(),
        None if clears_line => {
            text.clear();
            true
        }
        None => false,
    }
}
