//! From byte offsets in a file's text to places with lines and columns.
//!
//! The YAML reader's own lines and columns are not used: it also ends lines at a lone carriage
//! return, which editors and excerpts don't.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::Span;

use super::tree::Position;

/// Characters are counted from the nearest multiple of this, so that a long line costs no more than
/// others.
const STEP: usize = 256;

/// The text of one file, with what is needed to find lines and columns fast.
#[derive(Debug)]
pub(super) struct Text<'t> {
    file: Arc<str>,
    content: &'t str,
    /// The length of the text without trailing white space.
    end: usize,
    /// Offsets at which lines start.
    lines: Vec<usize>,
    /// The number of characters before each multiple of [`STEP`].
    characters: Vec<usize>,
}

impl<'t> Text<'t> {
    pub(super) fn new(file: &str, text: &'t str) -> Self {
        let starts = text.match_indices('\n').map(|(offset, _)| offset + 1);
        let mut characters = vec![0];
        for chunk in text.as_bytes().chunks(STEP) {
            characters.push(characters[characters.len() - 1] + count(chunk));
        }
        Self {
            file: file.into(),
            content: text,
            end: text.trim_end().len(),
            lines: std::iter::once(0).chain(starts).collect(),
            characters,
        }
    }

    /// Returns the lines without their ends, each with its offset. A byte order mark isn't part of the
    /// first.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &'t str)> {
        let unmarked = self.content.strip_prefix('\u{feff}');
        let mark = unmarked.map_or(0, |rest| self.content.len() - rest.len());
        let starts = self.lines.iter().map(move |start| (*start).max(mark));
        starts.map(|start| {
            let rest = &self.content[start..];
            let line = rest.split('\n').next().unwrap_or_default();
            (start, line.trim_end_matches('\r'))
        })
    }

    /// Returns the text between two offsets; empty if they are outside of it.
    pub(super) fn slice(&self, range: Range<usize>) -> &'t str {
        self.content.get(range).unwrap_or_default()
    }

    /// Returns the span between two offsets, without trailing white space.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let length = self.slice(range.clone()).trim_end().len();
        // A reader reports an unexpected end in the white space after the last text: it is put at
        // the end of the text.
        let start = range.start.min(self.end);
        let end = (range.start + length).min(self.end);
        self.between(start, end)
    }

    fn between(&self, start: usize, end: usize) -> Span {
        let (from, to) = (self.line_and_column(start), self.line_and_column(end));
        Span::new(Arc::clone(&self.file), from, to).with_bytes(start..end)
    }

    /// Returns the span of the character at an offset.
    pub(super) fn character_at(&self, offset: usize) -> Span {
        let length = self.content[offset..]
            .chars()
            .next()
            .map_or(0, char::len_utf8);
        self.between(offset, offset + length)
    }

    /// Returns the empty span at a position.
    pub(super) fn point(&self, position: Position) -> Span {
        let offset = match position {
            Position::Byte(offset) => offset,
            Position::LineColumn(line, column) => self.offset(line, column),
        };
        self.span(offset..offset)
    }

    /// Returns the offset of a line and a column, or the end of the line or text if they are beyond it.
    fn offset(&self, line: usize, column: usize) -> usize {
        let Some(start) = self.lines.get(line.saturating_sub(1)) else {
            return self.content.len();
        };
        let rest = self.content[*start..]
            .split('\n')
            .next()
            .unwrap_or_default();
        let mark = usize::from(rest.starts_with('\u{feff}') && *start == 0);
        let before = column.saturating_sub(1) + mark;
        let step = rest.char_indices().nth(before);
        start + step.map_or(rest.len(), |(offset, _)| offset)
    }

    /// Returns the span of the file as a whole.
    pub(super) fn start(&self) -> Span {
        Span::start_of(Arc::clone(&self.file))
    }

    fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line - 1];
        let mark = usize::from(start == 0 && offset > 0 && self.content.starts_with('\u{feff}'));
        let column = if offset - start < STEP {
            count(&self.content.as_bytes()[start..offset])
        } else {
            self.characters_before(offset) - self.characters_before(start)
        };
        (line, column - mark + 1)
    }

    fn characters_before(&self, offset: usize) -> usize {
        let step = offset / STEP;
        self.characters[step] + count(&self.content.as_bytes()[step * STEP..offset])
    }
}

/// Returns the number of characters that start in these bytes of UTF-8.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| *byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, range: Range<usize>) -> [usize; 4] {
        let span = Text::new("a.yml", text).span(range);
        [span.line, span.column, span.end_line, span.end_column]
    }

    #[test]
    fn columns_count_characters_after_the_mark() {
        assert_eq!(at("\u{feff}é: 1", 3..5), [1, 1, 1, 2]);
        assert_eq!(at("a: 1\r\nб: é \r\n", 10..13), [2, 4, 2, 5]);
    }

    #[test]
    fn long_lines_are_counted_in_steps() {
        let text = "é".repeat(1000);
        assert_eq!(at(&text, 1000..1002), [1, 501, 1, 502]);
    }

    #[test]
    fn lines_and_columns_are_brought_into_the_text() {
        let text = Text::new("a.yml", "\u{feff}é: 1\nb: 2\n");
        let at = |line, column| {
            let span = text.point(Position::LineColumn(line, column));
            (span.line, span.column)
        };
        assert_eq!([at(1, 1), at(1, 4), at(2, 4)], [(1, 1), (1, 4), (2, 4)]);
        assert_eq!(
            [at(1, 9), at(3, 1), at(0, 0), at(9, 9)],
            [(1, 5), (2, 5), (1, 1), (2, 5)]
        );
    }

    #[test]
    fn the_end_is_the_end_of_the_text() {
        assert_eq!(at("a: [\n\n", 6..6), [1, 5, 1, 5]);
        assert_eq!(at("", 0..0), [1, 1, 1, 1]);
        assert_eq!(at("\u{feff}", 3..3), [1, 1, 1, 1]);
    }
}
