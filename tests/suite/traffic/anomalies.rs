//! What isn't as it should be besides the split: each kind just on and just not.

use avos::diagnostic::visible;

use super::support::{Desk, Row, anomalies as anomalies_of, row, splits};
use crate::support::layers::{ExperimentYaml, LayerYaml, experiment, layer};

fn on_web(experiment: ExperimentYaml) -> LayerYaml {
    layer("web").with(experiment)
}

/// A log with this experiment, long before noon, and these rows.
fn anomalies(experiment: ExperimentYaml, rows: &[Row]) -> String {
    let desk = Desk::with(&[on_web(experiment)]);
    desk.log(rows);
    desk.anomalies()
}

/// A unit of `b`, then so many of `a`, the last one so many seconds later.
fn then_silent<'a>(units: i64, seconds: i64) -> Vec<Row<'a>> {
    let rows = (1..=units).map(|unit| row(unit, "a", if unit == units { seconds } else { 1 }));
    [row("first", "b", 0)].into_iter().chain(rows).collect()
}

#[test]
fn an_arm_is_silent_when_chance_and_delay_are_ruled_out() {
    insta::assert_snapshot!(anomalies(experiment("exp"), &then_silent(10, 300)), @"silent-arm exp: no exposures of variant `b` since 12:00:00, while the other arms got 10 units (p 9.8e-4)");
    assert_eq!(anomalies(experiment("exp"), &then_silent(9, 300)), "");
    assert_eq!(anomalies(experiment("exp"), &then_silent(10, 299)), "");
    // A rarer arm needs more units: 0.9 to the power of 65 is above 0.001, of 66 below.
    let rare = experiment("exp").set("traffic_allocation", "{a: 0.9, b: 0.1}");
    assert_eq!(anomalies(rare.clone(), &then_silent(65, 300)), "");
    insta::assert_snapshot!(anomalies(rare, &then_silent(66, 300)), @"silent-arm exp: no exposures of variant `b` since 12:00:00, while the other arms got 66 units (p 9.6e-4)");
    // It speaks again.
    let mut rows = then_silent(10, 300);
    rows.push(row("again", "b", 301));
    assert_eq!(anomalies(experiment("exp"), &rows), "");
}

/// Shards that are loaded one after the other, a load in reverse, rows in any order.
#[test]
fn an_arm_is_silent_whatever_order_the_log_was_written_in() {
    let mut rows: Vec<Row> = (0..40)
        .flat_map(|minute| {
            let variant = if minute < 20 { "b" } else { "a" };
            [
                row(format!("{minute} 1"), "a", minute * 60),
                row(format!("{minute} 2"), variant, minute * 60 + 1),
            ]
        })
        .collect();
    let silent = anomalies(experiment("exp"), &rows);
    insta::assert_snapshot!(silent, @"silent-arm exp: no exposures of variant `b` since 12:19:01, while the other arms got 40 units (p 9.1e-13)");
    let shards = |rows: &[Row<'static>]| {
        let (even, odd): (Vec<_>, Vec<_>) = rows
            .iter()
            .cloned()
            .enumerate()
            .partition(|(index, _)| index / 3 % 2 == 0);
        even.into_iter()
            .chain(odd)
            .map(|(_, row)| row)
            .collect::<Vec<_>>()
    };
    let is_silent = |rows: &[Row]| {
        let found = anomalies(experiment("exp"), rows);
        found.starts_with(
            "silent-arm exp: no exposures of variant `b` since 12:19:01, while the other arms got 40 units",
        )
    };
    assert!(
        is_silent(&shards(&rows)),
        "{}",
        anomalies(experiment("exp"), &shards(&rows))
    );
    fastrand::Rng::with_seed(7).shuffle(&mut rows);
    assert!(is_silent(&rows), "{}", anomalies(experiment("exp"), &rows));
    // Sorted by variant, both arms speak to the end.
    let both = (0..40).map(|minute| row(format!("{minute} b"), "b", minute * 60));
    let all: Vec<Row> = rows.into_iter().filter(|row| row.variant == "a").collect();
    let sorted: Vec<Row> = both.chain(all).collect();
    assert!(!anomalies(experiment("exp"), &sorted).contains("silent-arm"));
}

#[test]
fn an_arm_that_never_spoke_is_silent_since_its_siblings_began() {
    let rows = &then_silent(10, 300)[1..];
    let late = &then_silent(10, 301)[1..];
    // The first exposure is at 12:00:01.
    assert_eq!(anomalies(experiment("exp"), rows), "");
    insta::assert_snapshot!(anomalies(experiment("exp"), late), @"silent-arm exp: no exposures of variant `b` at all, while the other arms got 10 units since 12:00:01 (p 9.8e-4)");
    // Units that come again and again are no new ones.
    let again: Vec<Row> = (0..50)
        .map(|number| row("same", "a", number * 60))
        .collect();
    assert_eq!(anomalies(experiment("exp"), &again), "");
}

#[test]
fn an_arm_of_an_experiment_that_assigns_nothing_is_not_silent() {
    let ended = experiment("exp").set("end_date", "2026-05-04T12:04:59Z");
    assert_eq!(anomalies(ended, &then_silent(10, 300)), "");
    let random = experiment("exp").set("splitter_type", "random");
    let silent = anomalies(random, &then_silent(10, 300));
    assert!(silent.starts_with("silent-arm"), "{silent}");
}

#[test]
fn an_arm_of_no_share_should_have_no_exposures() {
    let zero = experiment("exp").set("traffic_allocation", "{a: 1.0, b: 0.0}");
    assert_eq!(anomalies(zero.clone(), &[row(1, "a", 0)]), "");
    let rows = [row(1, "a", 0), row(2, "b", 5), row(2, "b", 70)];
    insta::assert_snapshot!(anomalies(zero, &rows), @"zero-fraction exp: 2 exposures of variant `b`, whose share is 0, from 12:00:05 to 12:01:10");
}

#[test]
fn exposures_while_paused_count_after_the_grace() {
    let desk = Desk::with(&[on_web(experiment("exp"))]);
    let paused = on_web(experiment("exp").set("status", "paused"));
    desk.apply(&[paused], 600);
    desk.log(&[row(1, "a", 0), row(2, "b", 601), row(3, "a", 899)]);
    assert_eq!(desk.anomalies(), "");
    desk.log(&[row(4, "b", 900), row(4, "b", 1799), row(5, "a", 1860)]);
    insta::assert_snapshot!(desk.anomalies(), @"inactive-exposures exp: 3 exposures while it was paused, a draft or outside its dates, from 12:15:00 to 12:31:00");
    // The window of the resumption, and what is later, is sound again.
    desk.apply(&[on_web(experiment("exp"))], 1830);
    insta::assert_snapshot!(desk.anomalies(), @"inactive-exposures exp: 2 exposures while it was paused, a draft or outside its dates, from 12:15:00 to 12:30:00");
    // A change of something else doesn't end the pause, nor does it begin it anew.
    let desk = Desk::with(&[on_web(experiment("exp").set("status", "paused"))]);
    let renamed = experiment("exp")
        .set("status", "paused")
        .set("name", "other");
    desk.apply(&[on_web(renamed)], 0);
    desk.log(&[row(1, "a", 60), row(2, "b", 61)]);
    insta::assert_snapshot!(desk.anomalies(), @"inactive-exposures exp: 2 exposures while it was paused, a draft or outside its dates, from 12:01:00 to 12:01:01");
}

#[test]
fn exposures_outside_the_dates_count_after_the_grace() {
    let dated = experiment("exp")
        .set("start_date", "2026-05-04T12:01:00Z")
        .set("end_date", "2026-05-04T12:10:00Z");
    let sound = [row(1, "a", 60), row(2, "b", 600), row(3, "a", 899)];
    assert_eq!(anomalies(dated.clone(), &sound), "");
    insta::assert_snapshot!(anomalies(dated.clone(), &[row(1, "a", 59)]), @"inactive-exposures exp: 1 exposure while it was paused, a draft or outside its dates, from 12:00:00 to 12:00:59");
    // The end belongs to the experiment, so what is outside begins a window later.
    let late = [row(1, "a", 60), row(2, "b", 900), row(3, "b", 960)];
    insta::assert_snapshot!(anomalies(dated, &late), @"inactive-exposures exp: 2 exposures while it was paused, a draft or outside its dates, from 12:15:00 to 12:16:00");
}

#[test]
fn exposures_after_the_completion_count_after_the_grace() {
    let desk = Desk::with(&[on_web(experiment("exp"))]);
    desk.apply(&[on_web(experiment("exp").set("status", "completed"))], 0);
    desk.log(&[row(1, "a", -1), row(2, "b", 299)]);
    assert_eq!(desk.anomalies(), "");
    desk.log(&[row(3, "b", 300), row(4, "a", 3000)]);
    insta::assert_snapshot!(desk.anomalies(), @"completed-exposures exp: 2 exposures after it was completed, from 12:05:00 to 12:50:00");
}

#[test]
fn what_is_not_certain_is_no_reason_to_complain() {
    let desk = Desk::with(&[on_web(experiment("exp"))]);
    desk.apply(&[on_web(experiment("exp").set("status", "paused"))], 0);
    desk.log(&[row(1, "a", 900), row(2, "b", 960)]);
    assert!(!desk.anomalies().is_empty());
    // Another program may have resumed it for a while.
    let database = rusqlite::Connection::open(&desk.db).expect("a database");
    let rename = "UPDATE experiments SET name = 'by another program'";
    database.execute(rename, ()).expect("renamed");
    assert_eq!(desk.anomalies(), "");
    // Without a journal nothing is certain.
    database
        .execute("DELETE FROM avos_journal", ())
        .expect("deleted");
    assert_eq!(desk.anomalies(), "");
}

#[test]
fn variants_groups_and_experiments_that_nobody_knows() {
    let grouped = experiment("grouped")
        .set("splitter_type", "segment")
        .set("segment_allocations", "{x: {a: 0.5, b: 0.5}}");
    let desk = Desk::with(&[layer("web").with(experiment("exp")).with(grouped)]);
    let of = |experiment, group, variant, at| Row {
        experiment,
        group,
        ..row("u", variant, at)
    };
    let long = "x".repeat(4096);
    desk.log(&[
        of("exp", None, "a", 0),
        of("exp", None, "c\u{1b}[2J", 1),
        of("exp", Some("x"), "a", 2),
        of("grouped", Some("x"), "a", 0),
        of("grouped", Some("z\u{202e}"), "b", 0),
        of("grouped", None, "a", 0),
        of("never\nheard", Some("x"), "a", 0),
        of("never\nheard", Some("y"), "b", 9),
        of(&long, None, "a", 0),
    ]);
    insta::assert_snapshot!(visible(&desk.anomalies().replace(&long, "LONG")).replace("\\n", "\n"), @r"
    unknown-variant exp: 1 exposure of variant `c\u{1b}[2J`, which it doesn't have, at 12:00:01
    unknown-group grouped[z\u{202e}]: 1 exposure of group `z\u{202e}`, which it doesn't have, at 12:00:00
    unknown-experiment never
    heard: 2 exposures of an experiment that was never in the database, from 12:00:00 to 12:00:09
    unknown-experiment LONG: 1 exposure of an experiment that was never in the database, at 12:00:00
    conflicting-units exp: 1 unit got more than one variant
    conflicting-units grouped: 1 unit got more than one variant
    ");
}

#[test]
fn a_unit_with_two_variants_is_a_conflict_unless_chance_deals_them() {
    let rows = [
        row(1, "a", 0),
        row(1, "b", 9),
        row(2, "b", 3),
        row(2, "b", 4),
    ];
    insta::assert_snapshot!(anomalies(experiment("exp"), &rows), @"conflicting-units exp: 1 unit got more than one variant");
    assert_eq!(anomalies(experiment("exp"), &rows[1..]), "");
    let random = experiment("exp").set("splitter_type", "random");
    assert_eq!(anomalies(random, &rows), "");
}

#[test]
fn a_clock_that_jumps_moves_windows_and_nothing_else() {
    let year = 365 * 86_400;
    let mut rows = then_silent(10, 300);
    rows.insert(5, row("ahead", "a", year));
    rows.insert(3, row("behind", "a", -year));
    insta::assert_snapshot!(anomalies(experiment("exp"), &rows), @"
    silent-arm exp: no exposures of variant `b` since 12:00:00, while the other arms got 10 units (p 9.8e-4)
    clock-ahead exp: 1 exposure with future timestamps, at 2027-05-04 12:00:00: clock skew?
    ");
    // An end that is yet to come is no reason to miss no exposures now.
    let ended = experiment("exp").set("end_date", "2026-09-01");
    insta::assert_snapshot!(anomalies(ended, &rows), @"
    silent-arm exp: no exposures of variant `b` since 12:00:00, while the other arms got 10 units (p 9.8e-4)
    inactive-exposures exp: 1 exposure while it was paused, a draft or outside its dates, at 2027-05-04 12:00:00
    clock-ahead exp: 1 exposure with future timestamps, at 2027-05-04 12:00:00: clock skew?
    ");
    // Nor is the last exposure that the silent arm seems to have had.
    rows.insert(0, row("far ahead", "b", 2 * year));
    insta::assert_snapshot!(anomalies(experiment("exp"), &rows), @"
    silent-arm exp: no exposures of variant `b` since 12:00:00, while the other arms got 10 units (p 9.8e-4)
    clock-ahead exp: 2 exposures with future timestamps, from 2027-05-04 12:00:00 to 2028-05-03 12:00:00: clock skew?
    ");
}

#[test]
fn a_row_of_the_future_keeps_no_experiment_from_being_missed() {
    let missed = experiment("missed").set("end_date", "2026-09-01");
    let desk = Desk::with(&[on_web(experiment("exp")).with(missed)]);
    desk.log(&[row("u", "a", 0), row("ahead", "b", 365 * 86_400)]);
    insta::assert_snapshot!(splits(&desk.judge()), @"
    exp[] a 1 of 0.5, b 1 of 0.5: p 1.00e0
    missed[] a 0 of 0.5, b 0 of 0.5: no units yet
    ");
}

/// The clocks of a service and of who looks at its log differ by some minutes.
#[test]
fn what_is_only_just_to_come_is_no_clock_ahead() {
    let next_week = 7 * 86_400;
    assert_eq!(
        anomalies(experiment("exp"), &[row("u", "a", next_week + 299)]),
        ""
    );
    insta::assert_snapshot!(anomalies(experiment("exp"), &[row("u", "a", next_week + 300)]), @"clock-ahead exp: 1 exposure with future timestamps, at 2026-05-11 12:05:00: clock skew?");
}

/// Such a clock makes no arm silent that speaks.
#[test]
fn an_arm_that_spoke_a_minute_from_now_is_not_silent() {
    let now = 7 * 86_400;
    let mut rows: Vec<Row> = (0..20).map(|unit| row(unit, "a", now - 400)).collect();
    rows.insert(0, row("first", "b", now + 60));
    assert_eq!(anomalies(experiment("exp"), &rows), "");
    // Nor does one that is far ahead, where the arm is known by it alone.
    rows[0].at = now + 86_400;
    rows.push(row("last", "a", now));
    insta::assert_snapshot!(anomalies(experiment("exp"), &rows), @"clock-ahead exp: 1 exposure with future timestamps, at 2026-05-12 12:00:00: clock skew?");
}

/// A service that writes something else into the column of variants.
#[test]
fn of_thousands_of_unknown_variants_some_are_told_apart() {
    let desk = Desk::with(&[on_web(experiment("exp"))]);
    let variants: Vec<String> = (0..3000).map(|number| format!("v{number:04}")).collect();
    let rows = variants.iter().zip(0..);
    let mut rows: Vec<Row> = rows.map(|(variant, unit)| row(unit, variant, 0)).collect();
    rows.extend([
        row("x", "v2500", 60),
        row("y", "v2500", 60),
        row("z", "a", 60),
    ]);
    rows.extend((0..3).map(|number| Row {
        experiment: "unknown",
        ..row(number, &variants[number], 0)
    }));
    desk.log(&rows);
    let traffic = desk.judge();
    assert_eq!(traffic.anomalies.len(), 22);
    let told = anomalies_of(&traffic);
    let told: Vec<&str> = told.lines().collect();
    insta::assert_snapshot!([told[0], told[1], told[20], told[21]].join("\n"), @"
    unknown-variant exp: 2,980 exposures of other variants that it doesn't have, at 12:00:00
    unknown-variant exp: 3 exposures of variant `v2500`, which it doesn't have, from 12:00:00 to 12:01:00
    unknown-variant exp: 1 exposure of variant `v0018`, which it doesn't have, at 12:00:00
    unknown-experiment unknown: 3 exposures of an experiment that was never in the database, at 12:00:00
    ");
    let split = &traffic.splits[0];
    assert_eq!((split.units, split.arms.len()), (1, 22));
}

#[test]
fn of_thousands_of_unknown_groups_some_are_told_apart() {
    let grouped = experiment("exp")
        .set("splitter_type", "geo")
        .set("geo_allocations", "{DE: {a: 0.5, b: 0.5}}");
    let desk = Desk::with(&[on_web(grouped)]);
    let groups: Vec<String> = (0..3000).map(|number| format!("g{number:04}")).collect();
    let of = |group, unit| Row {
        group: Some(group),
        ..row(unit, "a", 0)
    };
    let rows = groups.iter().zip(0..);
    let mut rows: Vec<Row> = rows.map(|(group, unit)| of(group, unit)).collect();
    rows.extend([of("g2500", 3000), of("DE", 3001)]);
    desk.log(&rows);
    let traffic = desk.judge();
    assert_eq!((traffic.splits.len(), traffic.anomalies.len()), (21, 21));
    let told = anomalies_of(&traffic);
    let told: Vec<&str> = told.lines().collect();
    insta::assert_snapshot!([told[0], told[1], told[20]].join("\n"), @"
    unknown-group exp: 2,980 exposures of other groups that it doesn't have, at 12:00:00
    unknown-group exp[g2500]: 2 exposures of group `g2500`, which it doesn't have, at 12:00:00
    unknown-group exp[g0018]: 1 exposure of group `g0018`, which it doesn't have, at 12:00:00
    ");
}

/// The log ended long ago, but for one row.
#[test]
fn a_row_of_the_future_makes_no_silence_of_the_end_of_a_log() {
    let mut rows = then_silent(10, 1);
    rows.push(row("ahead", "a", 365 * 86_400));
    insta::assert_snapshot!(anomalies(experiment("exp"), &rows), @"clock-ahead exp: 1 exposure with future timestamps, at 2027-05-04 12:00:00: clock skew?");
}
