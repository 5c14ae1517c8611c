//! What a verb is given besides its arguments: nothing below asks the system for these.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::screen::Screen;

/// Time, person, place and streams.
pub(super) struct Context<'a> {
    /// When the program was started.
    pub(super) now: Timestamp,
    /// Who applies, like `user@host`; asked for only by those who need it, since it can be slow.
    pub(super) actor: &'a dyn Fn() -> String,
    /// The directory from which relative paths start; empty where there is none.
    pub(super) current_dir: PathBuf,
    /// Whether somebody can be asked: standard input and standard error are terminals.
    pub(super) can_ask: bool,
    /// Whether long work shows how far it has come: standard error is a terminal that can draw over
    /// a line.
    pub(super) shows_progress: bool,
    /// Standard input.
    pub(super) input: Box<dyn BufRead + 'a>,
    /// Standard output.
    pub(super) out: Screen<'a>,
    /// Standard error.
    pub(super) err: Screen<'a>,
}

impl Context<'_> {
    /// Writes one JSON document to standard output.
    pub(super) fn write_json(&mut self, document: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, document)?;
        writeln!(self.out)
    }
}
