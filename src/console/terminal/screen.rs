//! The screen: a guard over the terminal.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use crossterm::queue;
use crossterm::style::force_color_output;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use signal_hook::consts::SIGTSTP;

use super::frame::FrameBuffer;
use super::{modes, panic};

/// Returns whether standard input and output are a terminal.
#[must_use]
pub(crate) fn is_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// The largest screen that is drawn, in columns and rows: more than anybody can read, and little enough memory for a
/// terminal that claims to be larger.
const LARGEST: (u16, u16) = (1000, 500);

/// Returns how many columns and rows of the terminal are drawn.
pub(crate) fn size() -> io::Result<(u16, u16)> {
    let (columns, rows) = crossterm::terminal::size()?;
    Ok((columns.min(LARGEST.0), rows.min(LARGEST.1)))
}

/// How to open the screen.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScreenOptions {
    /// Whether to capture clicks and the wheel, instead of the terminal's own selection.
    pub mouse: bool,
    /// The path of the log, for the message after a panic.
    pub log: Option<PathBuf>,
}

/// The terminal while the console owns it. Dropping it restores the terminal; so does a panic of the
/// thread that opened it.
///
/// Drawing never panics: if the terminal has gone away, it returns an error.
#[derive(Debug)]
pub(crate) struct Screen {
    terminal: Terminal<CrosstermBackend<FrameBuffer>>,
    buffer: FrameBuffer,
    mouse: bool,
    /// Whether the next frame must be complete rather than a difference.
    from_scratch: bool,
}

impl Screen {
    /// Takes the terminal over: raw input, the alternate screen, bracketed paste, no cursor, and
    /// the mouse if requested. Restores the terminal on an error.
    pub(crate) fn open(options: ScreenOptions) -> io::Result<Self> {
        // Under NO_COLOR crossterm drops modifiers too, and with them the selection. The theme
        // decides about color instead.
        force_color_output(true);
        let buffer = FrameBuffer::default();
        let backend = CrosstermBackend::new(buffer.clone());
        let viewport = Viewport::Fixed(area(size()?));
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport })?;
        panic::install_hook(options.log);
        modes::enter(options.mouse)?;
        Ok(Self {
            terminal,
            buffer,
            mouse: options.mouse,
            from_scratch: true,
        })
    }

    /// Draws one frame in one write, within a synchronized update, so that a terminal never shows
    /// half of it.
    pub(crate) fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        queue!(self.buffer, BeginSynchronizedUpdate)?;
        let area = area(size()?);
        if self.from_scratch || self.terminal.get_frame().area() != area {
            // Not `Terminal::clear`, which asks for the cursor's position and waits.
            self.terminal.resize(area)?;
        }
        self.terminal.draw(render)?;
        queue!(self.buffer, EndSynchronizedUpdate)?;
        self.buffer.send(&mut io::stdout().lock())?;
        self.from_scratch = false;
        Ok(())
    }

    /// Sends a control sequence that draws nothing, such as a copy to the clipboard.
    pub(crate) fn send(sequence: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(sequence.as_bytes())?;
        out.flush()
    }

    /// Takes the terminal again, after it was restored or after the process was stopped and
    /// continued (SIGCONT); the next frame is complete.
    pub(crate) fn resume(&mut self) -> io::Result<()> {
        self.from_scratch = true;
        modes::reenter(self.mouse)
    }

    /// Stops the process as Ctrl-Z does: restores the terminal, and takes it again when the process
    /// continues. Returns after that.
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        let stopped = modes::leave().and_then(|()| signal_hook::low_level::raise(SIGTSTP));
        self.resume().and(stopped)
    }

    /// Gives the terminal to `other` (an editor), and takes it again afterwards in any case. Stop
    /// reading events first: a reader would steal the editor's keys.
    pub(crate) fn hand_over<T>(&mut self, other: impl FnOnce() -> T) -> io::Result<T> {
        modes::leave()?;
        let outcome = other();
        self.resume()?;
        Ok(outcome)
    }
}

/// Returns the screen of this size.
fn area(size: (u16, u16)) -> Rect {
    Rect::from((Position::ORIGIN, size.into()))
}

impl Drop for Screen {
    fn drop(&mut self) {
        // The error has no receiver, and the terminal may be gone.
        let _ = modes::leave();
    }
}
