//! The modes of the terminal: raw input, the alternate screen, the mouse, bracketed paste, the
//! cursor. Their state is global, since a panic hook must undo them
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

/// Whether our modes are on. The lock is held while they change, so that two threads leaving at the
/// same time do it once.
static ENTERED: Mutex<bool> = Mutex::new(false);

/// Turns the modes on. Restores everything on an error.
pub(super) fn enter(mouse: bool) -> io::Result<()> {
    let mut entered = ENTERED.lock().unwrap_or_else(PoisonError::into_inner);
    enable_raw_mode()?;
    *entered = true;
    let written = write_enter(&mut io::stdout().lock(), mouse);
    if written.is_err() {
        *entered = false;
        // Another write would fail as well, but the line discipline may still be restored.
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

/// Turns the modes off, if they are on. Tries everything and returns the first error.
pub(super) fn leave() -> io::Result<()> {
    let mut entered = ENTERED.lock().unwrap_or_else(PoisonError::into_inner);
    if !std::mem::replace(&mut *entered, false) {
        return Ok(());
    }
    let written = write_leave(&mut io::stdout().lock());
    let cooked = disable_raw_mode();
    written.and(cooked)
}

/// Releases the mouse whether or not it was captured: releasing it twice is harmless.
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

/// Enters again after another program (a shell, around a stop) may have changed the modes.
pub(super) fn reenter(mouse: bool) -> io::Result<()> {
    // crossterm believes that raw mode is on, and would do nothing.
    let _ = disable_raw_mode();
    enter(mouse)
}

/// Gives the line discipline back, without a word to the terminal: nobody may read it. Returns whether it was ours.
pub(crate) fn abandon() -> bool {
    // Whoever holds the lock waits for the terminal.
    let is_ours = ENTERED.try_lock().map_or(true, |entered| *entered);
    if is_ours {
        // The process ends anyway.
        let _ = disable_raw_mode();
    }
    is_ours
}

/// Returns whether the modes are on.
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
    fn nothing_queries_the_terminal() {
        let entered = text(|out| write_enter(out, true));
        for question in ["[6n", "[c", "[?u", "]11;?"] {
            assert!(!entered.contains(question), "{question}");
        }
    }
}
