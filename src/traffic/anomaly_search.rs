//! Finding what isn't as it should be, besides how units split.

use jiff::{SignedDuration, Timestamp};

use super::coverage::{CoverageFault, CoverageTest};
use super::known_experiment::{KnownExperiment, Stretch, has_traffic};
use super::split_counts::{Gathered, GatheredArm, MOST_STRANGERS, span};
use super::{Anomaly, AnomalyKind, HolderCoverage, LayerCoverage, SlotHolder, SplitWindow};
use crate::domain::{Arm, ExperimentId, LayerId};
use crate::exposure::{ExposureSummary, LayerExposures};
use crate::timeline::Timeline;

/// How long exposures may go on after a change, and how long an arm may be silent: services notice
/// a change late, and write their logs late.
pub const GRACE: SignedDuration = SignedDuration::from_mins(5);

/// An arm is silent where the chance that so many units in a row all go to its siblings is at most
/// this; so is an experiment without exposures.
const SILENT_AT: f64 = 0.001;

/// What concerns an experiment as a whole.
pub(super) fn in_experiment(
    splits: &[Gathered],
    known: Option<&KnownExperiment>,
    conflicts: u64,
) -> Option<Anomaly> {
    let kind = match known {
        None => AnomalyKind::UnknownExperiment,
        // The units of a random splitter may well see several variants.
        Some(known) if conflicts > 0 && !known.is_random() => AnomalyKind::Conflict,
        Some(_) => return None,
    };
    let arms = splits.iter().flat_map(|split| &split.arms);
    let found = of_arms(kind, &splits[0], arms)?;
    Some(Anomaly {
        group: None,
        count: if known.is_some() {
            conflicts
        } else {
            found.count
        },
        ..found
    })
}

/// What concerns the groups that aren't told apart.
pub(super) fn in_other_groups(others: &[&Gathered]) -> Option<Anomaly> {
    let arms = others.iter().flat_map(|split| &split.arms);
    let found = of_arms(AnomalyKind::UnknownGroup, others.first()?, arms)?;
    Some(Anomaly {
        group: None,
        ..found
    })
}

/// What concerns a split of an experiment.
pub(super) fn in_split(
    split: &Gathered,
    known: &KnownExperiment,
    windows: &[SplitWindow],
    summary: &ExposureSummary,
    horizon: Timestamp,
) -> Vec<Anomaly> {
    let Some((_, last)) = split.span() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if split
        .group
        .as_ref()
        .is_some_and(|group| !known.has_group(group))
    {
        found.extend(of_arms(AnomalyKind::UnknownGroup, split, &split.arms));
    }
    let kind = AnomalyKind::UnknownVariant;
    let strangers = split.strangers(|variant| known.has_variant(variant));
    let (told, others) = strangers.split_at(MOST_STRANGERS.min(strangers.len()));
    found.extend(told.iter().filter_map(|arm| of_arm(kind, split, arm)));
    found.extend(of_arms(kind, split, others.iter().copied()));
    if let Ok(allocation) = known.allocation(split.group.as_ref()) {
        let end = last_by(horizon, last, || {
            windows.iter().map(|window| window.start).collect()
        });
        for arm in allocation.arms() {
            let got = split.arm(&arm.variant);
            if arm.fraction.value() <= 0.0 {
                found.extend(got.and_then(|got| of_arm(AnomalyKind::ZeroFraction, split, got)));
            } else if let Some(end) = end
                && let Some(spoke) = spoke(split, got, windows, summary, horizon)
            {
                found.extend(silent(split, known, arm, spoke, end));
            }
        }
    }
    let stretches = known.inactive();
    for kind in [AnomalyKind::Inactive, AnomalyKind::Completed] {
        let astray = astray(windows, summary.window(), &stretches, kind);
        found.extend(astray.map(|astray| Anomaly {
            count: astray.exposures,
            last: Some(astray.until.min(last)),
            ..anomaly(kind, split, astray.since)
        }));
    }
    found.extend(ahead(split, windows, horizon));
    found
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

/// When an arm had its last exposure, none where it never had one, and how many units its siblings
/// got since. Nothing of an arm that has rows of the future alone: it may well speak.
///
/// A log may be written in any order: by one shard after the other, or sorted by variant. So what was
/// written later counts as far as it isn't of an earlier time, or else what is of a later time.
fn spoke(
    split: &Gathered,
    got: Option<&GatheredArm>,
    windows: &[SplitWindow],
    summary: &ExposureSummary,
    horizon: Timestamp,
) -> Option<(Option<Timestamp>, u64)> {
    let Some(got) = got else {
        return Some((None, split.units()));
    };
    let starts = || got.windows(summary).map(|window| window.start);
    let last = last_by(horizon, got.last, || {
        let mut starts: Vec<Timestamp> = starts().collect();
        starts.sort_unstable();
        starts
    })?;
    let last_window = starts().filter(|start| *start <= last).max()?;
    let of_siblings = |window: &&SplitWindow| (last_window..=horizon).contains(&window.start);
    let from_then: u64 = windows
        .iter()
        .filter(of_siblings)
        .map(|window| window.units)
        .sum();
    let own = got
        .windows(summary)
        .filter(|window| window.start == last_window);
    let own: u64 = own.map(|window| window.units).sum();
    let later = windows.iter().filter(of_siblings);
    let later = later.filter(|window| window.start > last_window);
    let later: u64 = later.map(|window| window.units).sum();
    let units = got.units_elsewhere_since.min(from_then.saturating_sub(own));
    Some((Some(last), units.max(later)))
}

/// When the last exposure was by that time; where there are later ones, it is taken from the starts
/// of the windows, which are made only then.
fn last_by(
    horizon: Timestamp,
    last: Timestamp,
    starts: impl FnOnce() -> Vec<Timestamp>,
) -> Option<Timestamp> {
    if last <= horizon {
        return Some(last);
    }
    starts().into_iter().rfind(|start| *start <= horizon)
}

/// The exposures of a clock that is ahead.
fn ahead(split: &Gathered, windows: &[SplitWindow], horizon: Timestamp) -> Option<Anomaly> {
    let (_, last) = split.span()?;
    let is_ahead = |window: &&SplitWindow| window.start >= horizon;
    let since = windows.iter().find(is_ahead)?.start;
    let exposures = windows
        .iter()
        .filter(is_ahead)
        .map(|window| window.exposures);
    Some(Anomaly {
        count: exposures.sum(),
        last: Some(last),
        ..anomaly(AnomalyKind::ClockAhead, split, since)
    })
}

/// An arm that gets nothing while its siblings do, in an experiment that still assigns. It had its
/// last exposure at this time, and they got so many units since.
fn silent(
    split: &Gathered,
    known: &KnownExperiment,
    arm: &Arm,
    (last, units): (Option<Timestamp>, u64),
    end: Timestamp,
) -> Option<Anomaly> {
    let (first, _) = split.span()?;
    let since = last.unwrap_or(first);
    let p_value = (units as f64 * (-arm.fraction.value()).ln_1p()).exp();
    let is_silent = units > 0
        && p_value <= SILENT_AT
        && end.duration_since(since) >= GRACE
        && known.is_assigning(end);
    is_silent.then(|| Anomaly {
        variant: Some(arm.variant.clone()),
        count: units,
        last,
        p_value: Some(p_value),
        ..anomaly(AnomalyKind::Silent, split, since)
    })
}

fn of_arm(kind: AnomalyKind, split: &Gathered, arm: &GatheredArm) -> Option<Anomaly> {
    Some(Anomaly {
        variant: Some(arm.variant.clone()),
        ..of_arms(kind, split, [arm])?
    })
}

/// All exposures of these arms; none without arms.
fn of_arms<'a>(
    kind: AnomalyKind,
    split: &Gathered,
    arms: impl IntoIterator<Item = &'a GatheredArm> + Clone,
) -> Option<Anomaly> {
    let (since, last) = span(arms.clone())?;
    Some(Anomaly {
        count: arms.into_iter().map(|arm| arm.exposures).sum(),
        last: Some(last),
        ..anomaly(kind, split, since)
    })
}

fn anomaly(kind: AnomalyKind, split: &Gathered, since: Timestamp) -> Anomaly {
    Anomaly {
        group: split.group.clone(),
        ..nothing(kind, Some(&split.experiment_id), since)
    }
}

/// An anomaly of which nothing but kind, experiment and time is known.
fn nothing(kind: AnomalyKind, id: Option<&ExperimentId>, since: Timestamp) -> Anomaly {
    Anomaly {
        kind,
        layer_id: None,
        experiment_id: id.cloned(),
        group: None,
        variant: None,
        holder: None,
        count: 0,
        lost: None,
        since,
        last: None,
        p_value: None,
    }
}

/// What the units of a layer say of its holders.
pub(super) fn in_layer(coverage: &LayerCoverage, test: &CoverageTest) -> Option<Anomaly> {
    let since = coverage.since?;
    let of_layer = |kind, id: Option<&ExperimentId>| Anomaly {
        layer_id: Some(coverage.layer_id.clone()),
        p_value: Some(coverage.corrected_p_value),
        ..nothing(kind, id, since)
    };
    Some(match test.fault()? {
        CoverageFault::Uneven => Anomaly {
            count: coverage.units,
            ..of_layer(AnomalyKind::UnevenCoverage, None)
        },
        CoverageFault::Lost(HolderCoverage {
            holder,
            units,
            expected_units,
            lost,
        }) => Anomaly {
            count: missing_units(expected_units, units),
            lost,
            holder: Some(holder.clone()),
            ..of_layer(AnomalyKind::LostExposures, holder.experiment_id())
        },
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of units that a log holds, never below 0"
)]
fn missing_units(expected: f64, got: u64) -> u64 {
    (expected - got as f64).round().max(0.0) as u64
}

/// An experiment that has been assigning since a certain time, and has no exposure of it.
pub(super) struct WithoutExposures<'t> {
    layer_id: &'t LayerId,
    experiment_id: &'t ExperimentId,
    since: Timestamp,
}

/// The experiments of a layer that should have exposures at the end of the log, and have none since
/// the apply, or the start date, that began it; given when each had its last one.
pub(super) fn without_exposures<'t>(
    layer_id: &'t LayerId,
    timeline: &'t Timeline,
    end: Timestamp,
    last: &dyn Fn(&ExperimentId) -> Option<Timestamp>,
) -> impl Iterator<Item = WithoutExposures<'t>> {
    let layer = timeline.at(end).layers.get(layer_id);
    let experiments = layer.into_iter().flat_map(move |layer| {
        let experiments = layer.experiments.iter();
        experiments.filter(move |experiment| has_traffic(layer, experiment, Some(end)))
    });
    experiments.filter_map(move |experiment| {
        let id = &experiment.experiment_id;
        let applied = active_since(layer_id, id, timeline, end)?;
        let since = experiment
            .start_date
            .map_or(applied, |start| applied.max(start));
        last(id)
            .is_none_or(|last| last < since)
            .then_some(WithoutExposures {
                layer_id,
                experiment_id: id,
                since,
            })
    })
}

/// The apply since which it has been active without a break, as far as that is certain.
fn active_since(
    layer_id: &LayerId,
    id: &ExperimentId,
    timeline: &Timeline,
    end: Timestamp,
) -> Option<Timestamp> {
    let stretches: Vec<_> = timeline.stretches().collect();
    let until_end = stretches
        .iter()
        .rev()
        .skip_while(|(start, ..)| *start > end);
    let active = until_end.take_while(|(_, _, era)| {
        let layer = era.layers.get(layer_id).filter(|_| era.is_certain);
        layer.is_some_and(|layer| {
            let experiment = layer.experiment(id);
            experiment.is_some_and(|experiment| has_traffic(layer, experiment, None))
        })
    });
    active.last().map(|(start, ..)| *start)
}

impl WithoutExposures<'_> {
    /// The anomaly, where chance is ruled out.
    pub(super) fn anomaly(
        &self,
        test: &CoverageTest,
        exposures: &LayerExposures,
    ) -> Option<Anomaly> {
        let (p_value, units) = test.chance_of_none(self.experiment_id, self.since, exposures);
        (p_value <= SILENT_AT).then(|| Anomaly {
            layer_id: Some(self.layer_id.clone()),
            holder: Some(SlotHolder::Active(self.experiment_id.clone())),
            count: units,
            lost: Some(1.0),
            p_value: Some(p_value),
            ..nothing(
                AnomalyKind::NoExposures,
                Some(self.experiment_id),
                self.since,
            )
        })
    }
}
