//! When an experiment assigns nothing, and the exposures that there were all the same.

use jiff::{SignedDuration, Timestamp};

use super::{AnomalyKind, GRACE, SplitWindow};
use crate::domain::{Experiment, Status};

/// A time without assignments; its end isn't part of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stretch {
    from: Timestamp,
    to: Timestamp,
    /// What exposures in it are.
    kind: AnomalyKind,
}

/// Exposures in windows without assignments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Astray {
    pub(super) exposures: u64,
    /// When the first window starts.
    pub(super) since: Timestamp,
    /// When the last one ends.
    pub(super) until: Timestamp,
}

/// When it assigns nothing, given what it is from when to when, in order.
pub(super) fn inactive<'t>(
    eras: impl Iterator<Item = (Timestamp, Timestamp, &'t Experiment)>,
) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for stretch in eras.flat_map(|(start, end, experiment)| within(experiment, start, end)) {
        match stretches.last_mut() {
            // It goes on over an apply.
            Some(last) if last.kind == stretch.kind && last.to == stretch.from => {
                last.to = stretch.to;
            }
            _ if stretch.from < stretch.to => stretches.push(stretch),
            _ => {}
        }
    }
    stretches
}

/// When the experiment, which is the same from `start` to `end`, assigns nothing.
fn within(experiment: &Experiment, start: Timestamp, end: Timestamp) -> Vec<Stretch> {
    let stretch = |from: Timestamp, to: Timestamp, kind| Stretch {
        from: from.clamp(start, end),
        to: to.clamp(start, end),
        kind,
    };
    match experiment.status {
        Status::Completed => vec![stretch(start, end, AnomalyKind::Completed)],
        Status::Draft | Status::Paused => vec![stretch(start, end, AnomalyKind::Inactive)],
        Status::Active => {
            let first = experiment.start_date.unwrap_or(Timestamp::MIN);
            let last = experiment.end_date.unwrap_or(Timestamp::MAX);
            vec![
                stretch(start, first, AnomalyKind::Inactive),
                stretch(last, end, AnomalyKind::Inactive),
            ]
        }
    }
}

/// The exposures of one kind in windows that lie wholly in such a stretch, no less than
/// [`GRACE`] after it began.
pub(super) fn astray(
    windows: &[SplitWindow],
    length: SignedDuration,
    stretches: &[Stretch],
    kind: AnomalyKind,
) -> Option<Astray> {
    let end = |window: &SplitWindow| {
        let end = window.start.checked_add(length);
        end.unwrap_or(Timestamp::MAX)
    };
    let is_astray = |window: &&SplitWindow| {
        let after = stretches.partition_point(|stretch| stretch.from <= window.start);
        let stretch = after.checked_sub(1).map(|index| &stretches[index]);
        stretch.is_some_and(|stretch| {
            stretch.kind == kind
                && window.start.duration_since(stretch.from) >= GRACE
                && end(window) <= stretch.to
        })
    };
    let mut astray = windows.iter().filter(is_astray).map(|window| Astray {
        exposures: window.exposures,
        since: window.start,
        until: end(window),
    });
    let first = astray.next()?;
    Some(astray.fold(first, |sum, window| Astray {
        exposures: sum.exposures + window.exposures,
        until: window.until,
        ..sum
    }))
}
