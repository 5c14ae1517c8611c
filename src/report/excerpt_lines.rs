//! The lines of a file around a finding, with carets under the marked text.

use super::{Piece, Pieces, Role};
use crate::diagnostic::{Excerpt, ExcerptLine};
use crate::text::{cut, cut_start, pad_start, width};

/// The indentation of line numbers.
const INDENT: usize = 2;

/// Returns the excerpt with a gutter of line numbers, cut to the columns around what is marked.
/// `marked` is the role of the mark.
pub(crate) fn excerpt_lines(
    excerpt: &Excerpt,
    marked: Role,
    columns: usize,
    ellipsis: &str,
) -> Vec<Pieces> {
    let last = excerpt.lines.last().map_or(1, |line| line.number);
    let digits = INDENT + last.to_string().len();
    let gutter = |number: &str| Piece::new(format!("{} |", pad_start(number, digits)), Role::Dim);
    let room = columns.saturating_sub(digits + " | ".len());
    let mut lines = Vec::new();
    for line in &excerpt.lines {
        let [before, meant, after] = fit(line, room, ellipsis);
        let context = if line.is_marked() {
            Role::Text
        } else {
            Role::Dim
        };
        let mut pieces = vec![gutter(&line.number.to_string())];
        // An empty line has nothing after its gutter, not even a space.
        if !line.is_empty() {
            pieces.push(Piece::new(format!(" {before}"), context));
        }
        let carets = "^".repeat(width(&meant));
        let spaces = " ".repeat(1 + width(&before));
        pieces.extend([Piece::new(meant, marked), Piece::new(after, context)]);
        lines.push(pieces);
        if line.is_marked() {
            let spaces = Piece::new(spaces, Role::Text);
            lines.push(vec![gutter(""), spaces, Piece::new(carets, marked)]);
        }
    }
    lines
}

/// Cuts the parts of a line. The marked text gets room first, then what is before it, which often
/// names it; what follows gets at least an ellipsis.
fn fit(line: &ExcerptLine, room: usize, ellipsis: &str) -> [String; 3] {
    let [before, meant, after] = &line.parts;
    if !line.is_marked() {
        return [cut(before, room, ellipsis), String::new(), String::new()];
    }
    let meant = cut(meant, room, ellipsis);
    let rest = room - width(&meant);
    let least = width(after).min(width(ellipsis));
    let before = cut_start(before, rest.saturating_sub(least), ellipsis);
    let after = cut(after, rest - width(&before), ellipsis);
    [before, meant, after]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Span;
    use crate::report::plain_text;

    fn shown(source: &str, column: usize, end_column: usize) -> String {
        let span = Span::new("a.yml", (1, column), (1, end_column));
        let excerpt = Excerpt::new(source, &span).expect("a span in the source");
        let lines = excerpt_lines(&excerpt, Role::Error, 30, "…").into_iter();
        lines.map(|line| plain_text(&line) + "\n").collect()
    }

    #[test]
    fn carets_are_below_wide_characters() {
        assert_eq!(shown("名: 中文", 4, 6), "  1 | 名: 中文\n    |     ^^^^\n");
    }

    #[test]
    fn a_long_line_is_cut_around_what_is_marked() {
        let long = format!("{}HERE{}", "a".repeat(100), "b".repeat(100));
        insta::assert_snapshot!(shown(&long, 101, 105), @r"
          1 | …aaaaaaaaaaaaaaaaaaHERE…
            |                    ^^^^
        ");
        let long = "x".repeat(4096);
        assert!(shown(&long, 1, 4097).lines().all(|line| width(line) <= 30));
    }

    #[test]
    fn what_is_marked_has_the_room_first() {
        let fitted = |parts: [&str; 3], room| {
            let parts = parts.map(str::to_owned);
            fit(&ExcerptLine { number: 1, parts }, room, "…").join("|")
        };
        assert_eq!(fitted(["key: ", "value", " # x"], 40), "key: |value| # x");
        assert_eq!(fitted(["key: ", "value", " # x"], 11), "key: |value|…");
        assert_eq!(fitted(["key: ", "value", ""], 8), "…: |value|");
        assert_eq!(fitted(["key: ", "value", ""], 4), "|val…|");
        assert_eq!(fitted(["中文: ", "value", ""], 9), "…: |value|");
        assert_eq!(fitted(["unmarked", "", ""], 3), "un…||");
    }
}
