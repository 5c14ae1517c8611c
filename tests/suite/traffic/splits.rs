//! How traffic splits: which splits there are, what is tested, and since when one is wrong.

use avos::domain::ExperimentId;
use avos::traffic::{EvidencePoint, Traffic, judge};

use super::support::{Desk, Row, anomalies, at, noon, row, splits};
use crate::support::layers::{ExperimentYaml, LayerYaml, experiment, layer};

fn one() -> LayerYaml {
    layer("web").with(experiment("exp"))
}

/// The verdict on one experiment by itself.
fn alone(desk: &Desk, id: &ExperimentId) -> Traffic {
    let mut options = at(0.05);
    options.only = Some(id);
    judge(desk.counts().summary(), &desk.timeline(), &options)
}

/// As many new units per minute as there are variants here, all in turn.
fn minutes<'a>(variants: &[&'a str], from: i64, to: i64) -> Vec<Row<'a>> {
    let rows = (from..to).flat_map(|minute| {
        let units = variants.iter().enumerate();
        units.map(move |(number, variant)| {
            let unit = format!("{minute} {number}");
            row(
                unit,
                variant,
                minute * 60 + i64::try_from(number).expect("few"),
            )
        })
    });
    rows.collect()
}

#[test]
fn a_dead_arm_is_a_mismatch_since_a_certain_minute() {
    let desk = Desk::with(&[one()]);
    desk.log(&minutes(&["a", "b", "a", "b"], 0, 30));
    insta::assert_snapshot!(splits(&desk.judge()), @"exp[] a 60 of 0.5, b 60 of 0.5: p 1.00e0");
    desk.log(&minutes(&["a", "a", "a", "a"], 30, 60));
    let traffic = desk.judge();
    insta::assert_snapshot!(splits(&traffic), @"exp[] a 180 of 0.5, b 60 of 0.5: p 5.53e-9, SRM alarm since 12:44:00 at 177 units, b -0.250");
    insta::assert_snapshot!(anomalies(&traffic), @"silent-arm exp: no exposures of variant `b` since 12:29:03, while the other arms got 120 units (p 7.5e-37)");
    assert_eq!(traffic.span, Some((noon(0), noon(3543))));
    let split = &traffic.splits[0];
    assert_eq!(split.windows.len(), 60);
    let tested = split.test.as_ref().expect("tested");
    let is_low = |point: &&EvidencePoint| point.p_value / tested.weight <= 0.05;
    let crossed = tested.course.iter().find(is_low).expect("a crossing");
    let crossing = tested.crossing.expect("a crossing");
    assert_eq!(
        (crossed.at, crossed.units),
        (crossing.since, crossing.units)
    );
    let course = tested.course.windows(2);
    assert!(
        course
            .into_iter()
            .all(|pair| pair[1].p_value < pair[0].p_value)
    );
    let onset = tested.onset.expect("an onset");
    assert_eq!(
        onset.estimate,
        noon(30 * 60),
        "the minute after the last unit of b"
    );
    assert!(onset.low <= onset.estimate && onset.estimate <= onset.high);
}

#[test]
fn a_p_value_of_exactly_alpha_is_a_mismatch() {
    let other = layer("web").with(experiment("exp"));
    let desk = Desk::with(&[other.with(experiment("idle"))]);
    desk.log(&minutes(&["a", "a", "a", "b"], 0, 40));
    let idle = |row: Row<'static>| Row {
        experiment: "idle",
        ..row
    };
    desk.log(
        &minutes(&["a", "b"], 0, 5)
            .into_iter()
            .map(idle)
            .collect::<Vec<_>>(),
    );
    let (counts, timeline) = (desk.counts(), desk.timeline());
    let judged = |alpha| judge(counts.summary(), &timeline, &at(alpha));
    let p_value = |traffic: &Traffic| {
        let tested = traffic.splits[0].test.as_ref().expect("tested");
        tested.corrected_p_value
    };
    let alpha = p_value(&judged(0.05));
    assert!(alpha > 0.0 && alpha < 0.05, "{alpha}");
    let crossing = |traffic: &Traffic| traffic.splits[0].test.as_ref().ok()?.crossing;
    let exactly = judged(alpha);
    assert!(exactly.has_mismatch() && exactly.splits[0].is_mismatch());
    assert!(crossing(&exactly).is_some());
    let below = judged(alpha.next_down());
    assert!(!below.has_mismatch() && crossing(&below).is_none());
}

#[test]
fn the_worst_stands_first_and_what_cannot_be_tested_last() {
    let grouped = experiment("grouped").set("splitter_type", "segment").set(
        "segment_allocations",
        "{x: {a: 0.5, b: 0.5}, y: {a: 0.2, b: 0.8}}",
    );
    let all = layer("web")
        .with(experiment("idle"))
        .with(experiment("fair"))
        .with(experiment("skewed"))
        .with(experiment("zero").set("traffic_allocation", "{a: 1.0, b: 0.0}"))
        .with(experiment("paused").set("status", "paused"))
        .with(experiment("later").set("start_date", "2030-01-01"))
        .with(grouped);
    let desk = Desk::with(&[all]);
    let mut rows = Vec::new();
    for number in 0..200 {
        let odd = number % 2 == 1;
        let even = if odd { "b" } else { "a" };
        let of = |experiment, group, variant| Row {
            experiment,
            group,
            ..row(number, variant, 0)
        };
        rows.push(of("fair", None, even));
        rows.push(of("skewed", None, if number < 160 { "a" } else { "b" }));
        rows.push(of("zero", None, if number == 7 { "b" } else { "a" }));
        rows.push(of("grouped", Some("x"), even));
        rows.push(of("gone", None, "a"));
    }
    desk.log(&rows);
    insta::assert_snapshot!(splits(&desk.judge()), @"
    zero[] a 199 of 1, b 1 of 0: p 0.00e0, SRM alarm since 12:00:00 at 8 units, b +0.005
    skewed[] a 160 of 0.5, b 40 of 0.5: p 5.05e-22, SRM alarm since 12:00:00 at 42 units, b -0.300
    gone[] a 200 of ?: the database has no such experiment
    fair[] a 100 of 0.5, b 100 of 0.5: p 1.00e0
    grouped[x] a 100 of 0.5, b 100 of 0.5: p 1.00e0
    grouped[y] a 0 of 0.2, b 0 of 0.8: no units yet
    idle[] a 0 of 0.5, b 0 of 0.5: no units yet
    ");
    let fair = ExperimentId::from("fair");
    let it = alone(&desk, &fair);
    insta::assert_snapshot!(splits(&it), @"fair[] a 100 of 0.5, b 100 of 0.5: p 1.00e0");
    assert_eq!(it.anomalies, []);
    let paused = ExperimentId::from("paused");
    let it = alone(&desk, &paused);
    insta::assert_snapshot!(splits(&it), @"paused[] a 0 of 0.5, b 0 of 0.5: no units yet");
}

#[test]
fn groups_that_the_log_does_not_name_cannot_be_told_apart() {
    let grouped = experiment("exp").set("splitter_type", "geo").set(
        "geo_allocations",
        "{DE: {a: 0.5, b: 0.5}, FR: {a: 0.2, b: 0.8}}",
    );
    let desk = Desk::with(&[layer("web").with(grouped)]);
    // As the original writes it: eight columns.
    desk.on_log("ALTER TABLE user_assignments DROP COLUMN group_key");
    desk.on_log(
        "INSERT INTO user_assignments VALUES
         ('u1', 'web', 0, 'exp', 'An experiment', 'a', 'ASSIGNED', '2026-05-04 12:00:00.000000')",
    );
    insta::assert_snapshot!(splits(&desk.judge()), @"exp[] a 1 of ?, b 0 of ?: the log doesn't have its units' groups");
    assert_eq!(desk.anomalies(), "");
}

#[test]
fn a_winner_s_allocation_is_not_what_traffic_was_split_by() {
    let desk = Desk::with(&[one()]);
    desk.log(&minutes(&["a", "b"], 0, 10));
    let completed = experiment("exp").set("status", "completed");
    desk.apply(&[layer("web").with(completed.clone())], 3600);
    insta::assert_snapshot!(splits(&desk.judge()), @"exp[] a 10 of 0.5, b 10 of 0.5: p 1.00e0");
    let winner = completed.set("traffic_allocation", "{a: 1.0, b: 0.0}");
    let desk = Desk::with(&[one()]);
    desk.log(&minutes(&["a", "b"], 0, 10));
    desk.apply(&[layer("web").with(winner.clone())], 3600);
    insta::assert_snapshot!(splits(&desk.judge()), @"exp[] a 10 of 0.5, b 10 of 0.5: p 1.00e0");
    // Without a journal there is no knowing what was before.
    let database = rusqlite::Connection::open(&desk.db).expect("a database");
    database
        .execute("DELETE FROM avos_journal", ())
        .expect("deleted");
    insta::assert_snapshot!(splits(&desk.judge()), @"exp[] a 10 of ?, b 10 of ?: its allocation from before the winner was rolled out is unknown");
    // Groups keep their allocations.
    let grouped = |experiment: ExperimentYaml| {
        let shares = "{x: {a: 1.0, b: 0.0}, y: {a: 0.5, b: 0.5}}";
        experiment
            .set("splitter_type", "segment")
            .set("segment_allocations", shares)
    };
    let desk = Desk::with(&[layer("web").with(grouped(experiment("exp")))]);
    let of = |group, variant| Row {
        group: Some(group),
        ..row(variant, variant, 0)
    };
    desk.log(&[of("x", "a"), of("y", "b")]);
    desk.apply(&[layer("web").with(grouped(winner))], 3600);
    let database = rusqlite::Connection::open(&desk.db).expect("a database");
    database
        .execute("DELETE FROM avos_journal", ())
        .expect("deleted");
    insta::assert_snapshot!(splits(&desk.judge()), @r"
    exp[y] a 0 of 0.5, b 1 of 0.5: p 1.00e0
    exp[x] a 1 of 1, b 0 of 0: p 1.00e0
    ");
    // A single arm has nothing that could have been before.
    let single = experiment("exp")
        .set("variants", "[a]")
        .set("traffic_allocation", "{a: 1.0}");
    let desk = Desk::with(&[layer("web").with(single.clone())]);
    desk.log(&minutes(&["a"], 0, 10));
    desk.apply(
        &[layer("web").with(single.set("status", "completed"))],
        3600,
    );
    let database = rusqlite::Connection::open(&desk.db).expect("a database");
    database
        .execute("DELETE FROM avos_journal", ())
        .expect("deleted");
    insta::assert_snapshot!(splits(&desk.judge()), @"exp[] a 10 of 1: p 1.00e0");
}

#[test]
fn an_empty_log_leaves_what_should_have_traffic() {
    let all = layer("web")
        .with(experiment("exp"))
        .with(experiment("none").set("traffic_percentage", 0.0))
        .with(experiment("draft").set("status", "draft"));
    let desk = Desk::with(&[all]);
    let traffic = desk.judge();
    insta::assert_snapshot!(splits(&traffic), @"exp[] a 0 of 0.5, b 0 of 0.5: no units yet");
    assert_eq!(
        (traffic.span, traffic.anomalies.len(), traffic.applies.len()),
        (None, 0, 1)
    );
}

/// What the log couldn't have seen isn't missed in it.
#[test]
fn an_experiment_that_came_after_the_end_of_the_log_is_not_missed() {
    let desk = Desk::with(&[one()]);
    desk.log(&minutes(&["a", "b"], 0, 10));
    let both = one().with(experiment("new"));
    desk.apply(&[both], 3600);
    insta::assert_snapshot!(splits(&desk.judge()), @"exp[] a 10 of 0.5, b 10 of 0.5: p 1.00e0");
    let much_later = Row {
        experiment: "other",
        ..row("u", "a", 7200)
    };
    desk.log(&[much_later]);
    insta::assert_snapshot!(splits(&desk.judge()), @"
    other[] a 1 of ?: the database has no such experiment
    exp[] a 10 of 0.5, b 10 of 0.5: p 1.00e0
    new[] a 0 of 0.5, b 0 of 0.5: no units yet
    ");
}

/// What went wrong for an hour isn't right again because the totals are.
#[test]
fn a_mismatch_keeps_its_place_when_the_counts_even_out() {
    let desk = Desk::with(&[one().with(experiment("skewed"))]);
    let of_skewed = |rows: Vec<Row<'static>>| {
        let rows = rows.into_iter().map(|row| Row {
            experiment: "skewed",
            ..row
        });
        rows.collect::<Vec<_>>()
    };
    desk.log(&of_skewed(minutes(&["a"], 0, 100)));
    desk.log(&of_skewed(minutes(&["b"], 100, 200)));
    desk.log(&minutes(&["a", "a", "b"], 0, 30));
    insta::assert_snapshot!(splits(&desk.judge()), @"
    skewed[] a 100 of 0.5, b 100 of 0.5: p 4.26e-11, SRM alarm since 12:37:00 at 38 units, b +0.000
    exp[] a 60 of 0.5, b 30 of 0.5: p 1.00e0
    ");
}

#[test]
fn later_splits_leave_the_verdict_on_an_earlier_one_alone() {
    let ids: Vec<String> = (0..8).map(|number| format!("exp_{number}")).collect();
    let all = ids
        .iter()
        .fold(layer("web"), |layer, id| layer.with(experiment(id)));
    let log = |desk: &Desk, id: &str, variants: &[&str]| {
        let rows = (0..52).map(|number| Row {
            experiment: id,
            ..row(number, variants[number % variants.len()], 0)
        });
        desk.log(&rows.collect::<Vec<_>>());
    };
    let desk = Desk::with(&[all]);
    log(&desk, "exp_0", &["a", "a", "a", "a", "a", "a", "b"]);
    let (counts, timeline) = (desk.counts(), desk.timeline());
    insta::assert_snapshot!(splits(&judge(counts.summary(), &timeline, &at(0.05))).lines().next().unwrap_or_default(), @"exp_0[] a 45 of 0.5, b 7 of 0.5: p 7.56e-2");
    for id in &ids[1..] {
        log(&desk, id, &["a", "b"]);
    }
    let (counts, timeline) = (desk.counts(), desk.timeline());
    insta::assert_snapshot!(splits(&judge(counts.summary(), &timeline, &at(0.05))), @"
    exp_0[] a 45 of 0.5, b 7 of 0.5: p 7.56e-2
    exp_1[] a 26 of 0.5, b 26 of 0.5: p 1.00e0
    exp_2[] a 26 of 0.5, b 26 of 0.5: p 1.00e0
    exp_3[] a 26 of 0.5, b 26 of 0.5: p 1.00e0
    exp_4[] a 26 of 0.5, b 26 of 0.5: p 1.00e0
    exp_5[] a 26 of 0.5, b 26 of 0.5: p 1.00e0
    exp_6[] a 26 of 0.5, b 26 of 0.5: p 1.00e0
    exp_7[] a 26 of 0.5, b 26 of 0.5: p 1.00e0
    ");
    let it = alone(&desk, &"exp_0".into());
    insta::assert_snapshot!(splits(&it), @"exp_0[] a 45 of 0.5, b 7 of 0.5: p 7.56e-2");
}

#[test]
fn a_split_that_starts_later_needs_more_evidence() {
    let ids: Vec<String> = (1..=8).map(|number| format!("exp_{number}")).collect();
    let all = ids
        .iter()
        .fold(layer("web"), |layer, id| layer.with(experiment(id)));
    let desk = Desk::with(&[all]);
    for id in &ids {
        let rows = (0..60).map(|number| Row {
            experiment: id,
            ..row(number, "a", 0)
        });
        desk.log(&rows.collect::<Vec<_>>());
    }
    let traffic = desk.judge();
    let mut p_values = vec![0.0; ids.len()];
    for split in &traffic.splits {
        let tested = split.test.as_ref().expect("tested");
        p_values[usize::try_from(tested.order).expect("small") - 1] = tested.corrected_p_value;
    }
    for (order, p_value) in (1_u32..).zip(&p_values) {
        let times = f64::from(order * (order + 1)) / 2.0;
        let ratio = p_value / p_values[0];
        assert!((ratio / times - 1.0).abs() < 1e-9, "{order}: {ratio}");
    }
}

/// Twenty fair experiments, at every look of six hours of traffic: no alarm.
#[test]
fn fair_traffic_raises_no_alarm() {
    let ids: Vec<String> = (0..20).map(|number| format!("exp_{number}")).collect();
    let of = |id: &String| {
        experiment(id)
            .set("variants", "[a, b, c]")
            .set("traffic_allocation", "{a: 0.5, b: 0.45, c: 0.05}")
            .set("traffic_percentage", 0.05)
    };
    let all = ids
        .iter()
        .fold(layer("web"), |layer, id| layer.with(of(id)));
    let desk = Desk::with(&[all]);
    let mut random = fastrand::Rng::with_seed(20_260_504);
    let mut rows = Vec::new();
    for id in &ids {
        for unit in 0..1800 {
            let variant = match random.f64() {
                share if share < 0.5 => "a",
                share if share < 0.95 => "b",
                _ => "c",
            };
            rows.push(Row {
                experiment: id,
                ..row(unit, variant, unit * 12)
            });
        }
    }
    desk.log(&rows);
    let traffic = desk.judge();
    let tested = traffic
        .splits
        .iter()
        .filter_map(|split| split.test.as_ref().ok());
    assert_eq!(tested.clone().count(), 20);
    assert!(
        tested.clone().all(|tested| !tested.is_mismatch),
        "{}",
        splits(&traffic)
    );
    assert_eq!(traffic.anomalies, []);
    // The test that is for one look would have alarmed.
    assert!(tested.clone().any(|tested| tested.srm.p_value < 0.05));
}

#[test]
fn the_windows_of_the_arms_sum_up_to_those_of_the_split() {
    let desk = Desk::with(&[one()]);
    let mut rows = minutes(&["a", "b", "a"], 0, 30);
    rows.extend(minutes(&["b", "other"], 40, 50));
    // An experiment that isn't split by group may have groups in the log.
    for (row, group) in rows.iter_mut().zip(["x", "y"].iter().cycle()) {
        row.group = Some(group);
    }
    desk.log(&rows);
    let traffic = desk.judge();
    let split = &traffic.splits[0];
    assert_eq!(split.arms.len(), 3);
    let mut sums = std::collections::BTreeMap::new();
    for arm in &split.arms {
        let starts = arm.windows.iter().map(|window| window.start);
        assert!(starts.is_sorted_by(|one, next| one < next), "{arm:?}");
        let units: u64 = arm.windows.iter().map(|window| window.units).sum();
        assert_eq!(units, arm.units);
        for window in &arm.windows {
            let (units, exposures) = sums.entry(window.start).or_insert((0, 0));
            *units += window.units;
            *exposures += window.exposures;
        }
    }
    let of_split = split.windows.iter();
    let of_split = of_split.map(|window| (window.start, (window.units, window.exposures)));
    assert!(of_split.eq(sums));
}
