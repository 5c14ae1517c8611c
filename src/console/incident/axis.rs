//! The time that charts of traffic show.

use jiff::{SignedDuration, Timestamp};

use crate::traffic::{SplitWindow, Traffic};

/// One in this many exposures may lie outside at either end: a clock that jumped must not squeeze an
/// incident into one column.
const OUTLIER: u64 = 1000;
/// Outliers are cut only if the axis would otherwise be this many times as long.
const FAR: i32 = 4;

/// A range of time, from the start of a window to the end of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Its beginning.
    pub start: Timestamp,
    /// Its end; after the beginning.
    pub end: Timestamp,
    /// The number of exposures outside of it.
    pub outside: u64,
}

impl Axis {
    /// Returns the time in which the log has exposures, except outliers; `None` for an empty log.
    #[must_use]
    pub fn of(traffic: &Traffic) -> Option<Self> {
        let windows: Vec<&[SplitWindow]> = traffic
            .splits
            .iter()
            .map(|split| &split.windows[..])
            .collect();
        let total: u64 = windows.iter().map(|windows| exposures(windows)).sum();
        let most = total / OUTLIER;
        // An experiment with hardly any exposures is an outlier as a whole.
        let large = windows.iter().filter(|windows| exposures(windows) > most);
        let inner = hull(large.filter_map(|windows| trimmed(windows)))?;
        let all = hull(windows.iter().filter_map(|windows| bounds(windows)))?;
        let length = |(first, last): (Timestamp, Timestamp)| last.duration_since(first);
        let window = traffic.window;
        let reach = length(inner) + window;
        let (first, last) = if length(all) > reach * FAR {
            near(&windows, inner, reach)
        } else {
            all
        };
        let is_outside = |window: &&SplitWindow| window.start < first || window.start > last;
        let outside = windows.iter().flat_map(|windows| windows.iter());
        Some(Self {
            start: first,
            end: last.checked_add(window).unwrap_or(Timestamp::MAX),
            outside: outside
                .filter(is_outside)
                .map(|window| window.exposures)
                .sum(),
        })
    }

    /// Returns its length.
    #[must_use]
    pub fn length(&self) -> SignedDuration {
        self.end.duration_since(self.start)
    }
}

fn exposures(windows: &[SplitWindow]) -> u64 {
    windows.iter().map(|window| window.exposures).sum()
}

fn bounds(windows: &[SplitWindow]) -> Option<(Timestamp, Timestamp)> {
    Some((windows.first()?.start, windows.last()?.start))
}

/// Returns the bounds without the outliers at either end.
fn trimmed(windows: &[SplitWindow]) -> Option<(Timestamp, Timestamp)> {
    let most = exposures(windows) / OUTLIER;
    let within = |windows: &mut dyn Iterator<Item = &SplitWindow>| {
        let mut left = most;
        let mut kept = windows.skip_while(|window| match left.checked_sub(window.exposures) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        });
        kept.next().map(|window| window.start)
    };
    Some((
        within(&mut windows.iter())?,
        within(&mut windows.iter().rev())?,
    ))
}

/// Returns the bounds of what is no farther than this from the inner ones.
fn near(
    windows: &[&[SplitWindow]],
    (first, last): (Timestamp, Timestamp),
    reach: SignedDuration,
) -> (Timestamp, Timestamp) {
    let starts = windows.iter().flat_map(|windows| windows.iter());
    let starts = starts.map(|window| window.start).filter(|start| {
        first.duration_since(*start) <= reach && start.duration_since(last) <= reach
    });
    let near = hull(starts.map(|start| (start, start)));
    near.unwrap_or((first, last))
}

fn hull(bounds: impl Iterator<Item = (Timestamp, Timestamp)>) -> Option<(Timestamp, Timestamp)> {
    bounds.reduce(|(first, last), (start, end)| (first.min(start), last.max(end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::{SplitTraffic, Untested};

    fn traffic(splits: &[&[(i64, u64)]]) -> Traffic {
        let window = |(minute, exposures): &(i64, u64)| SplitWindow {
            start: at(*minute),
            units: 0,
            exposures: *exposures,
        };
        let split = |windows: &&[(i64, u64)]| SplitTraffic {
            layer_id: None,
            experiment_id: "exp".into(),
            group: None,
            units: 0,
            arms: Vec::new(),
            conflicting_units: 0,
            gravest: None,
            test: Err(Untested::NoUnits),
            windows: windows.iter().map(window).collect(),
        };
        Traffic {
            splits: splits.iter().map(split).collect(),
            anomalies: Vec::new(),
            coverage: Vec::new(),
            applies: Vec::new(),
            window: SignedDuration::from_mins(1),
            span: None,
        }
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).expect("a time")
    }

    /// From, to, and how many exposures lie outside.
    fn axis(splits: &[&[(i64, u64)]]) -> Option<(i64, i64, u64)> {
        let minute = |at: Timestamp| at.as_second() / 60;
        let axis = Axis::of(&traffic(splits))?;
        Some((minute(axis.start), minute(axis.end), axis.outside))
    }

    #[test]
    fn it_holds_all_exposures_of_all_splits() {
        assert_eq!(axis(&[]), None);
        assert_eq!(axis(&[&[]]), None);
        assert_eq!(axis(&[&[(5, 1)]]), Some((5, 6, 0)));
        assert_eq!(axis(&[&[(5, 900), (9, 1)], &[(2, 80)]]), Some((2, 10, 0)));
        // A quiet hour isn't far.
        assert_eq!(axis(&[&[(0, 1), (60, 5000), (80, 5000)]]), Some((0, 81, 0)));
    }

    #[test]
    fn a_clock_that_jumped_does_not_stretch_it() {
        let far = 60 * 24 * 365;
        let windows = [(-far, 3), (0, 5000), (30, 5000), (far, 2)];
        assert_eq!(axis(&[&windows]), Some((0, 31, 5)));
        // New traffic isn't an outlier just because there is little of it yet.
        let windows = [(0, 5000), (30, 5000), (31, 1), (far, 2)];
        assert_eq!(axis(&[&windows]), Some((0, 32, 2)));
        // Too many to be outliers.
        let windows = [(0, 5000), (30, 5000), (far, 20)];
        assert_eq!(axis(&[&windows]), Some((0, far + 1, 0)));
        // A split with hardly any units doesn't decide for all, unless there is nothing else.
        assert_eq!(
            axis(&[&[(0, 5000), (9, 5000)], &[(far, 2)]]),
            Some((0, 10, 2))
        );
        assert_eq!(axis(&[&[(far, 2)]]), Some((far, far + 1, 0)));
    }

    #[test]
    fn the_ends_of_time_can_be_borne() {
        let minutes = [Timestamp::MIN, Timestamp::MAX].map(|at| at.as_second() / 60);
        let windows = minutes.map(|minute| (minute, 1));
        assert!(axis(&[&windows]).is_some());
    }
}
