//! How far a move goes, and how far a list is scrolled so that its selected row is visible.

use std::ops::Range;

use super::commands::Command;
use super::panels::Content;

/// How far to move in a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::console) enum Move {
    /// Rows, or lines of a panel that only scrolls; negative is up.
    Rows(isize),
    /// Half of what the panel shows, up or down.
    HalfPage(isize),
    First,
    Last,
}

impl Move {
    /// Returns the move that a command makes, if it makes one.
    pub(in crate::console) fn of(command: Command) -> Option<Self> {
        Some(match command {
            Command::Up => Self::Rows(-1),
            Command::Down => Self::Rows(1),
            Command::PageUp => Self::HalfPage(-1),
            Command::PageDown => Self::HalfPage(1),
            Command::First => Self::First,
            Command::Last => Self::Last,
            _ => return None,
        })
    }

    /// Returns the position after a move from `now`; `half` is half a page, `last` the end.
    pub(in crate::console) fn from(self, now: usize, half: isize, last: usize) -> usize {
        match self {
            Self::Rows(rows) => now.saturating_add_signed(rows).min(last),
            Self::HalfPage(pages) => now.saturating_add_signed(pages * half).min(last),
            Self::First => 0,
            Self::Last => last,
        }
    }
}

/// Returns the lines of a row; those above the first row belong to it.
pub(in crate::console) fn lines_of(content: &Content<'_>, index: usize) -> Range<usize> {
    let lines = content.row(index).lines;
    if index == 0 { 0..lines.end } else { lines }
}

/// Returns half of a panel's lines, at least one.
pub(in crate::console) fn half_of(height: usize) -> isize {
    isize::try_from(height / 2).unwrap_or(isize::MAX).max(1)
}

/// Returns the offset nearest to the present one at which these lines are visible.
pub(in crate::console) fn sighted(
    offset: usize,
    lines: Range<usize>,
    total: usize,
    height: usize,
) -> usize {
    let lowest = lines.end.saturating_sub(height);
    // A row taller than the panel shows its first lines.
    offset
        .max(lowest)
        .min(lines.start)
        .min(total.saturating_sub(height))
}

/// Returns the number of rows in half a page.
pub(in crate::console) fn page_of(content: &Content<'_>, height: usize) -> isize {
    let rows = content.row_count().max(1);
    let lines_per_row = content.total().div_ceil(rows).max(1);
    isize::try_from(height / lines_per_row / 2)
        .unwrap_or(isize::MAX)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::sighted;

    #[test]
    fn scrolling_goes_no_further_than_needed() {
        assert_eq!(sighted(0, 3..5, 20, 10), 0);
        assert_eq!(sighted(0, 12..14, 20, 10), 4);
        assert_eq!(sighted(8, 3..5, 20, 10), 3);
        assert_eq!(sighted(0, 5..18, 20, 10), 5);
        assert_eq!(sighted(15, 19..20, 20, 10), 10);
    }
}
