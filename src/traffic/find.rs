//! Finding what isn't as it should be, besides how units split.

use jiff::{SignedDuration, Timestamp};

use super::gathered::{Gathered, MOST_STRANGERS, span};
use super::inactive::astray;
use super::known::KnownExperiment;
use super::{Anomaly, AnomalyKind, Look};
use crate::domain::Arm;
use crate::exposure::{ArmExposures, Counts};

/// How long exposures may go on after a change, and how long an arm may be silent: services notice
/// a change late, and write their logs late.
pub const GRACE: SignedDuration = SignedDuration::from_mins(5);

/// An arm is silent where the chance that so many units in a row all go to its siblings is at most
/// this.
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
    looks: &[Look],
    counts: &Counts,
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
            looks.iter().map(|look| look.start).collect()
        });
        for arm in allocation.arms() {
            let got = split.arms.iter().find(|got| got.variant == arm.variant);
            if arm.fraction.value() <= 0.0 {
                found.extend(got.and_then(|got| of_arm(AnomalyKind::ZeroFraction, split, got)));
            } else if let Some(end) = end
                && let Some(spoke) = spoke(split, got, counts, horizon)
            {
                found.extend(silent(split, known, arm, spoke, end));
            }
        }
    }
    let stretches = known.inactive();
    for kind in [AnomalyKind::Inactive, AnomalyKind::Completed] {
        let astray = astray(looks, counts.window(), &stretches, kind);
        found.extend(astray.map(|astray| Anomaly {
            count: astray.exposures,
            last: Some(astray.until.min(last)),
            ..anomaly(kind, split, astray.since)
        }));
    }
    found.extend(ahead(split, looks, horizon));
    found
}

/// When an arm had its last exposure, none where it never had one, and how many units its siblings
/// got since. Nothing of an arm that has rows of the future alone: it may well speak.
fn spoke(
    split: &Gathered,
    got: Option<&ArmExposures>,
    counts: &Counts,
    horizon: Timestamp,
) -> Option<(Option<Timestamp>, u64)> {
    let Some(got) = got else {
        return Some((None, split.units()));
    };
    let last = last_by(horizon, got.last, || {
        let windows = counts.windows(got).into_iter();
        windows.map(|window| window.start).collect()
    })?;
    Some((Some(last), got.units_elsewhere_since))
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
fn ahead(split: &Gathered, looks: &[Look], horizon: Timestamp) -> Option<Anomaly> {
    let (_, last) = split.span()?;
    let is_ahead = |look: &&Look| look.start >= horizon;
    let since = looks.iter().find(is_ahead)?.start;
    let exposures = looks.iter().filter(is_ahead).map(|look| look.exposures);
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

fn of_arm(kind: AnomalyKind, split: &Gathered, arm: &ArmExposures) -> Option<Anomaly> {
    Some(Anomaly {
        variant: Some(arm.variant.clone()),
        ..of_arms(kind, split, [arm])?
    })
}

/// All exposures of these arms; none without arms.
fn of_arms<'a>(
    kind: AnomalyKind,
    split: &Gathered,
    arms: impl IntoIterator<Item = &'a ArmExposures> + Clone,
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
        kind,
        experiment_id: split.experiment_id.clone(),
        group: split.group.clone(),
        variant: None,
        count: 0,
        since,
        last: None,
        p_value: None,
    }
}
