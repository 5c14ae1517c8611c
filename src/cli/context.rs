//! What a verb is given besides its arguments: nothing below asks the system for these.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::output_stream::OutputStream;
use crate::environment::Environment;
use crate::json;

/// Time, person, place, environment and streams.
pub(super) struct VerbContext<'a> {
    /// When the program was started.
    pub(super) now: Timestamp,
    /// What the clock says: when something is done after somebody was waited for.
    pub(super) clock: fn() -> Timestamp,
    /// Who applies, like `user@host`; asked for only by those who need it, since it can be slow.
    pub(super) actor: &'a dyn Fn() -> String,
    /// The directory from which relative paths start; empty where there is none.
    pub(super) current_dir: PathBuf,
    /// The environment's variables.
    pub(super) environment: Environment<'a>,
    /// How large the terminal is, in columns and rows; none without a terminal that knows.
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
    /// Whether somebody can be asked: standard input and standard error are terminals.
    pub(super) fn can_ask(&self) -> bool {
        self.input_is_terminal && self.err.is_terminal
    }

    /// Whether long work shows how far it has come: standard error is a terminal that can draw over
    /// a line.
    pub(super) fn shows_progress(&self) -> bool {
        self.err.is_terminal && !self.environment.is_dumb_terminal()
    }

    /// Writes one JSON document to standard output.
    pub(super) fn write_json(&mut self, document: &impl Serialize) -> io::Result<()> {
        json::write(&mut self.out, document)?;
        writeln!(self.out)
    }
}
