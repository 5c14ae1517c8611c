//! The terminal's events as messages.

use crossterm::event::{Event, MouseEventKind};

use super::keys::Chord;
use super::message::Message;

/// Returns the message of an event; `None` for irrelevant ones, so that they cost no frame.
#[must_use]
pub(super) fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) => Chord::from_event(key).map(Message::Key),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(columns, rows) => Some(Message::Resized(columns, rows)),
        Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::Moved | MouseEventKind::Drag(_) | MouseEventKind::Up(_) => None,
            _ => Some(Message::Mouse(mouse)),
        },
        Event::FocusGained | Event::FocusLost => None,
    }
}
