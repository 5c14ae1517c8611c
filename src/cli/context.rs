//! Everything a verb gets besides its arguments; nothing below asks the system for it.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::output_stream::OutputStream;
use crate::environment::Environment;
use crate::json;

/// Clock, actor, directory, environment and streams.
pub(super) struct VerbContext<'a> {
    /// The start of the program.
    pub(super) now: Timestamp,
    /// The clock, for what happens after waiting for a person.
    pub(super) clock: fn() -> Timestamp,
    /// Returns the actor, like `user@host`; a function, since looking it up can be slow.
    pub(super) actor: &'a dyn Fn() -> String,
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
    /// Whether a person can be asked: standard input and standard error are terminals.
    pub(super) fn can_ask(&self) -> bool {
        self.input_is_terminal && self.err.is_terminal
    }

    /// Whether to show progress: standard error is a terminal that can redraw a line.
    pub(super) fn shows_progress(&self) -> bool {
        self.err.is_terminal && !self.environment.is_dumb_terminal()
    }

    /// Writes one JSON document to standard output.
    pub(super) fn write_json(&mut self, document: &impl Serialize) -> io::Result<()> {
        json::write(&mut self.out, document)?;
        writeln!(self.out)
    }
}
