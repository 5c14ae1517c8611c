//! Whether a layer's units spread over its slots: exposures that are lost.

use avos::exposure::{CountOptions, ExposureCounter};
use avos::traffic::{AnomalyKind, Judge, SlotHolder, Traffic, TrafficVerdict, judge};
use std::ops::ControlFlow;

use super::support::{Desk, anomalies, at, noon, row};
use crate::support::layers::{LayerYaml, experiment, layer};

/// Of 100 slots `big` holds the first 50, `small` 20 and reserves 10 more, and 20 are free.
fn web() -> LayerYaml {
    layer("web")
        .with(experiment("big").set("traffic_percentage", 0.5))
        .with(
            experiment("small")
                .set("traffic_percentage", 0.2)
                .set("reserved_percentage", 0.3),
        )
}

/// A row of a layer.
struct LayerRow {
    unit: String,
    slot: u32,
    /// Who is active on the slot.
    experiment: Option<&'static str>,
    at: i64,
}

/// Units of the layer in the order of writing, one a second, on slots by chance. `active` says who is
/// active on a slot at a time.
fn units(
    count: i64,
    from: i64,
    seed: u64,
    active: impl Fn(u32, i64) -> Option<&'static str>,
) -> Vec<LayerRow> {
    let mut random = fastrand::Rng::with_seed(seed);
    let row = |number| {
        let (slot, at) = (random.u32(0..100), from + number);
        LayerRow {
            unit: format!("unit {at}"),
            slot,
            experiment: active(slot, at),
            at,
        }
    };
    (0..count).map(row).collect()
}

fn holder(slot: u32, _: i64) -> Option<&'static str> {
    match slot {
        0..50 => Some("big"),
        50..70 => Some("small"),
        _ => None,
    }
}

impl Desk {
    /// Appends these rows to the log, as our logger writes them.
    fn log_layer(&self, rows: &[LayerRow]) {
        let mut log = rusqlite::Connection::open(&self.log).expect("a database");
        let transaction = log.transaction().expect("a transaction");
        let insert =
            "INSERT INTO user_assignments VALUES (?1, 'web', ?2, ?3, ?3, ?4, ?5, ?6, NULL)";
        let mut statement = transaction.prepare(insert).expect("valid SQL");
        for (number, row) in rows.iter().enumerate() {
            let variant = row.experiment.map(|_| ["a", "b"][number % 2]);
            let status = match row.experiment {
                Some(_) => "assigned",
                None => "not_assigned",
            };
            let at = noon(row.at).to_string();
            let values = (&row.unit, row.slot, row.experiment, variant, status, at);
            statement.execute(values).expect("a row");
        }
        drop(statement);
        transaction.commit().expect("committed");
    }
}

/// Leaves out one in so many rows that this holder has.
fn without(rows: Vec<LayerRow>, experiment: Option<&str>, one_in: usize) -> Vec<LayerRow> {
    let mut number = 0;
    let mut rows = rows;
    rows.retain(|row| {
        if row.experiment != experiment {
            return true;
        }
        number += 1;
        number % one_in != 0
    });
    rows
}

fn desk(rows: &[LayerRow]) -> Desk {
    let desk = Desk::with(&[web()]);
    desk.log_layer(rows);
    desk
}

fn losses(traffic: &Traffic) -> String {
    let lines = anomalies(traffic);
    let is_loss = |line: &&str| {
        ["lost-exposures", "uneven-coverage", "no-exposures"]
            .iter()
            .any(|code| line.starts_with(code))
    };
    lines.lines().filter(is_loss).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_layer_whose_units_all_arrive_is_fine() {
    let desk = desk(&units(6000, 0, 1, holder));
    let traffic = desk.judge();
    assert_eq!(losses(&traffic), "");
    assert_eq!(traffic.verdict(0), TrafficVerdict::Ok);
    let [coverage] = &traffic.coverage[..] else {
        panic!("one layer: {:?}", traffic.coverage);
    };
    // Those since the last look too.
    assert_eq!(coverage.units, 6000);
    assert!(coverage.corrected_p_value > 0.05 && coverage.since.is_none());
    let holders: Vec<&SlotHolder> = coverage.holders.iter().map(|held| &held.holder).collect();
    let expected = [
        SlotHolder::Active("big".into()),
        SlotHolder::Active("small".into()),
        SlotHolder::Reserved("small".into()),
        SlotHolder::Free,
    ];
    assert_eq!(holders, expected.iter().collect::<Vec<_>>());
    for held in &coverage.holders {
        assert!(held.lost.is_some_and(|lost| lost.abs() < 0.1), "{held:?}");
    }
}

#[test]
fn an_experiment_that_loses_some_of_its_rows_is_accused_and_its_split_is_not() {
    let rows = without(units(6000, 0, 2, holder), Some("big"), 3);
    let traffic = desk(&rows).judge();
    insta::assert_snapshot!(losses(&traffic), @"lost-exposures big: about 35.9% of its units are missing, some 1,099 judging by the rest of the layer; alarm since 12:06:51 (corrected p 1.4e-49)");
    assert!(!traffic.has_mismatch());
    assert_eq!(traffic.verdict(0), TrafficVerdict::Warning);
    let rows = without(units(12_000, 0, 3, holder), Some("small"), 3);
    insta::assert_snapshot!(losses(&desk(&rows).judge()), @"lost-exposures small: about 34.6% of its units are missing, some 832 judging by the rest of the layer; alarm since 12:10:27 (corrected p 9.5e-55)");
    // The free slots lose rows as well as any.
    let mut rows = units(12_000, 0, 4, holder);
    rows.retain(|row| row.slot < 80 || row.at % 2 == 0);
    insta::assert_snapshot!(losses(&desk(&rows).judge()), @"lost-exposures web: about 49.5% of the units on the layer's free slots are missing, some 1,180 judging by the rest of the layer; alarm since 12:08:48 (corrected p 3.1e-125)");
}

#[test]
fn an_experiment_without_any_rows_is_told_so() {
    let rows = without(units(2000, 0, 5, holder), Some("small"), 1);
    let traffic = desk(&rows).judge();
    insta::assert_snapshot!(losses(&traffic), @"
    no-exposures small: no exposures since it became active at 2026-04-22 22:13:20, while its layer got 1,613 units (p 4.8e-157)
    lost-exposures small: about 100.0% of its units are missing, some 403 judging by the rest of the layer; alarm since 12:01:42 (corrected p 1.4e-129)
    ");
    // So few units may miss it by chance: 0.8 to the power of 30 is above 0.001, of 31 below.
    for (count, is_missing) in [(30, false), (31, true)] {
        let rows = units(count, 0, 6, |slot, _| Some("big").filter(|_| slot < 50));
        let rows: Vec<LayerRow> = rows
            .into_iter()
            .map(|row| LayerRow {
                slot: if row.slot < 50 {
                    row.slot
                } else {
                    80 + row.slot % 20
                },
                ..row
            })
            .collect();
        let traffic = desk(&rows).judge();
        let kinds = traffic.anomalies.iter().map(|anomaly| anomaly.kind);
        let missing = kinds
            .filter(|kind| *kind == AnomalyKind::NoExposures)
            .count();
        assert_eq!(
            missing,
            usize::from(is_missing),
            "{count}: {}",
            losses(&traffic)
        );
    }
}

/// While it was paused it held the whole layer, and there was nobody to expect anything of.
#[test]
fn an_experiment_that_held_everything_and_got_nothing_is_missed() {
    let desk = Desk::with(&[layer("web").with(experiment("big").set("status", "paused"))]);
    let ramped = experiment("big");
    desk.apply(&[layer("web").with(ramped)], 0);
    desk.log_layer(&units(200, 10, 15, |_, _| None));
    // Of another database's experiment: it tells when the log ends.
    desk.log(&[row("somebody", "a", 300)]);
    let traffic = desk.judge();
    let kinds: Vec<&str> = traffic
        .anomalies
        .iter()
        .map(|anomaly| anomaly.kind.code())
        .collect();
    assert!(kinds.contains(&"no-exposures"), "{kinds:?}");
}

/// A layer has its share of alpha from its first answer that isn't `assigned`, whether or not there is
/// something to compare in it yet.
#[test]
fn a_layer_that_is_tested_later_takes_no_place_from_another() {
    let empty = || layer("side");
    let desk = Desk::with(&[empty(), web()]);
    let copy_to_side = "INSERT INTO user_assignments SELECT 'side ' || unit_id, 'side', slot_index, \
                        NULL, NULL, NULL, 'not_assigned', assignment_timestamp, NULL \
                        FROM user_assignments WHERE layer_id = 'web'";
    desk.log_layer(&units(300, 0, 16, |_, _| None)[..1]);
    desk.on_log(copy_to_side);
    desk.on_log("DELETE FROM user_assignments WHERE layer_id = 'web'");
    desk.log_layer(&without(units(3000, 10, 17, holder), Some("small"), 2));
    let of_web = |traffic: &Traffic| {
        let mut coverage = traffic.coverage.iter();
        coverage
            .find(|coverage| coverage.layer_id.as_str() == "web")
            .map(|coverage| (coverage.corrected_p_value, coverage.since))
    };
    let before = desk.judge();
    assert_eq!(before.coverage.len(), 1);
    assert!(of_web(&before).is_some_and(|(_, since)| since.is_some()));
    desk.apply(
        &[layer("side").with(experiment("late").set("traffic_percentage", 0.5))],
        4000,
    );
    desk.on_log(
        "INSERT INTO user_assignments SELECT 'side late' || unit_id, 'side', slot_index, NULL, NULL, \
         NULL, 'not_assigned', '2026-05-04T14:00:00Z', NULL FROM user_assignments \
         WHERE layer_id = 'web'",
    );
    let after = desk.judge();
    assert_eq!(after.coverage.len(), 2);
    assert_eq!(of_web(&after), of_web(&before));
}

#[test]
fn two_holders_that_lose_rows_are_no_single_loss() {
    let rows = without(units(8000, 0, 7, holder), Some("big"), 2);
    let rows = without(rows, None, 3);
    let traffic = desk(&rows).judge();
    insta::assert_snapshot!(losses(&traffic), @"uneven-coverage web: the 5,184 units of the layer don't spread over its slots as expected, and no single loss explains it; alarm since 12:07:35 (corrected p 3.9e-76)");
}

#[test]
fn a_log_of_assigned_rows_alone_says_nothing_of_its_layers() {
    let rows = units(4000, 0, 8, holder);
    let rows: Vec<LayerRow> = rows
        .into_iter()
        .filter(|row| row.experiment.is_some())
        .collect();
    let traffic = desk(&without(rows, Some("small"), 2)).judge();
    assert_eq!(
        (traffic.coverage.len(), losses(&traffic)),
        (0, String::new())
    );
}

#[test]
fn ramp_ups_move_slots_from_one_holder_to_another_and_lose_nothing() {
    let desk = Desk::with(&[web()]);
    let ramped = |percentage: f64| {
        layer("web")
            .with(experiment("big").set("traffic_percentage", 0.5))
            .with(
                experiment("small")
                    .set("traffic_percentage", percentage)
                    .set("reserved_percentage", 0.3_f64.max(percentage)),
            )
    };
    desk.apply(&[ramped(0.3)], 2000);
    desk.apply(&[ramped(0.5)], 4000);
    let active = |slot, at| match slot {
        0..50 => Some("big"),
        50..70 => Some("small"),
        70..80 if at >= 2000 => Some("small"),
        80..100 if at >= 4000 => Some("small"),
        _ => None,
    };
    desk.log_layer(&units(6000, 0, 9, active));
    assert_eq!(losses(&desk.judge()), "");
    // A loss that begins with the second ramp-up is seen by what came since.
    let rows = units(8000, 6000, 10, active);
    desk.log_layer(&without(rows, Some("small"), 2));
    insta::assert_snapshot!(losses(&desk.judge()), @"lost-exposures small: about 32.8% of its units are missing, some 1,951 judging by the rest of the layer; alarm since 13:51:00 (corrected p 1.6e-98)");
}

/// What one unit did before is not asked: a unit counts by its first row, whatever came of it.
#[test]
fn a_unit_counts_once_per_layer() {
    let rows = units(3000, 0, 11, holder);
    let desk = desk(&rows);
    let before = desk.judge();
    // Units of `big` come again and again.
    for _ in 0..3 {
        let again: Vec<LayerRow> = units(3000, 0, 11, holder)
            .into_iter()
            .filter(|row| row.experiment == Some("big"))
            .collect();
        desk.log_layer(&again);
    }
    assert_eq!(desk.judge().coverage, before.coverage);
}

#[test]
fn late_rows_take_no_loss_back() {
    let all = units(4000, 0, 12, holder);
    let lost: Vec<LayerRow> = units(4000, 0, 12, holder)
        .into_iter()
        .filter(|row| row.experiment == Some("big"))
        .collect();
    let rows = without(all, Some("big"), 1);
    let desk = desk(&rows);
    let before = desk.judge();
    let since = before.coverage[0].since;
    assert!(since.is_some());
    desk.log_layer(&lost);
    let after = desk.judge();
    assert_eq!(after.coverage[0].since, since);
    assert!(after.coverage[0].is_rejected);
}

/// Rows that say no slot, or one that the layer doesn't have, say nothing of who holds it.
#[test]
fn rows_without_a_slot_count_for_no_layer() {
    let desk = desk(&units(3000, 0, 13, holder));
    let before = desk.judge().coverage;
    desk.on_log(
        "INSERT INTO user_assignments
         SELECT 'x' || value, 'web', CASE value % 3 WHEN 0 THEN NULL WHEN 1 THEN -1 ELSE 100 END,
                NULL, NULL, NULL, 'not_assigned', '2026-05-04 12:00:00', NULL
         FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 500)
               SELECT value FROM n)",
    );
    let after = desk.judge().coverage;
    assert_eq!(after[0].units, before[0].units);
    assert_eq!(after[0].holders, before[0].holders);
}

#[test]
fn a_judge_that_goes_on_covers_what_a_new_one_covers() {
    let desk = Desk::with(&[web()]);
    let mut counts = ExposureCounter::new(&desk.log, CountOptions::default());
    let mut following = Judge::default();
    for part in 0..6 {
        let rows = units(700, part * 700, 20 + part.unsigned_abs(), holder);
        desk.log_layer(&without(rows, Some("big"), 4));
        let refresh = counts.refresh(|_| ControlFlow::Continue(()));
        refresh.expect("a readable log");
        let followed = following.judge(counts.summary(), &desk.timeline(), &at(0.05));
        let anew = judge(counts.summary(), &desk.timeline(), &at(0.05));
        assert_eq!(followed.coverage, anew.coverage);
        assert_eq!(followed.anomalies, anew.anomalies);
    }
    assert!(
        following
            .judge(counts.summary(), &desk.timeline(), &at(0.05))
            .coverage[0]
            .is_rejected
    );
}
