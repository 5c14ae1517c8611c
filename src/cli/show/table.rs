//! Aligned columns that fit the width.

use crate::diagnostic::visible;
use crate::report::Role;

use super::TextStyle;
use super::fit::{cut, cut_list, width};

/// Columns narrower than this say nothing, so shrinking stops here.
const LEAST: usize = 8;
/// What stands between two columns.
const GAP: &str = "  ";

/// One column.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Column {
    title: &'static str,
    is_right: bool,
    can_shrink: bool,
}

impl Column {
    /// A column of words that may be cut where the width doesn't suffice.
    pub(in crate::cli) fn text(title: &'static str) -> Self {
        Self {
            title,
            is_right: false,
            can_shrink: true,
        }
    }

    /// A column of words that are never cut.
    pub(in crate::cli) fn whole(title: &'static str) -> Self {
        Self {
            can_shrink: false,
            ..Self::text(title)
        }
    }

    /// A column of numbers: aligned on the right, never cut.
    pub(in crate::cli) fn number(title: &'static str) -> Self {
        Self {
            is_right: true,
            ..Self::whole(title)
        }
    }
}

/// One cell; its text is safe for a terminal.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Cell {
    text: String,
    tint: Role,
    /// The items of a list, of which only whole ones are shown.
    items: Vec<String>,
}

impl Cell {
    /// A cell of one colour.
    pub(in crate::cli) fn new(text: impl AsRef<str>, tint: Role) -> Self {
        Self {
            text: visible(text.as_ref()).into_owned(),
            tint,
            items: Vec::new(),
        }
    }

    /// A cell of several names; where they don't fit, it says how many more there are.
    pub(in crate::cli) fn list<T: AsRef<str>>(items: &[T]) -> Self {
        let items = items.iter().map(|item| visible(item.as_ref()).into_owned());
        let items: Vec<String> = items.collect();
        Self {
            text: items.join(", "),
            tint: Role::Text,
            items,
        }
    }

    /// As much of it as fits.
    fn fitting(&self, room: usize) -> String {
        if self.items.len() > 1 && width(&self.text) > room {
            cut_list(&self.items, room)
        } else {
            cut(&self.text, room)
        }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Role::Text)
    }
}

/// Rows of cells under columns. Rendering may go in blocks: the widths of earlier ones stay, so
/// that the columns of a long table only ever grow.
#[derive(Debug)]
pub(in crate::cli) struct Table {
    columns: Vec<Column>,
    indent: usize,
    has_titles: bool,
    least: Vec<usize>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with a line of titles.
    pub(in crate::cli) fn new(columns: Vec<Column>) -> Self {
        Self {
            least: columns.iter().map(|column| width(column.title)).collect(),
            columns,
            indent: 0,
            has_titles: true,
            rows: Vec::new(),
        }
    }

    /// The same without titles.
    pub(in crate::cli) fn without_titles(self) -> Self {
        Self {
            least: vec![0; self.columns.len()],
            has_titles: false,
            ..self
        }
    }

    /// The same, moved to the right.
    pub(in crate::cli) fn indented(self, indent: usize) -> Self {
        Self { indent, ..self }
    }

    /// Adds a row; it has a cell for every column.
    pub(in crate::cli) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// How many rows wait to be rendered.
    pub(in crate::cli) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows that were added since the last time, the first time with their titles.
    pub(in crate::cli) fn render(&mut self, style: TextStyle) -> String {
        let rows = std::mem::take(&mut self.rows);
        let widths = self.widths(&rows, style.room(style.width));
        let mut text = String::new();
        if std::mem::take(&mut self.has_titles) {
            let titles = self.columns.iter();
            let titles: Vec<Cell> = titles
                .map(|column| Cell::new(column.title, Role::Dim))
                .collect();
            text.push_str(&self.line(&titles, &widths, style));
        }
        for row in &rows {
            text.push_str(&self.line(row, &widths, style));
        }
        self.least = widths;
        text
    }

    fn widths(&self, rows: &[Vec<Cell>], room: usize) -> Vec<usize> {
        let mut widths = self.least.clone();
        for row in rows {
            for (least, cell) in widths.iter_mut().zip(row) {
                *least = width(&cell.text).max(*least);
            }
        }
        let gaps = GAP.len() * widths.len().saturating_sub(1);
        let mut excess = (self.indent + gaps + widths.iter().sum::<usize>()).saturating_sub(room);
        // The widest gives way first: it has the most left.
        while excess > 0 {
            let columns = self.columns.iter().zip(&mut widths);
            let widest = columns
                .filter(|(column, width)| column.can_shrink && **width > LEAST)
                .map(|(_, width)| width)
                .max_by_key(|width| **width);
            let Some(widest) = widest else { break };
            *widest -= 1;
            excess -= 1;
        }
        widths
    }

    fn line(&self, cells: &[Cell], widths: &[usize], style: TextStyle) -> String {
        let mut line = " ".repeat(self.indent);
        for (index, ((column, cell), room)) in
            self.columns.iter().zip(cells).zip(widths).enumerate()
        {
            let text = cell.fitting(*room);
            let padding = " ".repeat(room.saturating_sub(width(&text)));
            let painted = style.paint(cell.tint, &text);
            if index > 0 {
                line.push_str(GAP);
            }
            if column.is_right {
                line.push_str(&padding);
                line.push_str(&painted);
            } else {
                line.push_str(&painted);
                line.push_str(&padding);
            }
        }
        line.truncate(line.trim_end().len());
        line.push('\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: TextStyle = TextStyle {
        is_colored: false,
        width: 24,
        is_cut: true,
    };

    fn table() -> Table {
        Table::new(vec![Column::text("unit"), Column::number("slot")])
    }

    #[test]
    fn columns_are_aligned_whatever_the_script() {
        let mut table = table();
        table.row(["user_1".into(), "7".into()]);
        table.row(["中文".into(), Cell::new("12", Role::Success)]);
        table.row(["a\u{1b}b".into(), "3".into()]);
        insta::assert_snapshot!(table.render(PLAIN), @r"
        unit      slot
        user_1       7
        中文        12
        a\u{1b}b     3
        ");
    }

    #[test]
    fn what_is_too_wide_is_cut_and_later_blocks_keep_the_widths() {
        let mut table = table();
        table.row(["x".repeat(4096).into(), "7".into()]);
        let first = table.render(PLAIN);
        assert!(first.lines().all(|line| width(line) <= 24), "{first}");
        table.row(["y".into(), "8".into()]);
        assert_eq!(table.render(PLAIN), format!("{:18}  {:>4}\n", "y", "8"));
    }

    #[test]
    fn colour_takes_no_room() {
        let mut table = table();
        table.row([Cell::new("a", Role::Error), "7".into()]);
        let style = TextStyle {
            is_colored: true,
            ..PLAIN
        };
        let text = table.render(style);
        assert!(
            text.ends_with("\u{1b}[31ma\u{1b}[0m        7\n"),
            "{text:?}"
        );
    }
}
