//! The screen: a guard over the terminal.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use crossterm::queue;
use crossterm::style::force_color_output;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};
use signal_hook::consts::SIGTSTP;

use super::frame::FrameBuffer;
use super::{modes, panic};

/// Whether people sit at both ends: standard input and output are a terminal.
#[must_use]
pub fn is_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// How to open the screen.
#[derive(Clone, Debug, Default)]
pub struct ScreenOptions {
    /// Whether clicks and the wheel come to us instead of the terminal's own selection.
    pub mouse: bool,
    /// Where the log is, for the message after a panic.
    pub log: Option<PathBuf>,
}

/// The terminal while the console has it. Dropping it gives the terminal back as it was; so does
/// a panic of the thread that opened it.
///
/// Drawing never panics: where the terminal has gone away, it returns an error.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<CrosstermBackend<FrameBuffer>>,
    buffer: FrameBuffer,
    mouse: bool,
    /// Whether the next frame can't build on what the terminal shows.
    from_scratch: bool,
}

impl Screen {
    /// Takes the terminal over: raw input, the alternate screen, bracketed paste, no cursor, and
    /// the mouse if wanted. On an error the terminal is as it was.
    pub fn open(options: ScreenOptions) -> io::Result<Self> {
        // Under NO_COLOR crossterm drops modifiers too, and with them the selection. The theme
        // decides about colour instead.
        force_color_output(true);
        let buffer = FrameBuffer::default();
        let terminal = Terminal::new(CrosstermBackend::new(buffer.clone()))?;
        panic::guard(options.log);
        modes::enter(options.mouse)?;
        Ok(Self {
            terminal,
            buffer,
            mouse: options.mouse,
            from_scratch: true,
        })
    }

    /// Draws one frame and shows it at once: one write, within a synchronized update, so that a
    /// terminal never shows half of it.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        queue!(self.buffer, BeginSynchronizedUpdate)?;
        if self.from_scratch {
            // Not `Terminal::clear`, which asks for the cursor's position and waits.
            let size = self.terminal.backend().size()?;
            self.terminal
                .resize(Rect::from((ratatui::layout::Position::ORIGIN, size)))?;
        }
        self.terminal.draw(render)?;
        queue!(self.buffer, EndSynchronizedUpdate)?;
        self.buffer.send(&mut io::stdout().lock())?;
        self.from_scratch = false;
        Ok(())
    }

    /// Sends a control sequence that draws nothing, such as a copy to the clipboard.
    pub fn send(&mut self, sequence: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(sequence.as_bytes())?;
        out.flush()
    }

    /// Makes the next frame a complete one.
    pub fn redraw(&mut self) {
        self.from_scratch = true;
    }

    /// Gives the terminal back as it was. Doing it twice is no harm.
    pub fn restore(&mut self) -> io::Result<()> {
        modes::leave()
    }

    /// Takes the terminal again, after [`Screen::restore`] or after the process was stopped and
    /// continued by others (SIGCONT); the next frame is a complete one.
    pub fn resume(&mut self) -> io::Result<()> {
        self.from_scratch = true;
        modes::enter_again(self.mouse)
    }

    /// Stops the process as Ctrl-Z does: the terminal is given back, and taken again when the
    /// process continues. Returns after that.
    pub fn suspend(&mut self) -> io::Result<()> {
        let stopped = self
            .restore()
            .and_then(|()| signal_hook::low_level::raise(SIGTSTP));
        self.resume().and(stopped)
    }

    /// Gives the terminal to `other` (an editor), and takes it again afterwards, whatever came of
    /// it. Stop reading events before: a reader that goes on steals the editor's keys.
    pub fn handed_over<T>(&mut self, other: impl FnOnce() -> T) -> io::Result<T> {
        self.restore()?;
        let outcome = other();
        self.resume()?;
        Ok(outcome)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Nobody is left to hear of an error, and the terminal may be gone.
        let _ = modes::leave();
    }
}
