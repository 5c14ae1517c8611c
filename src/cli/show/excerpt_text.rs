//! The lines that a finding is about, with carets under what is meant.

use crate::diagnostic::{Excerpt, ExcerptLine};

use super::fit::{cut, cut_start, width};
use super::{TextStyle, Tint};

/// The excerpt with a gutter of line numbers, cut to the width around what is marked.
pub(super) fn excerpt(excerpt: &Excerpt, mark: Tint, style: TextStyle) -> String {
    let digits = excerpt
        .lines
        .last()
        .map_or(1, |line| line.number.to_string().len());
    let gutter = |number: &str| style.paint(Tint::Faint, &format!("  {number:>digits$} |"));
    let room = style.width.saturating_sub(digits + 5).max(20);
    let mut text = String::new();
    for line in &excerpt.lines {
        let [before, marked, after] = window(line, room);
        text.push_str(&gutter(&line.number.to_string()));
        // Nothing stands behind an empty line, a space neither.
        if !line.is_empty() {
            text.push(' ');
        }
        text.push_str(&before);
        text.push_str(&style.paint(mark, &marked));
        text.push_str(&after);
        text.push('\n');
        if line.is_marked() {
            let carets = "^".repeat(width(&marked).max(1));
            text.push_str(&gutter(""));
            text.push_str(&" ".repeat(width(&before) + 1));
            text.push_str(&style.paint(mark, &carets));
            text.push('\n');
        }
    }
    text
}

/// The parts of a line, cut so that they fit and what is marked is seen.
fn window(line: &ExcerptLine, room: usize) -> [String; 3] {
    let [before, marked, after] = &line.parts;
    if !line.is_marked() {
        return [cut(before, room), String::new(), String::new()];
    }
    // Before it half of the line at most, unless what follows leaves more.
    let rest = width(marked) + width(after);
    let before = cut_start(before, room.saturating_sub(rest).max(room / 2));
    let marked = cut(marked, room - width(&before));
    let after = cut(after, room - width(&before) - width(&marked));
    [before, marked, after]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Span;

    fn shown(source: &str, column: usize, end_column: usize) -> String {
        let span = Span::new("a.yml", (1, column), (1, end_column));
        let lines = Excerpt::new(source, &span).expect("a span in the source");
        let style = TextStyle {
            is_colored: false,
            width: 30,
            is_cut: true,
        };
        excerpt(&lines, Tint::Bad, style)
    }

    #[test]
    fn carets_stand_below_wide_characters() {
        assert_eq!(shown("名: 中文", 4, 6), "  1 | 名: 中文\n    |     ^^^^\n");
    }

    #[test]
    fn a_long_line_is_cut_around_what_is_marked() {
        let long = format!("{}HERE{}", "a".repeat(100), "b".repeat(100));
        insta::assert_snapshot!(shown(&long, 101, 105), @r"
          1 | …aaaaaaaaaaaHEREbbbbbbb…
            |             ^^^^
        ");
        let long = "x".repeat(4096);
        assert!(shown(&long, 1, 4097).lines().all(|line| width(line) <= 30));
    }
}
