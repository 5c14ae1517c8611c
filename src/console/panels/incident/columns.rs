//! What falls into each column of a time axis.

use jiff::{SignedDuration, Timestamp};

use crate::console::model::Axis;
use crate::console::panels::text::whole;
use crate::traffic::Look;

/// A time axis of so many columns.
pub(super) struct Columns<'a> {
    pub(super) axis: &'a Axis,
    pub(super) count: usize,
    /// How long the windows of looks are.
    pub(super) window: SignedDuration,
}

impl Columns<'_> {
    /// Units a minute in each column. The units of a window are spread evenly over it.
    pub(super) fn units_a_minute(&self, looks: &[Look]) -> Vec<f64> {
        let mut units = vec![0.0; self.count];
        for look in looks {
            let from = self.place(look.start);
            let to = self.place(
                look.start
                    .checked_add(self.window)
                    .unwrap_or(Timestamp::MAX),
            );
            let (first, last) = (from.max(0.0), to.min(self.count as f64));
            if first >= last {
                continue;
            }
            let density = look.units as f64 / (to - from);
            for (column, units) in units.iter_mut().enumerate().skip(whole(first.floor())) {
                let (start, end) = (column as f64, column as f64 + 1.0);
                let overlap = last.min(end) - first.max(start);
                if overlap <= 0.0 {
                    break;
                }
                *units += density * overlap;
            }
        }
        let minutes = self.axis.length().as_secs_f64() / 60.0 / self.count as f64;
        units.iter().map(|units| units / minutes).collect()
    }

    /// The p-value at the end of each column; none before the first look.
    pub(super) fn p_values(&self, looks: &[Look]) -> Vec<Option<f64>> {
        let mut looks = looks.iter().peekable();
        let mut p_value = None;
        let column = |column: usize| {
            let end = column as f64 + 1.0;
            while let Some(look) = looks.next_if(|look| self.place(look.start) < end) {
                p_value = Some(look.p_value);
            }
            p_value
        };
        (0..self.count).map(column).collect()
    }

    /// The column of a time; none outside of the axis.
    pub(super) fn column(&self, at: Timestamp) -> Option<usize> {
        let place = self.place(at);
        (0.0..self.count as f64)
            .contains(&place)
            .then(|| whole(place.floor()))
    }

    /// Where a time stands, in columns from the left.
    fn place(&self, at: Timestamp) -> f64 {
        let since = at.duration_since(self.axis.start).as_secs_f64();
        since / self.axis.length().as_secs_f64() * self.count as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn look(second: i64, units: u64, p_value: f64) -> Look {
        Look {
            start: at(second),
            units,
            exposures: units,
            tested_units: units,
            p_value,
        }
    }

    fn axis(seconds: i64) -> Axis {
        Axis {
            start: at(0),
            end: at(seconds),
            outside: 0,
        }
    }

    fn columns(axis: &Axis, count: usize) -> Columns<'_> {
        let window = SignedDuration::from_mins(1);
        Columns {
            axis,
            count,
            window,
        }
    }

    #[test]
    fn no_unit_is_lost_whatever_the_number_of_columns() {
        let axis = axis(480);
        let looks = [look(0, 8, 1.0), look(60, 4, 1.0), look(420, 12, 1.0)];
        let rates = |count| columns(&axis, count).units_a_minute(&looks);
        assert_eq!(rates(8), [8.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 12.0]);
        assert_eq!(rates(4), [6.0, 0.0, 0.0, 6.0]);
        assert_eq!(rates(16)[..5], [8.0, 8.0, 4.0, 4.0, 0.0]);
        for count in [1, 3, 7, 100, 1000] {
            let sum: f64 = rates(count).iter().sum();
            assert!((sum * 8.0 / count as f64 - 24.0).abs() < 1e-9, "{count}");
        }
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        let axis = axis(120);
        let looks = [look(-30, 4, 0.5), look(90, 4, 0.25), look(9999, 7, 0.125)];
        let columns = columns(&axis, 2);
        assert_eq!(columns.units_a_minute(&looks), [2.0, 2.0]);
        assert_eq!(columns.p_values(&looks), [Some(0.5), Some(0.25)]);
        assert_eq!(
            [-1, 0, 119, 120].map(|second| columns.column(at(second))),
            [None, Some(0), Some(1), None]
        );
    }

    #[test]
    fn a_p_value_stands_until_the_next() {
        let axis = axis(240);
        let looks = [look(60, 1, 0.5), look(120, 1, 0.25)];
        let (half, quarter) = (Some(0.5), Some(0.25));
        assert_eq!(
            columns(&axis, 4).p_values(&looks),
            [None, half, quarter, quarter]
        );
        assert_eq!(columns(&axis, 2).p_values(&looks), [half, quarter]);
        assert_eq!(
            columns(&axis, 8).p_values(&looks)[1..5],
            [None, half, half, quarter]
        );
    }
}
