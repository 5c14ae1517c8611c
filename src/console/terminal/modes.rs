//! The modes of the terminal: raw input, the alternate screen, the mouse, bracketed paste, the
//! cursor. Which ones are on is kept for the whole process, since a panic hook must undo them
//! without a [`Screen`](super::Screen) at hand.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::queue;
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};

/// Whether our modes are on. The lock is held while they change, so that two threads that leave
/// at once do it once.
static ENTERED: Mutex<bool> = Mutex::new(false);

/// Turns the modes on. On an error everything is as it was.
pub(super) fn enter(mouse: bool) -> io::Result<()> {
    let mut entered = ENTERED.lock().unwrap_or_else(PoisonError::into_inner);
    enable_raw_mode()?;
    *entered = true;
    let written = write_enter(&mut io::stdout().lock(), mouse);
    if written.is_err() {
        *entered = false;
        // What failed to write will fail again; the line discipline may still be mended.
        let _ = disable_raw_mode();
    }
    written
}

fn write_enter(out: &mut impl Write, mouse: bool) -> io::Result<()> {
    let mut sequence = Vec::new();
    queue!(sequence, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
    if mouse {
        queue!(sequence, EnableMouseCapture)?;
    }
    out.write_all(&sequence)?;
    out.flush()
}

/// Turns the modes off, if they are on. Everything is tried; the first error is returned.
pub(super) fn leave() -> io::Result<()> {
    let mut entered = ENTERED.lock().unwrap_or_else(PoisonError::into_inner);
    if !std::mem::replace(&mut *entered, false) {
        return Ok(());
    }
    let written = write_leave(&mut io::stdout().lock());
    let cooked = disable_raw_mode();
    written.and(cooked)
}

/// The mouse is let go whether or not it was captured: the settings may have changed in between,
/// and letting go twice does no harm.
fn write_leave(out: &mut impl Write) -> io::Result<()> {
    let mut sequence = Vec::new();
    queue!(
        sequence,
        EndSynchronizedUpdate,
        SetAttribute(Attribute::Reset),
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    )?;
    out.write_all(&sequence)?;
    out.flush()
}

/// Enters again after somebody else (a shell, at a stop and a continue) may have changed the
/// modes behind our back.
pub(super) fn enter_again(mouse: bool) -> io::Result<()> {
    // Raw mode is remembered as being on, and turning it on would do nothing.
    let _ = disable_raw_mode();
    enter(mouse)
}

/// Whether the modes are on.
pub(super) fn are_on() -> bool {
    *ENTERED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes).expect("a Vec takes every write");
        String::from_utf8(bytes).expect("sequences are ASCII")
    }

    #[test]
    fn leaving_undoes_what_entering_did() {
        let entered = text(|out| write_enter(out, true));
        let left = text(write_leave);
        for mode in ["?1049", "?2004", "?1000", "?1006"] {
            assert!(
                entered.contains(&format!("{mode}h")),
                "{mode} in {entered:?}"
            );
            assert!(left.contains(&format!("{mode}l")), "{mode} in {left:?}");
        }
        assert!(entered.contains("?25l") && left.contains("?25h"));
        assert!(
            left.contains("?2026l"),
            "a frame cut short must not freeze the terminal"
        );
    }

    #[test]
    fn without_the_mouse_it_stays_with_the_terminal() {
        assert!(!text(|out| write_enter(out, false)).contains("?1000h"));
    }

    #[test]
    fn nothing_asks_the_terminal_a_question() {
        let entered = text(|out| write_enter(out, true));
        for question in ["[6n", "[c", "[?u", "]11;?"] {
            assert!(!entered.contains(question), "{question}");
        }
    }
}
