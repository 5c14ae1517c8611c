//! Many events, one report: an editor's save is a handful of events, a `git checkout` hundreds.

use std::time::{Duration, Instant};

/// A burst is over when nothing came for this long.
const QUIET: Duration = Duration::from_millis(30);
/// However long a burst lasts, it is reported this long after its first event.
const LONGEST: Duration = Duration::from_millis(100);

/// What an event, or several, make doubtful.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dirty {
    /// The layer files, or the saved plan.
    pub(super) proposal: bool,
    /// The database.
    pub(super) database: bool,
    /// The watches themselves: a directory or a link on the way may be another one now.
    pub(super) watches: bool,
}

impl Dirty {
    /// Everything.
    pub(super) const ALL: Self = Self {
        proposal: true,
        database: true,
        watches: true,
    };

    /// Whether anything is doubtful.
    pub(super) fn any(self) -> bool {
        self.proposal || self.database || self.watches
    }

    /// Both together.
    pub(super) fn merge(&mut self, other: Self) {
        self.proposal |= other.proposal;
        self.database |= other.database;
        self.watches |= other.watches;
    }
}

/// The events since the last report.
#[derive(Debug, Default)]
pub(super) struct Burst {
    dirty: Dirty,
    /// When the first and the last event came.
    since: Option<(Instant, Instant)>,
}

impl Burst {
    /// Adds an event.
    pub(super) fn add(&mut self, dirty: Dirty, now: Instant) {
        if dirty.any() {
            self.dirty.merge(dirty);
            let first = self.since.map_or(now, |(first, _)| first);
            self.since = Some((first, now));
        }
    }

    /// How long to wait for more before the report; `None` where there is nothing to report.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        self.since.map(|(first, last)| {
            (last + QUIET)
                .min(first + LONGEST)
                .saturating_duration_since(now)
        })
    }

    /// Ends the burst.
    pub(super) fn take(&mut self) -> Dirty {
        std::mem::take(self).dirty
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROPOSAL: Dirty = Dirty {
        proposal: true,
        database: false,
        watches: false,
    };

    #[test]
    fn nothing_waits_for_nothing() {
        let mut burst = Burst::default();
        burst.add(Dirty::default(), Instant::now());
        assert_eq!(burst.wait(Instant::now()), None);
    }

    #[test]
    fn a_burst_ends_after_a_quiet_time() {
        let (mut burst, start) = (Burst::default(), Instant::now());
        burst.add(PROPOSAL, start);
        assert_eq!(burst.wait(start), Some(QUIET));
        burst.add(PROPOSAL, start + QUIET / 2);
        assert_eq!(burst.wait(start + QUIET / 2), Some(QUIET));
        assert_eq!(burst.wait(start + QUIET * 2), Some(Duration::ZERO));
        assert_eq!(burst.take(), PROPOSAL);
        assert_eq!(burst.wait(start + QUIET * 2), None);
    }

    #[test]
    fn a_burst_without_end_is_reported_all_the_same() {
        let (mut burst, start) = (Burst::default(), Instant::now());
        for step in 0..20 {
            burst.add(PROPOSAL, start + Duration::from_millis(10) * step);
        }
        assert_eq!(burst.wait(start + LONGEST), Some(Duration::ZERO));
    }
}
