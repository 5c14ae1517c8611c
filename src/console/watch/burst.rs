//! Combines many events into one report: an editor's save is a handful of events, a `git checkout` hundreds, and
//! a log under load thousands a second.

use std::time::{Duration, Instant};

/// A burst ends when no event arrives for this long.
const QUIET: Duration = Duration::from_millis(30);
/// A burst is reported this long after its first event, however long it lasts.
const LONGEST: Duration = Duration::from_millis(100);

/// What may have changed after one or more events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each of them changes independently"
)]
pub(super) struct Dirty {
    /// The layer files, or the saved plan.
    pub(super) proposal: bool,
    /// The database.
    pub(super) database: bool,
    /// The exposure log.
    pub(super) log: bool,
    /// The watches themselves: a directory or a link on the path may have been replaced.
    pub(super) watches: bool,
}

impl Dirty {
    /// Everything.
    pub(super) const ALL: Self = Self {
        proposal: true,
        database: true,
        log: true,
        watches: true,
    };
    /// Only the log.
    pub(super) const LOG: Self = Self {
        proposal: false,
        database: false,
        log: true,
        watches: false,
    };

    /// Returns whether anything may have changed.
    pub(super) fn is_any(self) -> bool {
        self != Self::default()
    }

    /// Adds the flags of `other`.
    pub(super) fn merge(&mut self, other: Self) {
        self.proposal |= other.proposal;
        self.database |= other.database;
        self.log |= other.log;
        self.watches |= other.watches;
    }
}

/// The events since the last report.
#[derive(Debug)]
pub(super) struct Burst {
    /// The minimum time between two reports.
    rest: Duration,
    dirty: Dirty,
    /// When the first and the last event arrived.
    since: Option<(Instant, Instant)>,
    reported: Option<Instant>,
}

impl Burst {
    /// Creates a burst without events; `rest` is the minimum time between two reports.
    pub(super) fn new(rest: Duration) -> Self {
        Self {
            rest,
            dirty: Dirty::default(),
            since: None,
            reported: None,
        }
    }

    /// Adds an event.
    pub(super) fn add(&mut self, dirty: Dirty, now: Instant) {
        if dirty.is_any() {
            self.dirty.merge(dirty);
            let first = self.since.map_or(now, |(first, _)| first);
            self.since = Some((first, now));
        }
    }

    /// Returns how long to wait for more events before the report; `None` if there is nothing to report.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        let (first, last) = self.since?;
        let over = (last + QUIET).min(first + LONGEST);
        let rested = self.reported.map_or(over, |reported| reported + self.rest);
        Some(over.max(rested).saturating_duration_since(now))
    }

    /// Ends the burst and returns it if it is time to report it.
    pub(super) fn take(&mut self, now: Instant) -> Dirty {
        if self.wait(now) != Some(Duration::ZERO) {
            return Dirty::default();
        }
        self.since = None;
        self.reported = Some(now);
        std::mem::take(&mut self.dirty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROPOSAL: Dirty = Dirty {
        proposal: true,
        database: false,
        log: false,
        watches: false,
    };

    fn burst() -> Burst {
        Burst::new(Duration::ZERO)
    }

    #[test]
    fn nothing_waits_for_nothing() {
        let mut burst = burst();
        burst.add(Dirty::default(), Instant::now());
        assert_eq!(burst.wait(Instant::now()), None);
    }

    #[test]
    fn a_burst_ends_after_a_quiet_time() {
        let (mut burst, start) = (burst(), Instant::now());
        burst.add(PROPOSAL, start);
        assert_eq!(burst.wait(start), Some(QUIET));
        burst.add(PROPOSAL, start + QUIET / 2);
        assert_eq!(burst.wait(start + QUIET / 2), Some(QUIET));
        assert_eq!(burst.take(start + QUIET), Dirty::default());
        assert_eq!(burst.wait(start + QUIET * 2), Some(Duration::ZERO));
        assert_eq!(burst.take(start + QUIET * 2), PROPOSAL);
        assert_eq!(burst.wait(start + QUIET * 2), None);
    }

    #[test]
    fn a_burst_without_end_is_reported_all_the_same() {
        let (mut burst, start) = (burst(), Instant::now());
        for step in 0..20 {
            burst.add(PROPOSAL, start + Duration::from_millis(10) * step);
        }
        assert_eq!(burst.wait(start + LONGEST), Some(Duration::ZERO));
    }

    #[test]
    fn what_never_ends_is_reported_as_often_as_it_may_be_and_its_end_too() {
        let rest = Duration::from_millis(500);
        let (mut burst, start) = (Burst::new(rest), Instant::now());
        let mut reports = Vec::new();
        for step in 0..4000 {
            let now = start + Duration::from_millis(1) * step;
            // Written for three seconds.
            if step < 3000 {
                burst.add(Dirty::LOG, now);
            }
            if burst.take(now).is_any() {
                reports.push(step);
            }
        }
        assert_eq!(reports, [100, 600, 1100, 1600, 2100, 2600, 3100]);
    }
}
