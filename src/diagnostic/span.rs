//! Where a value is in a file, and which value is meant.

use std::ops::Range;
use std::sync::Arc;

use crate::domain::{ExperimentId, LayerId};

/// The directory as a file's name.
const DIRECTORY: &str = ".";

/// A part of a file. Lines and columns start at 1, and columns count characters. The end is
/// exclusive: the first column after the span.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The file's name, relative to the configs directory; `.` for the directory itself.
    pub file: Arc<str>,
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the last character.
    pub end_line: usize,
    /// Column after the last character.
    pub end_column: usize,
    bytes: Option<(usize, usize)>,
}

/// A span in a file that is known anyway, in a third of the memory: there are as many as there are
/// keys in all files. Layer files are small enough for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CompactSpan {
    start: (u32, u32),
    end: (u32, u32),
    bytes: Option<(u32, u32)>,
}

impl CompactSpan {
    /// Returns the span in this file.
    pub(crate) fn in_file(self, file: &Arc<str>) -> Span {
        let wide = |(a, b): (u32, u32)| (a as usize, b as usize);
        let span = Span::new(Arc::clone(file), wide(self.start), wide(self.end));
        Span {
            bytes: self.bytes.map(wide),
            ..span
        }
    }
}

impl From<&Span> for CompactSpan {
    fn from(span: &Span) -> Self {
        let narrow = |number| u32::try_from(number).unwrap_or(u32::MAX);
        let narrow = |(a, b)| (narrow(a), narrow(b));
        Self {
            start: narrow((span.line, span.column)),
            end: narrow((span.end_line, span.end_column)),
            bytes: span.bytes.map(narrow),
        }
    }
}

impl Span {
    /// Returns the span between two positions, each a line and a column. Its bytes aren't known.
    #[must_use]
    pub fn new(file: impl Into<Arc<str>>, start: (usize, usize), end: (usize, usize)) -> Self {
        Self {
            file: file.into(),
            line: start.0,
            column: start.1,
            end_line: end.0,
            end_column: end.1,
            bytes: None,
        }
    }

    /// Returns the start of a file, for findings about the file as a whole.
    #[must_use]
    pub fn start_of(file: impl Into<Arc<str>>) -> Self {
        Self::new(file, (1, 1), (1, 1)).with_bytes(0..0)
    }

    /// Returns the directory itself, for findings that belong to none of its files.
    #[must_use]
    pub fn directory() -> Self {
        Self::new(DIRECTORY, (1, 1), (1, 1))
    }

    /// Returns the span with the bytes that it covers.
    #[must_use]
    pub fn with_bytes(self, bytes: Range<usize>) -> Self {
        Self {
            bytes: Some((bytes.start, bytes.end)),
            ..self
        }
    }

    /// Returns the bytes that the span covers, counted from the start of the file with its byte order
    /// mark. `None` where only lines and columns are known, as in a saved plan.
    #[must_use]
    pub fn bytes(&self) -> Option<Range<usize>> {
        self.bytes.map(|(start, end)| start..end)
    }

    /// Returns whether it is the directory, which has no lines.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        *self.file == *DIRECTORY
    }
}

/// Names a value by what it belongs to, for findings of modules that know no files. `config` finds its
/// span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The layer.
    pub layer_id: LayerId,
    /// The experiment in it; `None` for the layer's own values.
    pub experiment_id: Option<ExperimentId>,
    /// The key as the file spells it, such as `traffic_percentage`; `None` for the whole.
    pub key: Option<&'static str>,
}
