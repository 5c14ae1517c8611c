//! An output stream that knows about its reader.

use std::io::{self, Write};

use super::show::TextStyle;

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

    /// Whether its reader is gone, so that further work for it is pointless.
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
