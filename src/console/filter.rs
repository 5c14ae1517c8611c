//! The filter field below the view: a component whose state is only its text.
//!
//! Only rows that contain the text are listed. It is drawn in the footer.

use crossterm::event::KeyCode;

use super::component::Handled;
use super::keys::{Chord, paste_text};

/// Handles a key.
pub(in crate::console) fn key(filter: &mut String, chord: Chord) -> Handled {
    if chord.leaves() {
        filter.clear();
        return Handled::Close;
    }
    if chord.code() == KeyCode::Enter {
        return Handled::Close;
    }
    chord.edit_text(filter);
    Handled::Done(Vec::new())
}

/// Inserts pasted text, without line breaks.
pub(in crate::console) fn paste(filter: &mut String, text: &str) {
    paste_text(filter, text);
}
