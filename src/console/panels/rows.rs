//! A panel's rows: made when they become visible, or all at once.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use ratatui::text::Line;

use crate::console::model::RowKey;
use crate::console::pages::{Destination, PageId};
use crate::domain::LayerId;

/// Rows with a known count and heights, of which a panel makes only those that are visible: there
/// may be thousands, and each key and each frame asks again. Each is accessed by its index, below
/// [`Rows::count`].
pub trait Rows {
    /// Returns the number of rows.
    fn count(&self) -> usize;

    /// Returns a row's key.
    fn key(&self, index: usize) -> RowKey;

    /// Returns the layer that a row belongs to.
    fn layer(&self, _index: usize) -> Option<&LayerId> {
        None
    }

    /// Returns where Enter on a row leads: by default, to the page of its layer.
    fn opens(&self, index: usize) -> Option<Destination> {
        let layer = self.layer(index)?;
        Some(Destination::Page(PageId::Layer(layer.clone())))
    }

    /// Returns the number of blank lines above a row.
    fn gap(&self, _index: usize) -> usize {
        0
    }

    /// Returns the number of lines of a row.
    fn height(&self, index: usize) -> usize;

    /// Returns a row's lines.
    fn lines(&self, index: usize) -> Vec<Line<'static>>;

    /// Returns the lines of each row, where the first row begins at the line `start`. Rows that are
    /// kept for many frames keep this too.
    fn places(&self, start: usize) -> Places {
        place_rows(self, start)
    }
}

/// Computes the lines of each row.
pub(in crate::console) fn place_rows<R: Rows + ?Sized>(rows: &R, start: usize) -> Places {
    let heights = (0..rows.count()).map(|index| (rows.gap(index), rows.height(index)));
    Places::new(start, heights)
}

/// The lines of each row, in order. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Places {
    rows: Rc<[Range<usize>]>,
    /// The index of the open row, and how many lines it has besides those in `rows`.
    open: Option<(usize, usize)>,
}

impl Places {
    /// Places rows of these gaps and heights from the line `start` on.
    fn new(start: usize, rows: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut end = start;
        let place = |(gap, height)| {
            let start = end + gap;
            end = start + height;
            start..end
        };
        Self {
            rows: rows.map(place).collect(),
            open: None,
        }
    }

    /// Gives a row further lines, and moves those below it down.
    pub(super) fn with_open_row(self, index: usize, further: usize) -> Self {
        Self {
            open: Some((index, further)),
            ..self
        }
    }

    /// Returns the number of rows.
    pub(super) fn count(&self) -> usize {
        self.rows.len()
    }

    /// Returns the lines of a row.
    pub(super) fn of(&self, index: usize) -> Range<usize> {
        let Range { start, end } = self.rows[index];
        match self.open {
            Some((open, further)) if index == open => start..end + further,
            Some((open, further)) if index > open => start + further..end + further,
            _ => start..end,
        }
    }

    /// Returns the end of the last row, if there is one.
    pub(super) fn end(&self) -> Option<usize> {
        let last = self.rows.len().checked_sub(1)?;
        Some(self.of(last).end)
    }

    /// Returns the index of the row that has this line, or of the next row below it.
    pub(super) fn row_from(&self, line: usize) -> usize {
        let line = match self.open.map(|(open, further)| (&self.rows[open], further)) {
            // A further line counts as the row's last.
            Some((row, further)) if line >= row.end => {
                line.saturating_sub(further).max(row.end - 1)
            }
            _ => line,
        };
        self.rows.partition_point(|row| row.end <= line)
    }
}

/// The lines of rows that are kept, once they are known. They always begin at the same line.
pub(in crate::console) type KeptPlaces = OnceCell<Places>;

/// Prebuilt rows, for panels with few rows that depend on each other.
#[derive(Debug, Default)]
pub(in crate::console) struct Ready {
    rows: Vec<ReadyRow>,
    is_gap_due: bool,
}

#[derive(Debug)]
struct ReadyRow {
    key: RowKey,
    layer: Option<LayerId>,
    opens: Option<Destination>,
    has_gap: bool,
    lines: Vec<Line<'static>>,
}

impl Ready {
    /// Adds a row.
    pub(in crate::console) fn push(
        &mut self,
        key: RowKey,
        layer: Option<LayerId>,
        lines: Vec<Line<'static>>,
    ) {
        let page = layer.clone().map(PageId::Layer);
        self.push_opening(key, layer, page.map(Destination::Page), lines);
    }

    /// Adds a row, and where Enter on it leads.
    pub(in crate::console) fn push_opening(
        &mut self,
        key: RowKey,
        layer: Option<LayerId>,
        opens: Option<Destination>,
        lines: Vec<Line<'static>>,
    ) {
        self.rows.push(ReadyRow {
            key,
            layer,
            opens,
            has_gap: std::mem::take(&mut self.is_gap_due),
            lines,
        });
    }

    /// Adds a blank line above the next row.
    pub(in crate::console) fn leave_gap(&mut self) {
        self.is_gap_due = true;
    }

    /// Returns the lines of all rows, one below the other.
    pub(super) fn into_lines(self) -> Vec<Line<'static>> {
        self.rows.into_iter().flat_map(|row| row.lines).collect()
    }

    pub(in crate::console) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Prebuilt rows that are kept for many frames.
#[derive(Debug)]
pub(in crate::console) struct KeptRows {
    rows: Ready,
    places: KeptPlaces,
}

impl KeptRows {
    pub(in crate::console) fn new(rows: Ready) -> Self {
        Self {
            rows,
            places: KeptPlaces::default(),
        }
    }

    pub(in crate::console) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Rows for Rc<KeptRows> {
    fn count(&self) -> usize {
        self.rows.count()
    }

    fn key(&self, index: usize) -> RowKey {
        self.rows.key(index)
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        self.rows.layer(index)
    }

    fn opens(&self, index: usize) -> Option<Destination> {
        self.rows.opens(index)
    }

    fn gap(&self, index: usize) -> usize {
        self.rows.gap(index)
    }

    fn height(&self, index: usize) -> usize {
        self.rows.height(index)
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        self.rows.lines(index)
    }

    fn places(&self, start: usize) -> Places {
        let places = self.places.get_or_init(|| place_rows(&self.rows, start));
        places.clone()
    }
}

/// Kept rows, one of which has further lines: what had to be cut in it is whole there.
#[derive(Debug)]
pub(in crate::console) struct WithOpenRow {
    rows: Rc<KeptRows>,
    /// Its index, and its further lines.
    open: Option<(usize, Vec<Line<'static>>)>,
}

impl WithOpenRow {
    pub(in crate::console) fn new(
        rows: Rc<KeptRows>,
        open: Option<(usize, Vec<Line<'static>>)>,
    ) -> Self {
        Self { rows, open }
    }

    fn further(&self, index: usize) -> &[Line<'static>] {
        match &self.open {
            Some((open, further)) if *open == index => further,
            _ => &[],
        }
    }
}

impl Rows for WithOpenRow {
    fn count(&self) -> usize {
        self.rows.count()
    }

    fn key(&self, index: usize) -> RowKey {
        self.rows.key(index)
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        self.rows.layer(index)
    }

    fn opens(&self, index: usize) -> Option<Destination> {
        self.rows.opens(index)
    }

    fn gap(&self, index: usize) -> usize {
        self.rows.gap(index)
    }

    fn height(&self, index: usize) -> usize {
        self.rows.height(index) + self.further(index).len()
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let mut lines = self.rows.lines(index);
        lines.extend_from_slice(self.further(index));
        lines
    }

    fn places(&self, start: usize) -> Places {
        let places = self.rows.places(start);
        match &self.open {
            Some((index, further)) => places.with_open_row(*index, further.len()),
            None => places,
        }
    }
}

impl Rows for Ready {
    fn count(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, index: usize) -> RowKey {
        self.rows[index].key.clone()
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        self.rows[index].layer.as_ref()
    }

    fn opens(&self, index: usize) -> Option<Destination> {
        self.rows[index].opens.clone()
    }

    fn gap(&self, index: usize) -> usize {
        usize::from(self.rows[index].has_gap)
    }

    fn height(&self, index: usize) -> usize {
        self.rows[index].lines.len()
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        self.rows[index].lines.clone()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// An open row has the same places as a row of its height.
        #[test]
        fn an_open_row_is_a_higher_row(
            start in 0..3_usize,
            rows in prop::collection::vec((0..2_usize, 1..4_usize), 1..8),
            open in any::<prop::sample::Index>(),
            further in 0..5_usize,
        ) {
            let open = open.index(rows.len());
            let places = Places::new(start, rows.iter().copied()).with_open_row(open, further);
            let mut higher = rows;
            higher[open].1 += further;
            let expected = Places::new(start, higher.into_iter());
            prop_assert_eq!(places.end(), expected.end());
            for index in 0..places.count() {
                prop_assert_eq!(places.of(index), expected.of(index));
            }
            for line in 0..expected.end().unwrap_or_default() + 2 {
                prop_assert_eq!(places.row_from(line), expected.row_from(line), "line {}", line);
            }
        }
    }
}
