//! An output stream with what is known about its other end.

use std::io::{self, Write};

use super::show::TextStyle;

/// Standard output or standard error, for a verb to write to.
///
/// When its reader goes away (`avos layers | head -1`), what is written from then on is dropped
/// without an error, so that a verb's exit code stays the one that it would have been.
pub(super) struct OutputStream<'a> {
    writer: Box<dyn Write + 'a>,
    is_closed: bool,
    /// How text looks on it.
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

    /// Whether nobody reads it any more, so that long work for it is in vain.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// What became of an attempt to write; `nothing` stands for a write into a closed pipe.
    fn calm<T>(&mut self, attempt: io::Result<T>, nothing: T) -> io::Result<T> {
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
        self.calm(attempt, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_closed {
            return Ok(());
        }
        let attempt = self.writer.flush();
        self.calm(attempt, ())
    }
}
