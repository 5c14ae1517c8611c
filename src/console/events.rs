//! The terminal's events as messages.

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use termina::Event;
use termina::event::{self, KeyEventKind, Modifiers};

use super::keys::Chord;
use super::message::Message;

/// Returns the message of an event; `None` for irrelevant ones, so that they cost no frame.
#[must_use]
pub(super) fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            let chord = Chord::new(code(key.code)?, modifiers(key.modifiers));
            Some(Message::Key(chord))
        }
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Mouse(mouse) => Some(Message::Mouse(MouseEvent {
            kind: mouse_kind(mouse.kind)?,
            column: mouse.column,
            row: mouse.row,
            modifiers: modifiers(mouse.modifiers),
        })),
        _ => None,
    }
}

/// Returns a key that can be bound to something.
fn code(code: event::KeyCode) -> Option<KeyCode> {
    Some(match code {
        event::KeyCode::Char(character) => KeyCode::Char(character),
        event::KeyCode::Function(number) => KeyCode::F(number),
        event::KeyCode::Enter => KeyCode::Enter,
        event::KeyCode::Backspace => KeyCode::Backspace,
        event::KeyCode::Tab => KeyCode::Tab,
        event::KeyCode::BackTab => KeyCode::BackTab,
        event::KeyCode::Escape => KeyCode::Esc,
        event::KeyCode::Left => KeyCode::Left,
        event::KeyCode::Right => KeyCode::Right,
        event::KeyCode::Up => KeyCode::Up,
        event::KeyCode::Down => KeyCode::Down,
        event::KeyCode::Home => KeyCode::Home,
        event::KeyCode::End => KeyCode::End,
        event::KeyCode::PageUp => KeyCode::PageUp,
        event::KeyCode::PageDown => KeyCode::PageDown,
        event::KeyCode::Insert => KeyCode::Insert,
        event::KeyCode::Delete => KeyCode::Delete,
        _ => return None,
    })
}

fn modifiers(held: Modifiers) -> KeyModifiers {
    let known = [
        (Modifiers::SHIFT, KeyModifiers::SHIFT),
        (Modifiers::CONTROL, KeyModifiers::CONTROL),
        (Modifiers::ALT, KeyModifiers::ALT),
    ];
    let held = known.into_iter().filter(|(flag, _)| held.contains(*flag));
    held.map(|(_, modifier)| modifier).collect()
}

fn mouse_kind(kind: event::MouseEventKind) -> Option<MouseEventKind> {
    Some(match kind {
        event::MouseEventKind::Down(button) => MouseEventKind::Down(match button {
            event::MouseButton::Left => MouseButton::Left,
            event::MouseButton::Right => MouseButton::Right,
            event::MouseButton::Middle => MouseButton::Middle,
        }),
        event::MouseEventKind::ScrollDown => MouseEventKind::ScrollDown,
        event::MouseEventKind::ScrollUp => MouseEventKind::ScrollUp,
        event::MouseEventKind::ScrollLeft => MouseEventKind::ScrollLeft,
        event::MouseEventKind::ScrollRight => MouseEventKind::ScrollRight,
        event::MouseEventKind::Up(_)
        | event::MouseEventKind::Drag(_)
        | event::MouseEventKind::Moved => return None,
    })
}

#[cfg(test)]
mod tests {
    use termina::event::{KeyEvent, KeyEventState};

    use super::*;

    #[test]
    fn a_key_is_pressed_once() {
        let event = |kind| {
            Event::Key(KeyEvent {
                code: event::KeyCode::Char('a'),
                kind,
                modifiers: Modifiers::CONTROL | Modifiers::ALT | Modifiers::NUM_LOCK,
                state: KeyEventState::NONE,
            })
        };
        let Some(Message::Key(chord)) = message(event(KeyEventKind::Press)) else {
            panic!("a key")
        };
        assert_eq!(chord.to_string(), "ctrl-alt-a");
        assert!(message(event(KeyEventKind::Release)).is_none());
    }
}
