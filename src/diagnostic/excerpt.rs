//! The lines around a span.

use super::{Span, visible};

/// The number of lines of context above and below.
const CONTEXT: usize = 1;
/// The maximum number of lines that a long span shows.
const MAX_LINES: usize = 8;

/// The lines of a file around a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The lines in order.
    pub lines: Vec<ExcerptLine>,
}

/// One line of an excerpt; its text is safe for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcerptLine {
    /// The line's number in the file, from 1.
    pub number: usize,
    /// The text before the marked part, the marked part, and the text after it. If nothing is marked, the
    /// first is the whole line.
    pub parts: [String; 3],
}

impl ExcerptLine {
    /// Returns whether the line is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(String::is_empty)
    }

    /// Returns whether a part of the line is marked.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        !self.parts[1].is_empty()
    }
}

impl Excerpt {
    /// Returns the excerpt of `source` around `place`; `None` if the span isn't in the source.
    #[must_use]
    pub fn new(source: &str, span: &Span) -> Option<Self> {
        let (number, rest) = context(source, span)?;
        let last_marked = span.end_line.max(span.line).min(span.line + MAX_LINES);
        let lines: Vec<ExcerptLine> = (number..=last_marked + CONTEXT)
            .zip(rest.lines())
            .map(|(number, text)| line(number, text, span))
            .collect();
        lines
            .iter()
            .any(|line| line.number == span.line)
            .then_some(Self { lines })
    }
}

/// Returns the number of the first line to show, and the text from there. A file may have thousands of
/// findings, so the search doesn't start at the top if the span knows its bytes.
fn context<'s>(source: &'s str, span: &Span) -> Option<(usize, &'s str)> {
    let first = span.line.saturating_sub(CONTEXT).max(1);
    let Some(bytes) = span.bytes() else {
        let starts = source.match_indices('\n').map(|(offset, _)| offset + 1);
        let start = std::iter::once(0).chain(starts).nth(first - 1)?;
        return Some((first, &source[start..]));
    };
    let mut before = source.get(..bytes.start)?;
    for _ in first..span.line {
        before = &before[..before.rfind('\n')?];
    }
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    Some((first, &source[start..]))
}

fn line(number: usize, text: &str, span: &Span) -> ExcerptLine {
    let text = text.trim_start_matches('\u{feff}').trim_end();
    let characters: Vec<char> = text.chars().collect();
    let part = |range: std::ops::Range<usize>| {
        visible(&characters[range].iter().collect::<String>()).into_owned()
    };
    if number < span.line || number > span.end_line.max(span.line) {
        return ExcerptLine {
            number,
            parts: [part(0..characters.len()), String::new(), String::new()],
        };
    }
    let indent = characters
        .iter()
        .take_while(|character| character.is_whitespace())
        .count();
    let start = if number == span.line {
        span.column.saturating_sub(1)
    } else {
        indent
    };
    let start = start.min(characters.len());
    let end = if number == span.end_line {
        span.end_column.saturating_sub(1)
    } else {
        characters.len()
    };
    // A span without a length still marks one character, so that there is something to see.
    let end = end.clamp((start + 1).min(characters.len()), characters.len());
    let marked = if start < end {
        part(start..end)
    } else {
        " ".to_owned()
    };
    ExcerptLine {
        number,
        parts: [
            part(0..start),
            marked,
            part(end.max(start)..characters.len()),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "layer_id: home\nexperiments:\n  - name: \u{1b}[1mx\n    status: actve\n";

    fn parts(line: usize, column: usize, end_column: usize) -> Vec<(usize, [String; 3])> {
        let span = Span::new("a.yml", (line, column), (line, end_column));
        let excerpt = Excerpt::new(SOURCE, &span).expect("a span in the source");
        let lines = excerpt.lines.into_iter();
        lines.map(|line| (line.number, line.parts)).collect()
    }

    fn line(number: usize, parts: [&str; 3]) -> (usize, [String; 3]) {
        (number, parts.map(str::to_owned))
    }

    #[test]
    fn the_value_is_marked_and_the_text_is_safe() {
        let expected = [
            line(3, ["  - name: \\u{1b}[1mx", "", ""]),
            line(4, ["    status: ", "actve", ""]),
        ];
        assert_eq!(parts(4, 13, 18), expected);
    }

    #[test]
    fn a_span_without_length_marks_one_character() {
        let expected = [
            line(1, ["", "l", "ayer_id: home"]),
            line(2, ["experiments:", "", ""]),
        ];
        assert_eq!(parts(1, 1, 1), expected);
    }

    #[test]
    fn a_span_outside_the_source_has_no_excerpt() {
        let span = Span::new("a.yml", (9, 1), (1, 1));
        assert_eq!(Excerpt::new("a: 1\n", &span), None);
    }
}
