//! The lines of a file around a problem, with carets under what is meant.

use ratatui::style::Style;
use ratatui::text::Line;

use super::pen::{Pen, span};
use super::text;
use crate::diagnostic::{Excerpt, ExcerptLine};

/// The excerpt below a problem. What is marked stays in sight: of a long line its beginning gives
/// way.
pub(super) fn lines(
    pen: &Pen<'_>,
    excerpt: &Excerpt,
    marked: Style,
    indent: usize,
) -> Vec<Line<'static>> {
    let last = excerpt.lines.last().map_or(1, |line| line.number);
    let digits = last.to_string().len();
    let rule = pen.symbols.border.vertical_left;
    let gutter = |number: &str| {
        let number = text::right(number, indent + digits);
        pen.dim(format!("{number} {rule} "))
    };
    let room = pen.columns.saturating_sub(indent + digits + 3);
    let mut shown = Vec::new();
    for line in &excerpt.lines {
        let [before, meant, after] = parts(line, room, pen.symbols.ellipsis);
        let carets = "^".repeat(text::width(&meant));
        let blank = " ".repeat(text::width(&before));
        let context = if line.is_marked() {
            pen.theme.text
        } else {
            pen.theme.dim
        };
        shown.push(pen.line(vec![
            gutter(&line.number.to_string()),
            span(before, context),
            span(meant, marked),
            span(after, context),
        ]));
        if line.is_marked() {
            shown.push(pen.line(vec![gutter(""), pen.text(blank), span(carets, marked)]));
        }
    }
    shown
}

/// The parts of a line, the first two cut to the room that there is.
fn parts(line: &ExcerptLine, room: usize, ellipsis: &str) -> [String; 3] {
    let [before, meant, after] = &line.parts;
    let meant = text::cut(meant, room, ellipsis);
    let rest = room - text::width(&meant).min(room);
    if !line.is_marked() || text::width(before) <= rest {
        return [before.clone(), meant, after.clone()];
    }
    let before = match rest.checked_sub(text::width(ellipsis)) {
        Some(rest) => format!("{ellipsis}{}", text::tail(before, rest)),
        None => String::new(),
    };
    [before, meant, after.clone()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(parts_of: [&str; 3], room: usize) -> String {
        let line = ExcerptLine {
            number: 1,
            parts: parts_of.map(str::to_owned),
        };
        parts(&line, room, "…").join("|")
    }

    #[test]
    fn what_is_meant_stays_in_sight() {
        assert_eq!(cut(["key: ", "value", " # x"], 40), "key: |value| # x");
        assert_eq!(cut(["key: ", "value", " # x"], 8), "…: |value| # x");
        assert_eq!(cut(["key: ", "value", ""], 4), "|val…|");
        assert_eq!(cut(["中文: ", "value", ""], 9), "…: |value|");
        assert_eq!(cut(["unmarked", "", ""], 3), "unmarked||");
    }
}
