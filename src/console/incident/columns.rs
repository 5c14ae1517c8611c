//! What falls into each column of a time axis.

use super::Axis;
use jiff::{SignedDuration, Timestamp};

use crate::console::panels::text::whole;
use crate::traffic::{EvidencePoint, SplitWindow};

/// A time axis in columns.
pub(in crate::console) struct TimeColumns<'a> {
    pub(in crate::console) axis: &'a Axis,
    pub(in crate::console) count: usize,
    /// The length of the windows.
    pub(in crate::console) window: SignedDuration,
}

impl TimeColumns<'_> {
    /// Returns the units per minute in each column. The units of a window are spread evenly over
    /// it.
    pub(in crate::console) fn units_a_minute(&self, windows: &[SplitWindow]) -> Vec<f64> {
        let mut units = vec![0.0; self.count];
        for window in windows {
            let from = self.place(window.start);
            let end = window.start.checked_add(self.window);
            let to = self.place(end.unwrap_or(Timestamp::MAX));
            let (first, last) = (from.max(0.0), to.min(self.count as f64));
            if first >= last {
                continue;
            }
            let density = window.units as f64 / (to - from);
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

    /// Returns the least p-value of the looks up to the end of each column; `None` before the first
    /// exposure, and 1 until the p-value first falls.
    pub(super) fn p_values(
        &self,
        windows: &[SplitWindow],
        course: &[EvidencePoint],
    ) -> Vec<Option<f64>> {
        let mut p_values = vec![1.0_f64; self.count];
        // In the order of writing, which may differ from the order of time.
        for point in course {
            let place = self.place(point.at).max(0.0);
            let column = whole(place.floor());
            if column < self.count {
                p_values[column] = p_values[column].min(point.p_value);
            }
        }
        let first = windows.first().map(|window| self.place(window.start));
        let mut least = 1.0_f64;
        let columns = p_values.into_iter().enumerate();
        columns
            .map(|(column, p_value)| {
                least = least.min(p_value);
                let has_begun = first.is_some_and(|first| first < column as f64 + 1.0);
                has_begun.then_some(least)
            })
            .collect()
    }

    /// Returns the column of a time; `None` outside of the axis.
    pub(super) fn column(&self, at: Timestamp) -> Option<usize> {
        let place = self.place(at);
        (0.0..self.count as f64)
            .contains(&place)
            .then(|| whole(place.floor()))
    }

    /// Returns the column nearest to a time.
    pub(super) fn clamped(&self, at: Timestamp) -> usize {
        whole(self.place(at).max(0.0).floor()).min(self.count.saturating_sub(1))
    }

    /// Returns the position of a time, in columns from the left.
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

    fn window(second: i64, units: u64) -> SplitWindow {
        SplitWindow {
            start: at(second),
            units,
            exposures: units,
        }
    }

    fn point(second: i64, p_value: f64) -> EvidencePoint {
        EvidencePoint {
            at: at(second),
            units: 1,
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

    fn columns(axis: &Axis, count: usize) -> TimeColumns<'_> {
        let window = SignedDuration::from_mins(1);
        TimeColumns {
            axis,
            count,
            window,
        }
    }

    #[test]
    fn no_unit_is_lost_whatever_the_number_of_columns() {
        let axis = axis(480);
        let windows = [window(0, 8), window(60, 4), window(420, 12)];
        let rates = |count| columns(&axis, count).units_a_minute(&windows);
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
        let windows = [window(-30, 4), window(90, 4), window(9999, 7)];
        let course = [point(-30, 0.5), point(90, 0.25), point(9999, 0.125)];
        let columns = columns(&axis, 2);
        assert_eq!(columns.units_a_minute(&windows), [2.0, 2.0]);
        let p_values = columns.p_values(&windows, &course);
        assert_eq!(p_values, [Some(0.5), Some(0.25)]);
        assert_eq!(
            [-1, 0, 119, 120].map(|second| columns.column(at(second))),
            [None, Some(0), Some(1), None]
        );
        assert_eq!(
            [-1, 0, 119, 120].map(|second| columns.clamped(at(second))),
            [0, 0, 1, 1]
        );
    }

    #[test]
    fn a_p_value_stands_until_the_next() {
        let axis = axis(240);
        let windows = [window(60, 1), window(120, 1)];
        let course = [point(61, 0.5), point(121, 0.25)];
        let p_values = |count| columns(&axis, count).p_values(&windows, &course);
        let (half, quarter) = (Some(0.5), Some(0.25));
        assert_eq!(p_values(4), [None, half, quarter, quarter]);
        assert_eq!(p_values(2), [half, quarter]);
        assert_eq!(p_values(8)[1..5], [None, half, half, quarter]);
    }

    #[test]
    fn rows_of_an_earlier_time_that_were_written_later_raise_no_p_value() {
        let axis = axis(240);
        let windows = [window(0, 1), window(180, 1)];
        let course = [point(180, 0.5), point(10, 0.25)];
        let p_values = columns(&axis, 4).p_values(&windows, &course);
        assert_eq!(p_values, [Some(0.25); 4]);
    }
}
