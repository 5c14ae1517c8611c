//! Each reason, on and just not on.

use avos::assign::Groups;
use avos::domain::{HashAlgorithm, State, Status};
use avos::replay::ReplayOptions;
use insta::assert_snapshot;
use jiff::SignedDuration;
use rusqlite::Connection;

use super::support::{Desk, altered, minute, serve, shown};
use crate::support::layers::{ExperimentYaml, LayerYaml, experiment, layer};

fn hero() -> ExperimentYaml {
    experiment("hero").set("traffic_percentage", 0.5)
}

/// A layer with an experiment on half of its slots, and another one on the next ten.
fn home(hero: ExperimentYaml) -> LayerYaml {
    layer("home").with(hero).with(experiment("side"))
}

/// `u1` and `u3` are on slots of `hero`, `u4` is on one of `side`.
const UNITS: [&str; 3] = ["u1", "u3", "u4"];

/// A state, and a log of what it says in `home` half an hour later.
fn served() -> (Desk, State) {
    let desk = Desk::empty();
    let state = desk.apply(&[home(hero()), layer("cart")], minute(0));
    desk.serve(&state, &UNITS, minute(30));
    desk.sql("DELETE FROM user_assignments WHERE layer_id = 'cart'");
    (desk, state)
}

/// What is said of the log after these statements; `FIRST` stands for the first row's condition.
fn tampered(sql: &str) -> String {
    let (desk, _) = served();
    desk.sql(&sql.replace("FIRST", "unit_id = 'u1'"));
    let shown = shown(&desk.replay());
    shown.lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_was_logged_matches() {
    let (desk, _) = served();
    assert_snapshot!(shown(&desk.replay()), @"3 rows: 3 matching, 0 refreshing, 0 random, 0 without group, 0 of unknown state");
    let connection = Connection::open(&desk.log).expect("a database");
    let query = "SELECT group_concat(concat_ws(' ', unit_id, slot_index, experiment_id, variant, \
                 status), ', ') FROM user_assignments";
    let rows: String = connection
        .query_row(query, (), |row| row.get(0))
        .expect("rows");
    assert_snapshot!(rows, @"u1 20 hero a assigned, u3 24 hero a assigned, u4 58 side b assigned");
    // Other programs write it so.
    desk.sql("UPDATE user_assignments SET status = upper(status)");
    assert_eq!(desk.replay().matching, 3);
}

#[test]
fn an_altered_row_says_what_is_other_than_it_should_be() {
    let set = |what: &str| tampered(&format!("UPDATE user_assignments SET {what} WHERE FIRST"));
    assert_snapshot!(set("slot_index = 99"), @"
    tampered hero: 1
    2 tampered: unexpected slot_index
    ");
    assert_snapshot!(set("slot_index = 100"), @"
    tampered hero: 1
    2 tampered: unexpected slot_index
    ");
    assert_snapshot!(set("slot_index = -1"), @"
    tampered hero: 1
    2 tampered: unexpected slot_index
    ");
    assert_snapshot!(set("slot_index = NULL"), @"
    tampered hero: 1
    2 tampered: unexpected slot_index
    ");
    assert_snapshot!(set("slot_index = 4294967296"), @"
    tampered hero: 1
    2 tampered: unexpected slot_index
    ");
    assert_snapshot!(set("variant = 'c'"), @"
    tampered hero: 1
    2 tampered: unexpected variant
    ");
    assert_snapshot!(set("variant = NULL"), @"1 skipped, the first is 2: it is assigned without a variant");
    assert_snapshot!(set("variant = CASE variant WHEN 'a' THEN 'b' ELSE 'a' END"), @"
    tampered hero: 1
    2 tampered: unexpected variant
    ");
    assert_snapshot!(set("experiment_id = 'side'"), @"
    tampered side: 1
    2 tampered: unexpected experiment_id
    ");
    assert_snapshot!(set("experiment_id = NULL"), @"1 skipped, the first is 2: it is assigned without an experiment_id");
    assert_snapshot!(set("status = 'not_assigned'"), @"
    tampered hero: 1
    2 tampered: unexpected status
    ");
    assert_snapshot!(set("status = '\u{1b}[31m'"), @r#"1 skipped, the first is 2: its status is unknown ("\u{1b}[31m"); write `assigned`, `not_assigned` or `experiment_inactive`, in any case"#);
    assert_snapshot!(set("status = 'not_assigned', experiment_id = NULL, variant = NULL"), @"
    tampered -: 1
    2 tampered: unexpected experiment_id, status, variant
    ");
    assert_snapshot!(set("unit_id = 'u4'"), @"
    other-salt hero: 1
    2 other-salt: fits its slot, but the layer's salt gives the unit slot 58
    ");
    assert_snapshot!(set("layer_id = 'cart'"), @"
    tampered hero: 1
    2 tampered: unexpected slot_index, experiment_id, status, variant; the experiment is on layer `home`
    ");
    // Nothing tells this from another salt.
    assert_snapshot!(set("slot_index = (slot_index + 1) % 50"), @"
    other-salt hero: 1
    2 other-salt: fits its slot, but the layer's salt gives the unit slot 20
    ");
    // What isn't about the assignment isn't checked.
    assert_snapshot!(set("experiment_name = 'x', group_key = 'y'"), @"");
}

#[test]
fn ids_that_never_were_are_told() {
    let set = |what: &str| tampered(&format!("UPDATE user_assignments SET {what} WHERE FIRST"));
    assert_snapshot!(set("layer_id = 'hom\u{1b}e'"), @r"
    unknown-layer hero: 1
    2 unknown-layer: there was no such layer
    ");
    assert_snapshot!(set("experiment_id = 'heroine'"), @r"
    unknown-experiment -: 1
    2 unknown-experiment: there never was such an experiment
    ");
    assert_snapshot!(set("experiment_id = ''"), @"1 skipped, the first is 2: it is assigned without an experiment_id");
}

/// `hero` is paused at the hour.
fn paused_at_the_hour() -> (Desk, State, State) {
    let desk = Desk::empty();
    let before = desk.apply(&[home(hero())], minute(0));
    let after = desk.apply(&[home(hero().set("status", "paused"))], minute(60));
    (desk, before, after)
}

#[test]
fn a_service_that_has_not_seen_an_apply_is_stale() {
    let (desk, before, after) = paused_at_the_hour();
    let seconds = |seconds| minute(60) + SignedDuration::from_secs(seconds);
    desk.serve(&after, &UNITS, minute(60));
    desk.serve(&before, &UNITS, seconds(60));
    assert_snapshot!(shown(&desk.replay()), @"6 rows: 4 matching, 2 refreshing, 0 random, 0 without group, 0 of unknown state");
    desk.serve(&before, &UNITS, seconds(61));
    desk.serve(&before, &UNITS, minute(60 + 24 * 60));
    assert_snapshot!(shown(&desk.replay()), @r"
    12 rows: 6 matching, 2 refreshing, 0 random, 0 without group, 0 of unknown state
    stale-service hero: 4
    7 stale-service: the service hadn't seen journal 2, applied 1m 1s before
    8 stale-service: the service hadn't seen journal 2, applied 1m 1s before
    10 stale-service: the service hadn't seen journal 2, applied 24h before
    11 stale-service: the service hadn't seen journal 2, applied 24h before
    ");
    let mut none = ReplayOptions::default();
    none.grace = SignedDuration::ZERO;
    assert_eq!(desk.replay_with(&none).refreshing, 0);
}

#[test]
fn what_a_service_had_not_seen_is_the_apply_that_changed_the_layer_last() {
    let (desk, before, _) = paused_at_the_hour();
    desk.apply(
        &[home(hero().set("name", "Hero 2").set("status", "paused"))],
        minute(90),
    );
    desk.apply(
        &[home(hero().set("name", "Hero 2")), layer("cart")],
        minute(120),
    );
    let paused = home(hero().set("name", "Hero 2").set("status", "paused"));
    desk.apply(&[paused, layer("cart")], minute(150));
    desk.serve(&before, &["u1"], minute(119));
    // It may have missed them all; that it hadn't seen the last is certain.
    desk.serve(&before, &["u1"], minute(180));
    assert_snapshot!(shown(&desk.replay()), @r"
    2 rows: 0 matching, 1 refreshing, 0 random, 0 without group, 0 of unknown state
    stale-service hero: 1
    2 stale-service: the service hadn't seen journal 5, applied 30m before
    ");
}

#[test]
fn a_service_whose_clock_is_behind_is_ahead() {
    let (desk, before, after) = paused_at_the_hour();
    desk.serve(&after, &UNITS, minute(59));
    assert_snapshot!(shown(&desk.replay()), @"3 rows: 1 matching, 2 refreshing, 0 random, 0 without group, 0 of unknown state");
    desk.serve(&after, &UNITS, minute(58));
    desk.serve(&before, &UNITS, minute(0) - SignedDuration::from_hours(48));
    assert_snapshot!(shown(&desk.replay()), @r"
    9 rows: 2 matching, 2 refreshing, 0 random, 0 without group, 0 of unknown state
    ahead hero: 4
    ahead side: 1
    4 ahead: fits the state after journal 2, applied 2m later
    5 ahead: fits the state after journal 2, applied 2m later
    7 ahead: fits the state after journal 1, applied 2 days later
    8 ahead: fits the state after journal 1, applied 2 days later
    9 ahead: fits the state after journal 1, applied 2 days later
    ");
}

#[test]
fn another_algorithm_is_found_out() {
    let (desk, state) = served();
    let other = altered(&state, "home", |home| {
        home.layer.hash_algorithm = HashAlgorithm::Md5;
    });
    desk.serve(&other, &["u1", "u2", "u3", "u4"], minute(31));
    assert_snapshot!(shown(&desk.replay()), @r"
    11 rows: 7 matching, 0 refreshing, 0 random, 0 without group, 0 of unknown state
    other-algorithm -: 1
    other-algorithm hero: 3
    8 other-algorithm: fits md5, and the layer has sha256
    10 other-algorithm: fits md5, and the layer has sha256
    12 other-algorithm: fits md5, and the layer has sha256
    14 other-algorithm: fits md5, and the layer has sha256
    ");
}

#[test]
fn another_salt_is_found_out_and_whose_it_is() {
    let (desk, state) = served();
    for salt in ["pepper", "salt of cart"] {
        let other = altered(&state, "home", |home| home.layer.layer_salt = salt.into());
        desk.serve(&other, &["u1", "u2", "u4"], minute(31));
    }
    desk.sql("DELETE FROM user_assignments WHERE layer_id = 'cart'");
    assert_snapshot!(shown(&desk.replay()), @"
    9 rows: 3 matching, 0 refreshing, 0 random, 0 without group, 0 of unknown state
    other-salt -: 3
    other-salt hero: 3
    8 other-salt: fits its slot, but the layer's salt gives the unit slot 20
    10 other-salt: fits its slot, but the layer's salt gives the unit slot 52
    12 other-salt: fits its slot, but the layer's salt gives the unit slot 58
    14 other-salt: fits the salt of layer `cart`
    16 other-salt: fits the salt of layer `cart`
    18 other-salt: fits the salt of layer `cart`
    ");
}

/// Of two layers of ten slots, one fits a foreign slot in every tenth row or so.
#[test]
fn no_layer_is_named_where_its_salt_may_fit_by_chance() {
    let desk = Desk::empty();
    let small = |id| layer(id).set("total_slots", 10);
    let state = desk.apply(&[small("home"), small("cart")], minute(0));
    let other = altered(&state, "home", |home| {
        home.layer.layer_salt = "salt of cart".into();
    });
    desk.serve(&other, &["u1", "u2", "u3"], minute(31));
    desk.sql("DELETE FROM user_assignments WHERE layer_id = 'cart'");
    assert_snapshot!(shown(&desk.replay()), @"
    3 rows: 0 matching, 0 refreshing, 0 random, 0 without group, 0 of unknown state
    other-algorithm -: 1
    other-salt -: 2
    2 other-salt: fits its slot, but the layer's salt gives the unit slot 0
    4 other-salt: fits its slot, but the layer's salt gives the unit slot 2
    6 other-algorithm: fits md5, and the layer has sha256
    ");
}

#[test]
fn an_experiment_that_did_not_assign_says_why() {
    let desk = Desk::empty();
    let dated = hero()
        .set("start_date", "2026-01-01T12:10:00Z")
        .set("end_date", "2026-01-01T12:20:00Z");
    let side = experiment("side").set("status", "draft");
    let state = desk.apply(&[layer("home").with(dated).with(side)], minute(0));
    let careless = altered(&state, "home", |home| {
        for experiment in &mut home.experiments {
            experiment.status = Status::Active;
            (experiment.start_date, experiment.end_date) = (None, None);
        }
    });
    for at in [5, 10, 20, 25] {
        desk.serve(&state, &["u1"], minute(at));
        desk.serve(&careless, &["u1"], minute(at));
    }
    desk.serve(&careless, &["u13"], minute(15));
    assert_snapshot!(shown(&desk.replay()), @r"
    9 rows: 6 matching, 0 refreshing, 0 random, 0 without group, 0 of unknown state
    inactive hero: 2
    inactive side: 1
    2 inactive: the experiment starts at 2026-01-01T12:10:00Z
    8 inactive: the experiment ended at 2026-01-01T12:20:00Z
    9 inactive: the experiment was draft
    ");
}

#[test]
fn a_drawn_variant_is_not_checked() {
    let desk = Desk::empty();
    let drawn = hero().set("splitter_type", "random");
    let state = desk.apply(&[layer("home").with(drawn)], minute(0));
    for at in 1..10 {
        desk.serve(&state, &["u1"], minute(at));
    }
    desk.sql(
        "UPDATE user_assignments SET variant = 'c' WHERE rowid = 2;
         UPDATE user_assignments SET slot_index = 60 WHERE rowid = 3",
    );
    assert_snapshot!(shown(&desk.replay()), @"
    9 rows: 0 matching, 0 refreshing, 7 random, 0 without group, 0 of unknown state
    tampered hero: 2
    2 tampered: unexpected variant
    3 tampered: unexpected slot_index
    ");
}

#[test]
fn a_group_is_taken_from_the_log_or_tried() {
    let desk = Desk::empty();
    let grouped = hero().set("splitter_type", "segment").set(
        "segment_allocations",
        "{vip: {a: 1, b: 0}, all: {a: 0.5, b: 0.5}}",
    );
    let state = desk.apply(&[layer("home").with(grouped)], minute(0));
    let of = |segment| Groups {
        segment: Some(segment),
        ..Groups::default()
    };
    let units = [("u1", of("vip")), ("u3", of("all")), ("u4", of("all"))];
    serve(&desk.log, &state, units, minute(1));
    assert_snapshot!(shown(&desk.replay()), @"3 rows: 3 matching, 0 refreshing, 0 random, 0 without group, 0 of unknown state");
    desk.sql("UPDATE user_assignments SET variant = 'b', group_key = 'vip'");
    assert_snapshot!(shown(&desk.replay()), @"
    3 rows: 0 matching, 0 refreshing, 0 random, 0 without group, 0 of unknown state
    tampered -: 1
    tampered hero: 2
    1 tampered: unexpected variant
    2 tampered: unexpected variant
    3 tampered: unexpected variant
    ");
    desk.sql("UPDATE user_assignments SET group_key = 'gold'");
    assert_snapshot!(shown(&desk.replay()), @"
    3 rows: 0 matching, 0 refreshing, 0 random, 0 without group, 0 of unknown state
    tampered -: 1
    tampered hero: 2
    1 tampered: unexpected group_key
    2 tampered: unexpected group_key
    3 tampered: unexpected variant
    ");
    desk.sql("ALTER TABLE user_assignments DROP COLUMN group_key");
    assert_snapshot!(shown(&desk.replay()), @"
    3 rows: 0 matching, 0 refreshing, 0 random, 0 without group, 0 of unknown state
    tampered -: 1
    tampered hero: 2
    1 tampered: unexpected variant
    2 tampered: unexpected variant
    3 tampered: unexpected variant
    ");
}

#[test]
fn what_does_not_fit_a_time_that_is_not_known_is_no_mismatch() {
    let (desk, before, after) = paused_at_the_hour();
    let foreign = |sql: &str| {
        let connection = Connection::open(desk.store.path()).expect("a database");
        connection.execute_batch(sql).expect("valid SQL");
    };
    foreign("UPDATE experiments SET end_date = '2026-01-02 00:00:00.000000'");
    // Before the other program wrote, after it, and what neither says.
    desk.serve(&before, &UNITS, minute(30));
    desk.serve(&after, &UNITS, minute(70));
    desk.serve(&before, &UNITS, minute(70));
    assert_snapshot!(shown(&desk.replay()), @"9 rows: 7 matching, 0 refreshing, 0 random, 0 without group, 2 of unknown state");
}

#[test]
fn only_so_many_rows_are_listed() {
    let (desk, _) = served();
    desk.sql("UPDATE user_assignments SET slot_index = 99");
    let options = |most_listed| {
        let mut options = ReplayOptions::default();
        options.most_listed = most_listed;
        options
    };
    let replay = desk.replay_with(&options(2));
    let listed: Vec<i64> = replay.listed.iter().map(|row| row.row_id).collect();
    assert_eq!((replay.mismatching(), listed), (3, vec![2, 4]));
    assert!(desk.replay_with(&options(0)).listed.is_empty());
}

#[test]
fn what_is_earlier_can_be_left_out() {
    let (desk, before, after) = paused_at_the_hour();
    desk.serve(&before, &UNITS, minute(30));
    desk.serve(&after, &UNITS, minute(70));
    let since = |since| {
        let mut options = ReplayOptions::default();
        options.since = Some(since);
        options
    };
    let rows = |at| desk.replay_with(&since(at)).rows();
    let microsecond = SignedDuration::from_micros(1);
    assert_eq!(
        [
            rows(minute(30)),
            rows(minute(30) + microsecond),
            rows(minute(71))
        ],
        [6, 3, 0]
    );
}
