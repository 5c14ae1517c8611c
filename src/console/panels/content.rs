//! A panel's content: its rows, and the lines around them.

use std::collections::HashMap;
use std::ops::Range;

use ratatui::text::Line;

use super::rows::{Places, Ready, Rows};
use crate::console::model::{PanelState, RowKey};
use crate::console::pages::Destination;
use crate::domain::LayerId;

/// The content of a panel, including lines that are scrolled out: its own lines, and its rows below
/// them. The first column of each line is blank: the mark of the selected row goes there.
pub struct Content<'a> {
    /// The summary at the right end of the title.
    pub badge: Line<'static>,
    opening: Vec<Line<'static>>,
    rows: Box<dyn Rows + 'a>,
    /// The lines of each row, in order.
    places: Places,
    /// Whether a row can be selected.
    is_list: bool,
}

/// A row that can be selected.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it identifies.
    pub key: RowKey,
    /// Its lines.
    pub lines: Range<usize>,
    /// The layer that it belongs to.
    pub layer: Option<LayerId>,
    /// Where Enter leads.
    pub opens: Option<Destination>,
}

/// Makes unique keys: equal names are numbered in order.
#[derive(Default)]
pub(in crate::console) struct UniqueKeys(HashMap<String, usize>);

impl UniqueKeys {
    pub(in crate::console) fn key(&mut self, name: String) -> RowKey {
        let count = self.0.entry(name.clone()).or_default();
        *count += 1;
        RowKey(if *count == 1 {
            name
        } else {
            format!("{name}#{count}")
        })
    }
}

impl<'a> Content<'a> {
    /// Creates a content of lines, and rows below them.
    pub(in crate::console) fn new(opening: Vec<Line<'static>>, rows: impl Rows + 'a) -> Self {
        let places = rows.places(opening.len());
        Self {
            badge: Line::default(),
            opening,
            rows: Box::new(rows),
            places,
            is_list: true,
        }
    }

    /// Creates the content of a panel that only scrolls: its rows are only lines.
    pub(in crate::console) fn scrolling(opening: Vec<Line<'static>>, rows: impl Rows + 'a) -> Self {
        Self {
            is_list: false,
            ..Self::new(opening, rows)
        }
    }

    /// Creates a content of lines alone.
    pub(in crate::console) fn saying(lines: Vec<Line<'static>>) -> Self {
        Self::new(lines, Ready::default())
    }

    /// Adds a badge.
    pub(in crate::console) fn with_badge(self, badge: Line<'static>) -> Self {
        Self { badge, ..self }
    }

    /// Returns the number of lines.
    #[must_use]
    pub fn total(&self) -> usize {
        self.places.end().unwrap_or(self.opening.len())
    }

    /// Returns the given lines, clamped to the content. Makes only the rows that have some of them.
    #[must_use]
    pub fn lines(&self, window: Range<usize>) -> Vec<Line<'static>> {
        let window = window.start..window.end.min(self.total());
        let mut lines = vec![Line::default(); window.len()];
        let mut put = |at: usize, line: Line<'static>| {
            if window.contains(&at) {
                lines[at - window.start] = line;
            }
        };
        for (at, line) in (window.start..).zip(self.opening_in(&window)) {
            put(at, line.clone());
        }
        for index in self.places.row_from(window.start)..self.places.count() {
            let place = self.places.of(index);
            if place.start >= window.end {
                break;
            }
            for (at, line) in place.zip(self.rows.lines(index)) {
                put(at, line);
            }
        }
        lines
    }

    /// Returns those of the panel's own lines that are in the range.
    fn opening_in(&self, window: &Range<usize>) -> &[Line<'static>] {
        let end = window.end.min(self.opening.len());
        self.opening.get(window.start..end).unwrap_or_default()
    }

    /// Returns the number of selectable rows; 0 for a panel that only scrolls.
    #[must_use]
    pub fn row_count(&self) -> usize {
        if self.is_list { self.places.count() } else { 0 }
    }

    /// Returns a row by its index below [`Self::row_count`].
    #[must_use]
    pub fn row(&self, index: usize) -> Row {
        Row {
            key: self.rows.key(index),
            lines: self.places.of(index),
            layer: self.rows.layer(index).cloned(),
            opens: self.rows.opens(index),
        }
    }

    /// Returns the rows that have some of these lines.
    pub(in crate::console) fn rows_in(&self, window: Range<usize>) -> impl Iterator<Item = Row> {
        let rows = self.places.row_from(window.start)..self.row_count();
        rows.map(|index| self.row(index))
            .take_while(move |row| row.lines.start < window.end)
    }

    /// Returns the first row of this layer.
    pub(in crate::console) fn row_of(&self, layer: &LayerId) -> Option<usize> {
        (0..self.row_count()).find(|index| self.rows.layer(*index) == Some(layer))
    }

    /// Returns the row that has this line.
    #[must_use]
    pub fn row_at(&self, line: usize) -> Option<usize> {
        let index = self.places.row_from(line);
        let is_row = index < self.row_count() && self.places.of(index).contains(&line);
        is_row.then_some(index)
    }

    /// Returns the selected row, if there are any.
    #[must_use]
    pub fn selected(&self, state: &PanelState) -> Option<usize> {
        state.selected_index(self.row_count(), |index| self.rows.key(index))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Rows of one to three lines, each third with a gap; counts the rows that are made.
    struct CountingRows<'a> {
        count: usize,
        made: &'a Cell<usize>,
    }

    impl Rows for CountingRows<'_> {
        fn count(&self) -> usize {
            self.count
        }

        fn key(&self, index: usize) -> RowKey {
            RowKey(index.to_string())
        }

        fn gap(&self, index: usize) -> usize {
            usize::from(index.is_multiple_of(3))
        }

        fn height(&self, index: usize) -> usize {
            1 + index % 3
        }

        fn lines(&self, index: usize) -> Vec<Line<'static>> {
            self.made.set(self.made.get() + 1);
            let line = |line| Line::from(format!("{index}.{line}"));
            (0..self.height(index)).map(line).collect()
        }
    }

    #[test]
    fn what_only_scrolls_makes_what_is_in_sight_and_has_no_row_to_select() {
        let made = Cell::default();
        let rows = CountingRows {
            count: 10_000,
            made: &made,
        };
        let content = Content::scrolling(Vec::new(), rows);
        assert_eq!(content.row_count(), 0);
        assert_eq!(content.selected(&PanelState::default()), None);
        assert!((0..content.total()).all(|line| content.row_at(line).is_none()));
        assert_eq!((content.lines(7_000..7_030).len(), made.get()), (30, 13));
    }

    fn content(count: usize, made: &Cell<usize>) -> Content<'_> {
        let opening = vec![Line::from("opening"); 2];
        Content::new(opening, CountingRows { count, made })
    }

    #[test]
    fn of_ten_thousand_rows_those_in_sight_are_made() {
        let made = Cell::default();
        let content = content(10_000, &made);
        assert_eq!((content.row_count(), made.get()), (10_000, 0));
        let state = PanelState {
            selected: Some(RowKey("9000".to_owned())),
            ..PanelState::default()
        };
        let index = content.selected(&state).expect("it is there");
        let place = content.row(index).lines;
        assert_eq!(content.row_at(place.start), Some(9000));
        assert_eq!(made.get(), 0);
        let lines = content.lines(place.start..place.start + 30);
        assert_eq!((lines.len(), lines[0].to_string()), (30, "9000.0".into()));
        // Three rows and the gap below them take seven lines: four times that, plus two rows.
        assert_eq!(made.get(), 14);
    }

    #[test]
    fn of_ten_thousand_lines_those_in_sight_are_written_again() {
        let lines = (0..10_000).map(|line| Line::from(line.to_string()));
        let content = Content::saying(lines.collect());
        let written = |window| content.opening_in(&window).len();
        assert_eq!(
            [0..30, 9_000..9_030, 9_990..10_020, 10_000..10_030].map(written),
            [30, 30, 10, 0]
        );
        assert_eq!(
            content.lines(9_000..9_002),
            ["9000", "9001"].map(Line::from)
        );
    }

    #[test]
    fn whatever_is_in_sight_is_a_part_of_the_whole() {
        let made = Cell::default();
        for count in 0..6 {
            let content = content(count, &made);
            let all = content.lines(0..usize::MAX);
            assert_eq!(all.len(), content.total());
            for start in 0..=all.len() {
                for end in start..all.len() + 2 {
                    let seen = content.lines(start..end);
                    assert_eq!(seen, all[start..end.min(all.len())], "{start}..{end}");
                }
            }
        }
        let shown = content(4, &made).lines(0..usize::MAX);
        let shown: Vec<String> = shown.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "opening", "opening", "", "0.0", "1.0", "1.1", "2.0", "2.1", "2.2", "", "3.0"
            ]
        );
    }
}
