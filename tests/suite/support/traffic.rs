//! A made-up hour of traffic: an arm that died, groups of which one is off, one experiment as it
//! should be, and one that nobody knows.

use std::sync::Arc;

use avos::console::incident::{Anomalies, AppliedChanges, Axis, Counted, Judged};
use avos::domain::{ExperimentId, Revision, Status};
use avos::plan::{Action, Change, PlanId};
use avos::srm::{ConfidenceSequence, Sample, Sequential, spending_weight, test_counts};
use avos::store::{EntryKind, JournalEntry};
use avos::timeline::Apply;
use avos::traffic::{
    Anomaly, AnomalyKind, ArmTraffic, Crossing, EvidencePoint, Onset, SplitTraffic, SplitWindow,
    Tested, Traffic, Untested, rank_splits,
};
use jiff::{SignedDuration, Timestamp};

use super::console::now;

/// When the log begins: an hour before it was read.
fn start() -> Timestamp {
    let minute = SignedDuration::from_secs(9);
    now() - minute - SignedDuration::from_hours(1)
}

fn minute(number: i64) -> Timestamp {
    start() + SignedDuration::from_mins(number)
}

/// The level of the tests.
const ALPHA: f64 = 0.001;

/// The split of this order, of arms with their fractions, each of which gets so many units in each of
/// the minutes.
pub(crate) fn split(
    order: u64,
    [layer, experiment, group]: [&str; 3],
    arms: &[(&str, f64)],
    minutes: i64,
    units: impl Fn(usize, i64) -> u64,
) -> SplitTraffic {
    let weights: Vec<f64> = arms.iter().map(|(_, fraction)| *fraction).collect();
    let mut so_far = vec![0; arms.len()];
    let weight = spending_weight(order);
    let (mut sequential, mut windows) = (Sequential::default(), Vec::new());
    let mut confidence = ConfidenceSequence::new(arms.len(), ALPHA * weight);
    let (mut course, mut crossing) = (Vec::new(), None);
    let mut last = vec![None; arms.len()];
    let mut arm_windows = vec![Vec::new(); arms.len()];
    for number in 0..minutes {
        let now: Vec<u64> = (0..arms.len()).map(|arm| units(arm, number)).collect();
        for (arm, units) in now.iter().enumerate() {
            so_far[arm] += units;
            if *units > 0 {
                last[arm] = Some(minute(number));
                arm_windows[arm].push(SplitWindow {
                    start: minute(number),
                    units: *units,
                    exposures: *units * 2,
                });
            }
        }
        windows.push(SplitWindow {
            start: minute(number),
            units: now.iter().sum(),
            exposures: now.iter().sum::<u64>() * 2,
        });
        let sample = Sample::new(&so_far, &weights).expect("a sample");
        let units = so_far.iter().sum();
        let p_value = sequential.update(&sample).p_value;
        let is_mismatch = p_value / weight <= ALPHA;
        confidence.update(&sample, is_mismatch);
        course.push(EvidencePoint {
            at: minute(number),
            units,
            p_value,
        });
        if is_mismatch && crossing.is_none() {
            crossing = Some(Crossing {
                since: minute(number),
                units,
            });
        }
    }
    let mut srm = test_counts(&so_far, &weights, 0.01).expect("a test");
    srm.sequential.p_value = course
        .last()
        .map_or(1.0, |point: &EvidencePoint| point.p_value);
    let total: u64 = so_far.iter().sum();
    let off = |arm: usize| so_far[arm] as f64 / total as f64 - weights[arm];
    let farthest = (0..arms.len()).max_by(|a, b| off(*a).abs().total_cmp(&off(*b).abs()));
    let arm = |(index, (variant, fraction)): (usize, &(&str, f64))| ArmTraffic {
        variant: (*variant).into(),
        fraction: Some(*fraction),
        units: so_far[index],
        exposures: so_far[index] * 2,
        last: last[index],
        windows: arm_windows[index].clone(),
    };
    SplitTraffic {
        layer_id: (!layer.is_empty()).then(|| layer.into()),
        experiment_id: experiment.into(),
        group: (!group.is_empty()).then(|| group.into()),
        units: so_far.iter().sum(),
        arms: arms.iter().enumerate().map(arm).collect(),
        conflicting_units: 0,
        gravest: None,
        test: Ok(Tested {
            order,
            weight,
            corrected_p_value: (srm.sequential.p_value / weight).min(1.0),
            srm,
            is_mismatch: crossing.is_some(),
            is_slight: false,
            onset: crossing.map(|crossing| Onset {
                estimate: crossing.since - SignedDuration::from_mins(1),
                low: crossing.since - SignedDuration::from_mins(3),
                high: crossing.since,
            }),
            crossing,
            intervals: confidence.intervals().collect(),
            course,
            deviation: farthest.map(|arm| (arm, off(arm))),
        }),
        windows,
    }
}

/// What an apply to this layer starts.
fn started(layer: &str) -> ExperimentId {
    match layer {
        "homepage_hero" => "hero_button_colors_v1".into(),
        _ => "checkout_payment_v1".into(),
    }
}

/// The hour.
pub(crate) fn traffic() -> Traffic {
    let colors = [("red", 0.5), ("green", 0.25), ("blue", 0.25)];
    let two = [("a", 0.5), ("b", 0.5)];
    let wave = |number: i64| u64::try_from(20 + (number % 12 - 6).abs()).expect("positive");
    let mut unknown = split(9, ["", "checkout_\u{1b}[1m", ""], &two, 3, |_, _| 1);
    unknown.test = Err(Untested::UnknownExperiment);
    for arm in &mut unknown.arms {
        arm.fraction = None;
    }
    let splits = vec![
        split(
            2,
            ["homepage_hero", "hero_button_colors_v1", ""],
            &colors,
            60,
            |arm, number| match (arm, number) {
                (0, _) => wave(number) * 2,
                (2, 35..) => 0,
                _ => wave(number),
            },
        ),
        split(
            3,
            ["homepage_hero", "hero_layout_v1", ""],
            &two,
            60,
            |arm, number| wave(number) + u64::from(arm == usize::from(number % 2 == 0)),
        ),
        split(
            1,
            ["checkout_flow", "checkout_payment_v1", "DE"],
            &two,
            60,
            |arm, _| 9 + 3 * arm as u64,
        ),
        split(
            4,
            ["checkout_flow", "checkout_payment_v1", "首页"],
            &two,
            60,
            |_, number| u64::from(number % 5 == 0),
        ),
        unknown,
    ];
    let anomaly = |kind, id: &str, variant: Option<&str>, count, [since, last]: [i64; 2]| Anomaly {
        kind,
        layer_id: None,
        experiment_id: Some(id.into()),
        group: None,
        variant: variant.map(Into::into),
        holder: None,
        count,
        lost: None,
        since: minute(since),
        last: Some(minute(last)),
        p_value: Some(2e-9),
    };
    let apply = |journal_id, number, layers: &[&str]| Apply {
        journal_id,
        at: minute(number),
        actor: "ada@example".to_owned(),
        layers: layers.iter().map(|id| (*id).into()).collect(),
        started: layers.iter().map(|id| started(id)).collect(),
    };
    Traffic {
        splits: rank_splits(splits, &[]),
        anomalies: vec![
            anomaly(
                AnomalyKind::Silent,
                "hero_button_colors_v1",
                Some("blue"),
                1764,
                [35, 35],
            ),
            anomaly(
                AnomalyKind::UnknownExperiment,
                "checkout_\u{1b}[1m",
                None,
                6,
                [0, 2],
            ),
            anomaly(
                AnomalyKind::Conflict,
                "hero_button_colors_v1",
                None,
                3,
                [0, 59],
            ),
        ],
        coverage: Vec::new(),
        applies: vec![
            apply(1, -600, &["homepage_hero", "checkout_flow"]),
            apply(2, 33, &["homepage_hero"]),
            apply(3, 34, &["checkout_flow"]),
        ],
        window: SignedDuration::from_mins(1),
        span: Some((minute(0), minute(60))),
    }
}

/// The hour, with another experiment that couldn't be tested.
pub(crate) fn traffic_with_untested() -> Traffic {
    let mut traffic = traffic();
    let mut without = split(9, ["cart", "cart_drawer", ""], &[("a", 1.0)], 0, |_, _| 0);
    without.test = Err(Untested::NoUnits);
    traffic.splits.push(without);
    traffic
}

/// What the journal says of the apply before the arm died.
fn second_entry() -> JournalEntry {
    let resumed = Change {
        layer_id: "homepage_hero".into(),
        experiment_id: Some("hero_button_colors_v1".into()),
        action: Action::SetStatus {
            from: Status::Paused,
            to: Status::Active,
        },
        taken: None,
    };
    JournalEntry {
        kind: EntryKind::Apply,
        journal_id: 2,
        applied_at: minute(33),
        actor: "ada@example".to_owned(),
        plan_id: PlanId("5c1d".to_owned()),
        base_revision: Revision::new("1"),
        revision: Revision::new("2"),
        changes: vec![resumed],
        diff: String::new(),
        slots: Vec::new(),
        reason: None,
        ticket: None,
        git: None,
        base: None,
        began_empty: false,
    }
}

/// What the worker says of it.
pub(crate) fn judged(traffic: Traffic) -> Judged {
    let exposures = traffic.splits.iter().flat_map(|split| &split.windows);
    Judged {
        at: now(),
        rows: exposures.map(|window| window.exposures).sum(),
        is_whole: true,
        replaced_at: None,
        skipped: None,
        beyond_limit: 0,
        revision: Revision::new("3f1c0a5be77d"),
        journal_id: Some(3),
        anomalies: Anomalies::of(&traffic),
        changes: AppliedChanges::of(&[second_entry()]).into(),
        never_active: Arc::default(),
        axis: Axis::of(&traffic),
        traffic,
    }
}

/// The answer of a worker to whom all goes well.
pub(crate) fn counted(traffic: Traffic) -> Counted {
    Counted {
        judged: Some(Arc::new(judged(traffic))),
        troubles: Vec::new(),
        unread: None,
        is_busy: false,
    }
}
