//! A layer's slots on a grid: as many cells as fit, a slot or a round number of slots each.
//!
//! Pure: two grids of one layer, before and after a plan, have the same shape, so their cells can be
//! compared one by one.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::console::panels::bar;
use crate::console::panels::pen::Pen;
use crate::console::panels::text::{pad_start, thousands, width};
use crate::numbers::counted;
use crate::report::{BarHolder, SlotBar};

/// Cells stand in groups with a space between them.
const GROUP: u64 = 10;
/// How many groups a row may have: rows begin with round numbers.
const GROUPS: [u64; 9] = [1, 2, 3, 4, 5, 6, 8, 10, 15];
/// Between the number of a row's first slot and its cells.
const GAP: usize = 2;

/// How many slots a cell stands for, and how many cells are in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GridShape {
    total: u64,
    slots_per_cell: u64,
    cells_per_row: u64,
    /// The columns of the row's labels.
    label: usize,
}

impl GridShape {
    /// Returns the shape with the fewest slots per cell that is at most this wide and high; on an
    /// area that is too small, it is one group of cells wide.
    pub(super) fn new(total: u32, columns: usize, rows: usize) -> Self {
        let label = width(&thousands(u64::from(total.saturating_sub(1))));
        let room = columns.saturating_sub(label + GAP) as u64;
        let most = (room + 1) / (GROUP + 1);
        let groups = GROUPS.into_iter().rev().find(|groups| *groups <= most);
        let mut shape = Self {
            total: u64::from(total),
            slots_per_cell: 1,
            cells_per_row: groups.unwrap_or(1) * GROUP,
            label,
        };
        for slots_per_cell in round_numbers() {
            shape.slots_per_cell = slots_per_cell;
            if shape.rows() <= rows.max(1) as u64 {
                break;
            }
        }
        shape
    }

    /// Returns the number of cells.
    fn cell_count(self) -> u64 {
        self.total.div_ceil(self.slots_per_cell)
    }

    /// Returns the number of rows, each a line.
    pub(super) fn rows(self) -> u64 {
        self.cell_count().div_ceil(self.cells_per_row)
    }

    /// Returns the slots of a cell.
    pub(super) fn slots(self, cell: u64) -> Range<u64> {
        let first = cell * self.slots_per_cell;
        first..(first + self.slots_per_cell).min(self.total)
    }

    /// Returns the holder of each cell: of most of its slots, but no experiment is lost as long as
    /// there are cells for it.
    pub(super) fn cells(self, bar: &SlotBar) -> Vec<BarHolder> {
        bar.cells((0..self.cell_count()).map(|cell| self.slots(cell)))
    }

    /// Returns what a cell stands for, unless that is one slot.
    pub(super) fn scale(self) -> Option<String> {
        (self.slots_per_cell > 1).then(|| {
            format!(
                "a cell is {}",
                counted(self.slots_per_cell, "slot", "slots")
            )
        })
    }

    /// Paints the cells, each row after the number of its first slot. `style` gives the style of a
    /// cell by its index and its holder, such as [`bar::style_of`].
    pub(super) fn lines(
        self,
        pen: &Pen<'_>,
        cells: &[BarHolder],
        style: impl Fn(usize, BarHolder) -> Style,
    ) -> Vec<Line<'static>> {
        // Letters name experiments where they begin, which may be in the middle of a row.
        let painted = bar::painted(pen, cells, style);
        let symbols = painted.iter().flat_map(|span| {
            let symbols = span.content.chars();
            symbols.map(|symbol| (symbol, span.style))
        });
        self.arrange(pen, &symbols.collect::<Vec<_>>())
    }

    /// Arranges a symbol for each cell in rows, each after the number of its first slot.
    pub(super) fn arrange(self, pen: &Pen<'_>, symbols: &[(char, Style)]) -> Vec<Line<'static>> {
        let per_row = usize::try_from(self.cells_per_row).unwrap_or(usize::MAX);
        let group = usize::try_from(GROUP).unwrap_or(usize::MAX);
        let rows = symbols.chunks(per_row).enumerate();
        rows.map(|(row, symbols)| {
            let first = self.slots((row * per_row) as u64).start;
            let label = pad_start(&thousands(first), self.label);
            let mut spans = vec![pen.dim(label), Span::raw(" ".repeat(GAP))];
            for (index, &(symbol, style)) in symbols.iter().enumerate() {
                if index > 0 && index.is_multiple_of(group) {
                    spans.push(Span::raw(" "));
                }
                match spans.last_mut() {
                    Some(last) if last.style == style && index > 0 && last.content != " " => {
                        last.content.to_mut().push(symbol);
                    }
                    _ => spans.push(Span::styled(symbol.to_string(), style)),
                }
            }
            pen.line(spans)
        })
        .collect()
    }
}

/// Returns 1, 2, 5, 10, 20 and so on.
fn round_numbers() -> impl Iterator<Item = u64> {
    let powers = (0..18).map(|power| 10_u64.pow(power));
    powers.flat_map(|power| [power, 2 * power, 5 * power])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::theme::{Symbols, Theme, ThemeName};
    use crate::report::Holding;

    fn shape(total: u32, columns: usize, rows: usize) -> (u64, u64, u64) {
        let shape = GridShape::new(total, columns, rows);
        (shape.slots_per_cell, shape.cells_per_row, shape.rows())
    }

    #[test]
    fn a_cell_is_a_slot_or_a_round_number_of_them() {
        assert_eq!(shape(100, 60, 8), (1, 50, 2));
        assert_eq!(shape(100, 60, 1), (2, 50, 1));
        assert_eq!(shape(1_000, 120, 8), (2, 100, 5));
        assert_eq!(shape(10_000, 120, 8), (20, 100, 5));
        assert_eq!(shape(1_000_000, 60, 4), (10_000, 40, 3));
        assert_eq!(shape(1, 60, 4), (1, 50, 1));
        assert_eq!(shape(u32::MAX, 80, 3), (50_000_000, 60, 2));
    }

    #[test]
    fn no_area_is_too_small() {
        for (columns, rows) in [(0, 0), (5, 1), (13, 0)] {
            let (_, per_row, lines) = shape(1_000, columns, rows);
            assert_eq!((per_row, lines), (10, 1), "{columns}x{rows}");
        }
    }

    #[test]
    fn every_slot_is_in_one_cell() {
        for total in [1, 7, 99, 100, 101, 12_345] {
            let shape = GridShape::new(total, 40, 3);
            let mut next = 0;
            for cell in 0..shape.cell_count() {
                let slots = shape.slots(cell);
                assert_eq!(slots.start, next, "{total}");
                assert!(slots.start < slots.end, "{total}");
                next = slots.end;
            }
            assert_eq!(next, u64::from(total));
        }
    }

    fn shown(theme: ThemeName, cells: &[BarHolder]) -> Vec<String> {
        let theme = Theme::by_name(theme);
        let pen = Pen {
            theme: &theme,
            symbols: &Symbols::UNICODE,
            columns: 30,
        };
        let shape = GridShape::new(34, 30, 9);
        let lines = shape.lines(&pen, cells, |_, holder| bar::style_of(&pen, holder));
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rows_begin_with_the_number_of_their_first_slot() {
        let mut cells = vec![BarHolder::Held(0, Holding::Active); 8];
        cells.extend([BarHolder::Held(0, Holding::Reserved); 4]);
        cells.extend([BarHolder::Held(1, Holding::Paused); 10]);
        cells.extend([BarHolder::Held(2, Holding::Draft); 2]);
        cells.extend([BarHolder::Free; 10]);
        assert_eq!(
            shown(ThemeName::Dark, &cells),
            ["  0  ████████╱╱ ╱╱║║║║║║║║", " 20  ║║░░······ ····"]
        );
        // Without color, each experiment begins with its letter.
        assert_eq!(
            shown(ThemeName::None, &cells),
            ["  0  A███████╱╱ ╱╱B║║║║║║║", " 20  ║║C░······ ····"]
        );
    }
}
