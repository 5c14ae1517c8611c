//! Updates the palette: searches, moves and chooses.

use crossterm::event::KeyCode;

use super::Palette;
use crate::console::component::Handled;
use crate::console::keys::{Chord, paste_text};

/// Handles a key.
pub(in crate::console) fn key(palette: &mut Palette, chord: Chord) -> Handled {
    // The key that opened the help closes it, unless there is a search text.
    let closes_help = palette.is_help && palette.query.is_empty();
    if chord.leaves() || closes_help && matches!(chord.typed(), Some('?' | 'q')) {
        return Handled::Close;
    }
    let bottom = palette.found.len().saturating_sub(1);
    let selected = &mut palette.selected;
    match chord.code() {
        KeyCode::Enter => {
            let chosen = palette.found.get(*selected);
            return chosen.map_or(Handled::Ignored, |command| Handled::Run(*command));
        }
        KeyCode::Up => *selected = selected.saturating_sub(1),
        KeyCode::Down => *selected = (*selected + 1).min(bottom),
        KeyCode::PageUp => *selected = selected.saturating_sub(10),
        KeyCode::PageDown => *selected = (*selected + 10).min(bottom),
        KeyCode::Home => *selected = 0,
        KeyCode::End => *selected = bottom,
        _ => {
            if chord.edit_text(&mut palette.query) {
                palette.search();
            }
        }
    }
    Handled::Done(Vec::new())
}

/// Adds pasted text to the search, without line breaks.
pub(in crate::console) fn paste(palette: &mut Palette, text: &str) {
    paste_text(&mut palette.query, text);
    palette.search();
}
