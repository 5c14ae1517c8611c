//! The terminal's events as messages.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::time::Duration;

use crossterm::event::{Event, MouseEventKind};
use rustix::termios::{QueueSelector, tcflush};

use super::keys::Chord;
use super::message::Message;

/// How long crossterm may look for an event that it has read. Without any time it looks at nothing; and the reader that
/// was stopped may need a moment to let go.
const LOOK: Duration = Duration::from_millis(10);

/// Drops what was typed and not read yet, by the terminal's driver and by crossterm.
pub(super) fn forget_unread() -> io::Result<()> {
    let input = io::stdin();
    if input.is_terminal() {
        tcflush(input, QueueSelector::IFlush)?;
    } else {
        // Where crossterm reads keys then.
        tcflush(File::open("/dev/tty")?, QueueSelector::IFlush)?;
    }
    while crossterm::event::poll(LOOK)? {
        crossterm::event::read()?;
    }
    Ok(())
}

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
