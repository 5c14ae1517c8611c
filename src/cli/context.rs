//! What a verb gets besides its arguments, and what it returns: an exit code and text on two
//! streams. Nothing below asks the system for any of it.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::show::TextStyle;
use crate::environment::Environment;
use crate::json;
use crate::store::GitCommit;

/// Clock, actor, directory, environment and streams.
pub(super) struct VerbContext<'a> {
    /// The start of the program.
    pub(super) now: Timestamp,
    /// The clock, for what happens after waiting for a person.
    pub(super) clock: fn() -> Timestamp,
    /// Returns the actor, like `user@host`; a function, since looking it up can be slow.
    pub(super) actor: &'a dyn Fn() -> String,
    /// Returns the commit of a directory, if it can be had.
    pub(super) git_commit: &'a dyn Fn(&Path) -> Option<GitCommit>,
    /// The current directory; empty if there is none.
    pub(super) current_dir: PathBuf,
    /// The environment variables.
    pub(super) environment: Environment<'a>,
    /// The size of the terminal in columns and rows, if known.
    pub(super) terminal_size: Option<(u16, u16)>,
    /// Whether standard input is a terminal.
    pub(super) input_is_terminal: bool,
    /// Standard input.
    pub(super) input: Box<dyn BufRead + 'a>,
    /// Standard output.
    pub(super) out: OutputStream<'a>,
    /// Standard error.
    pub(super) err: OutputStream<'a>,
}

impl VerbContext<'_> {
    /// Returns whether the user can be asked: standard input and standard error are terminals.
    pub(super) fn can_ask(&self) -> bool {
        self.input_is_terminal && self.err.is_terminal
    }

    /// Returns whether to show progress: standard error is a terminal that can redraw a line.
    pub(super) fn shows_progress(&self) -> bool {
        self.err.is_terminal && !self.environment.is_dumb_terminal()
    }

    /// Writes one JSON document to standard output.
    pub(super) fn write_json(&mut self, document: &impl Serialize) -> io::Result<()> {
        json::write(&mut self.out, document)?;
        writeln!(self.out)
    }
}

/// How a verb ended that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Success.
    Fine,
    /// The report has findings.
    Findings,
    /// There are changes, and `--detailed-exitcode` asked for this code.
    Changes,
}

impl Exit {
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::Changes => 2,
        }
    }
}

/// Standard output or standard error, for a verb to write to.
///
/// When its reader goes away (`avos layers | head -1`), further output is dropped without an error,
/// so that the verb's exit code doesn't change.
pub(super) struct OutputStream<'a> {
    writer: Box<dyn Write + 'a>,
    is_closed: bool,
    /// The style of text on it.
    pub(super) style: TextStyle,
    /// Whether a person reads it.
    pub(super) is_terminal: bool,
}

impl<'a> OutputStream<'a> {
    pub(super) fn new(writer: impl Write + 'a, style: TextStyle, is_terminal: bool) -> Self {
        Self {
            writer: Box::new(writer),
            is_closed: false,
            style,
            is_terminal,
        }
    }

    /// Returns whether its reader is gone, so that further work for it is pointless.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Returns the outcome of a write, or `nothing` if the pipe is closed.
    fn tolerate_closed<T>(&mut self, attempt: io::Result<T>, nothing: T) -> io::Result<T> {
        match attempt {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(nothing)
            }
            attempt => attempt,
        }
    }
}

impl Write for OutputStream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_closed {
            return Ok(bytes.len());
        }
        let attempt = self.writer.write(bytes);
        self.tolerate_closed(attempt, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_closed {
            return Ok(());
        }
        let attempt = self.writer.flush();
        self.tolerate_closed(attempt, ())
    }
}
