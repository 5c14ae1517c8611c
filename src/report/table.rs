//! Aligned columns that fit the width.

use super::{Piece, Pieces, Role};
use crate::text::{cut, cut_middle, width};

/// Narrower columns are useless, so shrinking stops here.
const MIN: usize = 8;
/// The spaces between two columns.
const GAP: usize = 2;

/// One column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    title: &'static str,
    is_right: bool,
    can_shrink: bool,
    is_id: bool,
}

impl Column {
    /// Creates a column of words that may be cut if the width doesn't suffice.
    pub(crate) fn text(title: &'static str) -> Self {
        Self {
            title,
            is_right: false,
            can_shrink: true,
            is_id: false,
        }
    }

    /// Creates a column of ids: they are cut in the middle, since they often differ only at the end.
    pub(crate) fn id(title: &'static str) -> Self {
        Self {
            is_id: true,
            ..Self::text(title)
        }
    }

    /// Creates a column of words that are never cut.
    pub(crate) fn whole(title: &'static str) -> Self {
        Self {
            can_shrink: false,
            ..Self::text(title)
        }
    }

    /// Creates a column of numbers: right-aligned, never cut.
    pub(crate) fn number(title: &'static str) -> Self {
        Self {
            is_right: true,
            ..Self::whole(title)
        }
    }
}

/// One cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    piece: Piece,
    /// The items of a list, which are shown whole or not at all.
    items: Vec<String>,
}

impl Cell {
    /// Creates a cell with one role.
    pub(crate) fn new(text: impl AsRef<str>, role: Role) -> Self {
        Self {
            piece: Piece::new(text, role),
            items: Vec::new(),
        }
    }

    /// Creates a cell of several names; if they don't fit, it says how many more there are.
    pub(crate) fn list<T: AsRef<str>>(items: &[T]) -> Self {
        let items = items.iter().map(|item| Piece::new(item, Role::Text).text);
        let items: Vec<String> = items.collect();
        Self {
            piece: Piece::new(items.join(", "), Role::Text),
            items,
        }
    }

    /// Returns as much of it as fits.
    fn fitting(&self, room: usize, ellipsis: &str) -> String {
        if self.items.len() > 1 && width(&self.piece.text) > room {
            cut_list(&self.items, room, ellipsis)
        } else {
            cut(&self.piece.text, room, ellipsis)
        }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Role::Text)
    }
}

/// Rows of cells under columns. Rendering may be done in blocks: the widths of earlier ones stay,
/// so that the columns of a long table only ever grow.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    indent: usize,
    has_titles: bool,
    least: Vec<usize>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Creates a table with a line of titles.
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self {
            least: columns.iter().map(|column| width(column.title)).collect(),
            columns,
            indent: 0,
            has_titles: true,
            rows: Vec::new(),
        }
    }

    /// Drops the titles.
    pub(crate) fn without_titles(self) -> Self {
        Self {
            least: vec![0; self.columns.len()],
            has_titles: false,
            ..self
        }
    }

    /// Indents the table.
    pub(crate) fn indented(self, indent: usize) -> Self {
        Self { indent, ..self }
    }

    /// Adds a row; it has a cell for every column.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Returns the number of rows that wait to be rendered.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Adds a column on the right, with a cell for every row.
    pub(crate) fn push_column(&mut self, column: Column, cells: impl IntoIterator<Item = Cell>) {
        self.columns.push(column);
        self.least.push(width(column.title));
        for (row, cell) in self.rows.iter_mut().zip(cells) {
            row.push(cell);
        }
    }

    /// Returns the rows added since the last call, the first time with their titles, cut to the
    /// columns.
    pub(crate) fn lines(&mut self, columns: usize, ellipsis: &str) -> Vec<Pieces> {
        let mut rows = std::mem::take(&mut self.rows);
        if std::mem::take(&mut self.has_titles) {
            let titles = self.columns.iter();
            let titles = titles.map(|column| Cell::new(column.title, Role::Dim));
            rows.insert(0, titles.collect());
        }
        self.least = self.widths(&rows, columns);
        rows.iter().map(|row| self.line(row, ellipsis)).collect()
    }

    fn widths(&self, rows: &[Vec<Cell>], room: usize) -> Vec<usize> {
        let mut widths = self.least.clone();
        for row in rows {
            for (least, cell) in widths.iter_mut().zip(row) {
                *least = width(&cell.piece.text).max(*least);
            }
        }
        let gaps = GAP * widths.len().saturating_sub(1);
        let mut excess = (self.indent + gaps + widths.iter().sum::<usize>()).saturating_sub(room);
        // The widest shrinks first: it loses the least.
        while excess > 0 {
            let columns = self.columns.iter().zip(&mut widths);
            let widest = columns
                .filter(|(column, width)| column.can_shrink && **width > MIN)
                .map(|(_, width)| width)
                .max_by_key(|width| **width);
            let Some(widest) = widest else { break };
            *widest -= 1;
            excess -= 1;
        }
        widths
    }

    fn line(&self, cells: &[Cell], ellipsis: &str) -> Pieces {
        let mut line = Pieces::new();
        // Trailing spaces are omitted.
        let mut spaces = self.indent;
        for ((column, cell), room) in self.columns.iter().zip(cells).zip(&self.least) {
            let text = if column.is_id {
                cut_middle(&cell.piece.text, *room, ellipsis)
            } else {
                cell.fitting(*room, ellipsis)
            };
            let padding = room.saturating_sub(width(&text));
            let [before, after] = if column.is_right {
                [padding, 0]
            } else {
                [0, padding]
            };
            spaces += before;
            if !text.is_empty() {
                // Cells are already safe, and there may be a million of them.
                let piece = |text, role| Piece { text, role };
                line.push(piece(" ".repeat(spaces), Role::Text));
                line.push(piece(text, cell.piece.role));
                spaces = 0;
            }
            spaces += after + GAP;
        }
        line
    }
}

/// Returns as many whole items as fit into `room` columns, then how many more there are: `a, b +3`.
/// The first is cut if not even that fits.
fn cut_list(items: &[String], room: usize, ellipsis: &str) -> String {
    let shown = |count: usize| {
        let more = items.len() - count;
        format!("{} +{more}", items[..count].join(", "))
    };
    let texts = (1..items.len()).map(shown);
    let fitting = texts.take_while(|text| width(text) <= room).last();
    fitting.unwrap_or_else(|| {
        let more = format!(" +{}", items.len() - 1);
        let first = cut(&items[0], room.saturating_sub(width(&more)), ellipsis);
        format!("{first}{more}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::plain_text;

    /// Renders the table in 24 columns.
    fn shown(table: &mut Table) -> String {
        let lines = table.lines(24, "…").into_iter();
        lines.map(|line| plain_text(&line) + "\n").collect()
    }

    fn table() -> Table {
        Table::new(vec![Column::text("unit"), Column::number("slot")])
    }

    #[test]
    fn columns_are_aligned_whatever_the_script() {
        let mut table = table();
        table.row(["user_1".into(), "7".into()]);
        table.row(["中文".into(), Cell::new("12", Role::Success)]);
        table.row(["a\u{1b}b".into(), "3".into()]);
        insta::assert_snapshot!(shown(&mut table), @r"
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
        let first = shown(&mut table);
        assert!(first.lines().all(|line| width(line) <= 24), "{first}");
        table.row(["y".into(), "8".into()]);
        assert_eq!(shown(&mut table), format!("{:18}  {:>4}\n", "y", "8"));
    }

    #[test]
    fn of_a_list_whole_items_are_shown_and_the_rest_is_counted() {
        let items = ["web", "checkout", "中文"].map(str::to_owned);
        assert_eq!(cut_list(&items, 16, "…"), "web, checkout +1");
        assert_eq!(cut_list(&items, 15, "…"), "web +2");
        assert_eq!(cut_list(&items, 5, "…"), "w… +2");
    }

    #[test]
    fn a_column_is_added_to_the_rows_that_there_are() {
        let mut table = table();
        table.row(["a".into(), "7".into()]);
        table.push_column(Column::whole("status"), [Cell::new("new", Role::Added)]);
        let line = table.lines(24, "…").pop().expect("a row");
        assert_eq!(plain_text(&line), "a        7  new");
        assert_eq!(line.last().map(|piece| piece.role), Some(Role::Added));
    }
}
