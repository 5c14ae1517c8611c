//! Finds the anomalies of a log: whatever is wrong besides how units split.

use jiff::{SignedDuration, Timestamp};

use super::coverage::{CoverageFault, CoverageTest};
use super::known_experiment::{IdleSpan, KnownExperiment, has_traffic};
use super::split_counts::{MAX_UNKNOWN, SplitArm, SplitCounts, time_span};
use super::{Anomaly, AnomalyKind, HolderCoverage, LayerCoverage, SlotHolder, SplitWindow};
use crate::domain::{Arm, ExperimentId, LayerId};
use crate::exposure::{ExposureSummary, LayerExposures};
use crate::timeline::Timeline;

/// How long exposures may continue after a change, and how long an arm may be silent: services notice
/// changes late, and write their logs late.
pub const GRACE: SignedDuration = SignedDuration::from_mins(5);

/// An arm is silent if the chance that all units since went to its siblings is at most this. The same
/// holds for an experiment without exposures.
const SILENT_AT: f64 = 0.001;

/// Finds an anomaly of the experiment as a whole.
pub(super) fn find_in_experiment(
    splits: &[SplitCounts],
    known: Option<&KnownExperiment>,
    conflicts: u64,
) -> Option<Anomaly> {
    let kind = match known {
        None => AnomalyKind::UnknownExperiment,
        Some(known) if conflicts > 0 && !known.is_random() => AnomalyKind::Conflict,
        Some(_) => return None,
    };
    let arms = splits.iter().flat_map(|split| &split.arms);
    let found = arms_anomaly(kind, &splits[0], arms)?;
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

/// Finds an anomaly of the groups that aren't listed one by one.
pub(super) fn find_in_other_groups(others: &[&SplitCounts]) -> Option<Anomaly> {
    let arms = others.iter().flat_map(|split| &split.arms);
    let found = arms_anomaly(AnomalyKind::UnknownGroup, others.first()?, arms)?;
    Some(Anomaly {
        group: None,
        ..found
    })
}

/// Finds the anomalies of one split.
pub(super) fn find_in_split(
    split: &SplitCounts,
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
        found.extend(arms_anomaly(AnomalyKind::UnknownGroup, split, &split.arms));
    }
    let kind = AnomalyKind::UnknownVariant;
    let unknown = split.unknown_arms(|variant| known.has_variant(variant));
    let (listed, others) = unknown.split_at(MAX_UNKNOWN.min(unknown.len()));
    found.extend(
        listed
            .iter()
            .filter_map(|arm| arm_anomaly(kind, split, arm)),
    );
    found.extend(arms_anomaly(kind, split, others.iter().copied()));
    if let Ok(allocation) = known.allocation(split.group.as_ref()) {
        let end = last_exposure_until(horizon, last, || {
            windows.iter().map(|window| window.start).collect()
        });
        for arm in allocation.arms() {
            let got = split.arm(&arm.variant);
            if arm.fraction.value() <= 0.0 {
                found
                    .extend(got.and_then(|got| arm_anomaly(AnomalyKind::ZeroFraction, split, got)));
            } else if let Some(end) = end
                && let Some(silence) = measure_silence(split, got, windows, summary, horizon)
            {
                found.extend(find_silent_arm(split, known, arm, silence, end));
            }
        }
    }
    let spans = known.idle_spans();
    for kind in [AnomalyKind::Inactive, AnomalyKind::Completed] {
        let idle = exposures_while_idle(windows, summary.window(), &spans, kind);
        found.extend(idle.map(|idle| Anomaly {
            count: idle.exposures,
            last: Some(idle.end.min(last)),
            ..split_anomaly(kind, split, idle.start)
        }));
    }
    found.extend(find_clock_ahead(split, windows, horizon));
    found
}

/// Exposures in windows in which the experiment assigned nothing.
struct IdleExposures {
    exposures: u64,
    /// The start of the first window.
    start: Timestamp,
    /// The end of the last one.
    end: Timestamp,
}

/// Returns the exposures of this kind in windows that lie wholly in an idle span and start at least
/// [`GRACE`] after it.
fn exposures_while_idle(
    windows: &[SplitWindow],
    length: SignedDuration,
    spans: &[IdleSpan],
    kind: AnomalyKind,
) -> Option<IdleExposures> {
    let end = |window: &SplitWindow| {
        let end = window.start.checked_add(length);
        end.unwrap_or(Timestamp::MAX)
    };
    let is_idle = |window: &&SplitWindow| {
        let after = spans.partition_point(|span| span.start <= window.start);
        let span = after.checked_sub(1).map(|index| &spans[index]);
        span.is_some_and(|span| {
            span.kind == kind
                && window.start.duration_since(span.start) >= GRACE
                && end(window) <= span.end
        })
    };
    let mut idle = windows.iter().filter(is_idle).map(|window| IdleExposures {
        exposures: window.exposures,
        start: window.start,
        end: end(window),
    });
    let first = idle.next()?;
    Some(idle.fold(first, |sum, window| IdleExposures {
        exposures: sum.exposures + window.exposures,
        end: window.end,
        ..sum
    }))
}

/// How long an arm has had no exposures.
struct Silence {
    /// Its last exposure; `None` if it never had one.
    last: Option<Timestamp>,
    /// The number of units that its siblings got since.
    units: u64,
}

/// Measures the silence of an arm. `None` if all its rows have future timestamps: it may be alive.
///
/// A log may be written in any order, such as shard by shard or sorted by variant. So units written
/// later count unless they have an earlier time, and units with a later time always count.
fn measure_silence(
    split: &SplitCounts,
    got: Option<&SplitArm>,
    windows: &[SplitWindow],
    summary: &ExposureSummary,
    horizon: Timestamp,
) -> Option<Silence> {
    let Some(got) = got else {
        return Some(Silence {
            last: None,
            units: split.units(),
        });
    };
    let starts = || got.windows(summary).map(|window| window.start);
    let last = last_exposure_until(horizon, got.last, || {
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
    Some(Silence {
        last: Some(last),
        units: units.max(later),
    })
}

/// Returns the time of the last exposure until `horizon`: exactly, if `last` isn't later, otherwise
/// as the start of a window. The windows are computed only if needed.
fn last_exposure_until(
    horizon: Timestamp,
    last: Timestamp,
    starts: impl FnOnce() -> Vec<Timestamp>,
) -> Option<Timestamp> {
    if last <= horizon {
        return Some(last);
    }
    starts().into_iter().rfind(|start| *start <= horizon)
}

/// Finds exposures with future timestamps.
fn find_clock_ahead(
    split: &SplitCounts,
    windows: &[SplitWindow],
    horizon: Timestamp,
) -> Option<Anomaly> {
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
        ..split_anomaly(AnomalyKind::ClockAhead, split, since)
    })
}

/// Reports an arm that gets nothing while its siblings do, in an experiment that still assigns.
fn find_silent_arm(
    split: &SplitCounts,
    known: &KnownExperiment,
    arm: &Arm,
    Silence { last, units }: Silence,
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
        ..split_anomaly(AnomalyKind::Silent, split, since)
    })
}

fn arm_anomaly(kind: AnomalyKind, split: &SplitCounts, arm: &SplitArm) -> Option<Anomaly> {
    Some(Anomaly {
        variant: Some(arm.variant.clone()),
        ..arms_anomaly(kind, split, [arm])?
    })
}

/// An anomaly of all exposures of these arms; `None` without arms.
fn arms_anomaly<'a>(
    kind: AnomalyKind,
    split: &SplitCounts,
    arms: impl IntoIterator<Item = &'a SplitArm> + Clone,
) -> Option<Anomaly> {
    let (since, last) = time_span(arms.clone())?;
    Some(Anomaly {
        count: arms.into_iter().map(|arm| arm.exposures).sum(),
        last: Some(last),
        ..split_anomaly(kind, split, since)
    })
}

fn split_anomaly(kind: AnomalyKind, split: &SplitCounts, since: Timestamp) -> Anomaly {
    Anomaly {
        group: split.group.clone(),
        ..blank_anomaly(kind, Some(&split.experiment_id), since)
    }
}

/// An anomaly with everything else left empty.
fn blank_anomaly(kind: AnomalyKind, id: Option<&ExperimentId>, since: Timestamp) -> Anomaly {
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

/// Finds an anomaly in how the units of a layer spread over its slots.
pub(super) fn find_in_layer(coverage: &LayerCoverage, test: &CoverageTest) -> Option<Anomaly> {
    let since = coverage.since?;
    let layer_anomaly = |kind, id: Option<&ExperimentId>| Anomaly {
        layer_id: Some(coverage.layer_id.clone()),
        p_value: Some(coverage.corrected_p_value),
        ..blank_anomaly(kind, id, since)
    };
    Some(match test.fault()? {
        CoverageFault::Uneven => Anomaly {
            count: coverage.units,
            ..layer_anomaly(AnomalyKind::UnevenCoverage, None)
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
            ..layer_anomaly(AnomalyKind::LostExposures, holder.experiment_id())
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

/// An experiment that has been assigning for some time without an exposure.
pub(super) struct UnexposedExperiment<'t> {
    layer_id: &'t LayerId,
    experiment_id: &'t ExperimentId,
    since: Timestamp,
}

/// Finds the experiments of a layer that should have exposures at the end of the log, and have none
/// since they became active. `last` returns the last exposure of an experiment.
pub(super) fn find_unexposed_experiments<'t>(
    layer_id: &'t LayerId,
    timeline: &'t Timeline,
    end: Timestamp,
    last: &dyn Fn(&ExperimentId) -> Option<Timestamp>,
) -> impl Iterator<Item = UnexposedExperiment<'t>> {
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
            .then_some(UnexposedExperiment {
                layer_id,
                experiment_id: id,
                since,
            })
    })
}

/// Returns the time of the apply since which the experiment has certainly been active without a break.
fn active_since(
    layer_id: &LayerId,
    id: &ExperimentId,
    timeline: &Timeline,
    end: Timestamp,
) -> Option<Timestamp> {
    let spans: Vec<_> = timeline.era_spans().collect();
    let until_end = spans.iter().rev().skip_while(|(start, ..)| *start > end);
    let active = until_end.take_while(|(_, _, era)| {
        let layer = era.layers.get(layer_id).filter(|_| era.is_certain);
        layer.is_some_and(|layer| {
            let experiment = layer.experiment(id);
            experiment.is_some_and(|experiment| has_traffic(layer, experiment, None))
        })
    });
    active.last().map(|(start, ..)| *start)
}

impl UnexposedExperiment<'_> {
    /// Returns the anomaly, unless chance may explain it.
    pub(super) fn to_anomaly(
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
            ..blank_anomaly(
                AnomalyKind::NoExposures,
                Some(self.experiment_id),
                self.since,
            )
        })
    }
}
