//! The time that charts of traffic show.

use jiff::{SignedDuration, Timestamp};

use crate::traffic::{Look, Traffic};

/// One in so many exposures may lie outside at either end: a clock that jumped must not squeeze an
/// incident into one column.
const OUTLIER: u64 = 1000;
/// Only where the axis would otherwise be so many times as long.
const FAR: i32 = 4;

/// A stretch of time, from the start of a window to the end of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Its beginning.
    pub start: Timestamp,
    /// Its end; after the beginning.
    pub end: Timestamp,
    /// How many exposures lie outside.
    pub outside: u64,
}

impl Axis {
    /// The time in which the log has exposures, but for outliers; none for an empty log.
    #[must_use]
    pub fn of(traffic: &Traffic) -> Option<Self> {
        let looks: Vec<&[Look]> = traffic
            .splits
            .iter()
            .map(|split| &split.looks[..])
            .collect();
        let total: u64 = looks.iter().map(|looks| exposures(looks)).sum();
        let most = total / OUTLIER;
        // An experiment with hardly any exposures is an outlier as a whole.
        let large = looks.iter().filter(|looks| exposures(looks) > most);
        let inner = hull(large.filter_map(|looks| trimmed(looks)))?;
        let all = hull(looks.iter().filter_map(|looks| bounds(looks)))?;
        let length = |(first, last): (Timestamp, Timestamp)| last.duration_since(first);
        let window = traffic.window;
        let is_far = length(all) > (length(inner) + window) * FAR;
        let (first, last) = if is_far { inner } else { all };
        let is_outside = |look: &&Look| look.start < first || look.start > last;
        let outside = looks.iter().flat_map(|looks| looks.iter());
        Some(Self {
            start: first,
            end: last.checked_add(window).unwrap_or(Timestamp::MAX),
            outside: outside.filter(is_outside).map(|look| look.exposures).sum(),
        })
    }

    /// How long it is.
    #[must_use]
    pub fn length(&self) -> SignedDuration {
        self.end.duration_since(self.start)
    }
}

fn exposures(looks: &[Look]) -> u64 {
    looks.iter().map(|look| look.exposures).sum()
}

fn bounds(looks: &[Look]) -> Option<(Timestamp, Timestamp)> {
    Some((looks.first()?.start, looks.last()?.start))
}

/// The bounds without the outliers at either end.
fn trimmed(looks: &[Look]) -> Option<(Timestamp, Timestamp)> {
    let most = exposures(looks) / OUTLIER;
    let within = |looks: &mut dyn Iterator<Item = &Look>| {
        let mut left = most;
        let mut kept = looks.skip_while(|look| match left.checked_sub(look.exposures) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        });
        kept.next().map(|look| look.start)
    };
    Some((within(&mut looks.iter())?, within(&mut looks.iter().rev())?))
}

fn hull(bounds: impl Iterator<Item = (Timestamp, Timestamp)>) -> Option<(Timestamp, Timestamp)> {
    bounds.reduce(|(first, last), (start, end)| (first.min(start), last.max(end)))
}
