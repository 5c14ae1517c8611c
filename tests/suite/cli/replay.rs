//! `avos replay`.

use std::fs;

use insta::assert_snapshot;
use rusqlite::Connection;
use serde_json::json;

use super::store_kind::{StoreKind, over_named_stores};
use super::support::{Logged, avos, example, keys};

over_named_stores! {
    a_sound_log_is_fine
    a_row_is_judged_by_the_state_that_it_names
    mismatches_are_told_by_reason_and_row_by_row
    the_document_is_as_the_reference_says
    only_the_first_rows_are_shown
    a_log_that_is_locked_is_an_error
}

/// A database at `v1`, and the log of a service that answers by it in the year 2100.
fn scene(kind: StoreKind) -> Logged {
    let scene = Logged::over(kind);
    let more = "--layer homepage_hero --at 2100-01-01 --unit user_1 user_2 user_3";
    let more: Vec<&str> = more.split(' ').collect();
    assert_eq!(scene.run("assign", &more).code, 0);
    scene
}

/// The same, written by a service that doesn't say by which state.
fn nameless_scene(kind: StoreKind) -> Logged {
    let scene = scene(kind);
    scene.sql("UPDATE user_assignments SET revision = NULL");
    scene
}

/// One row says which state answered; the others don't, or name one that the journal doesn't know.
fn a_row_is_judged_by_the_state_that_it_names(kind: StoreKind) {
    let scene = scene(kind);
    assert_eq!(scene.place.apply(&example("v2")).code, 0);
    assert_snapshot!(scene.run("replay", &[]).out, @r"
    No mismatch: 3 of 3 rows match the state that they name.
      3 judged by the revision that answered, 0 by their time
    ");
    scene.sql(
        "UPDATE user_assignments SET revision = 'of another' WHERE unit_id = 'user_2';
         UPDATE user_assignments SET revision = NULL WHERE unit_id = 'user_1'",
    );
    let run = scene.run("replay", &[]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    assert!(
        run.out
            .contains("\n  1 judged by the revision that answered, 2 by their time\n")
    );
    let document = scene.run("replay", &["--format", "json"]).json();
    assert_eq!(document["judged_by"], json!({"revision": 1, "time": 2}));
    let listed = document["mismatches"].as_array().expect("a list");
    assert_eq!((listed.len(), &listed[0]["unit_id"]), (1, &json!("user_1")));
    assert_eq!(listed[0]["reason"], "stale-service");
}

fn a_sound_log_is_fine(kind: StoreKind) {
    let scene = scene(kind);
    let run = scene.run("replay", &[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_snapshot!(run.out, @r"
    No mismatch: 3 of 3 rows match the state that they name.
      3 judged by the revision that answered, 0 by their time
    ");
    let none = scene.run("replay", &["--since", "2100-01-02"]);
    assert_snapshot!(none.out, @"Nothing was checked: the log has no rows from 2100-01-02T00:00:00Z on.");
}

fn mismatches_are_told_by_reason_and_row_by_row(kind: StoreKind) {
    let scene = nameless_scene(kind);
    // Long before the rows' time.
    assert_eq!(scene.place.apply(&example("v2")).code, 0);
    scene.sql(
        "UPDATE user_assignments SET variant = '\u{1b}[31m' WHERE unit_id = 'user_3';
         INSERT INTO user_assignments (unit_id, assignment_timestamp) VALUES (NULL, 0), ('u', 0);
         INSERT INTO user_assignments (unit_id, status, assignment_timestamp)
         VALUES ('u', '\u{1b}[31mlost', '2100-01-01'), ('u', 'lost', '2100-01-01'),
                ('u', 'assigned', '2100-01-01')",
    );
    let run = scene.run("replay", &[]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    // How long ago that was, the clock says.
    let (before, after) = run.out.split_once(", applied ").expect("an apply");
    let (_, after) = after.split_once(" before").expect("how long before");
    assert_snapshot!(format!("{before}{after}"), @r#"
    Mismatch: 2 of 8 rows differ from the expected assignment.
      skipped: 1 row, the first is row 5: it has no status
      skipped: 1 row, the first is row 4: it has no unit_id
      skipped: 1 row, the first is row 8: it is assigned without an experiment_id
      skipped: 2 rows, the first is row 6: its status is unknown ("\u{1b}[31mlost"); write `assigned`, `not_assigned` or `experiment_inactive`, in any case

    reason         experiment             rows  since
    stale-service  hero_button_colors_v1     1  2100-01-01T00:00:00Z
    tampered       -                         1  2100-01-01T00:00:00Z

    row 1: user_1 in homepage_hero, 2100-01-01T00:00:00Z
      logged    slot 9, hero_button_colors_v1, blue, assigned
      expected  slot 9, hero_button_colors_v2, blue, assigned
      stale-service: the service hadn't seen journal 2

    row 3: user_3 in homepage_hero, 2100-01-01T00:00:00Z
      logged    slot 98, -, \u{1b}[31m, not_assigned
      expected  slot 98, -, -, not_assigned
      tampered: unexpected variant
    "#);
    let colored = scene.run("replay", &["--color", "always"]);
    assert!(
        colored.out.contains("\u{1b}[31mMismatch:\u{1b}[0m"),
        "{colored:?}"
    );
    assert!(
        !colored.out.contains("logged    slot 98, -, \u{1b}"),
        "{colored:?}"
    );
}

fn the_document_is_as_the_reference_says(kind: StoreKind) {
    let scene = nameless_scene(kind);
    assert_eq!(scene.place.apply(&example("v2")).code, 0);
    let run = scene.run("replay", &["--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let document = run.json();
    let stale = &document["mismatches"][0];
    assert_eq!(
        keys(stale),
        [
            "at",
            "detail",
            "expected",
            "experiment_id",
            "journal_id",
            "layer_id",
            "logged",
            "reason",
            "row_id",
            "unit_id"
        ]
    );
    assert_eq!(stale["reason"], "stale-service");
    assert_eq!(stale["journal_id"], 2);
    assert_eq!(stale["experiment_id"], stale["logged"]["experiment_id"]);
    assert_eq!(
        stale["logged"],
        json!({"slot_index": 9, "experiment_id": "hero_button_colors_v1", "variant": "blue",
            "status": "assigned"})
    );
    let listed = document["mismatches"].as_array().expect("a list").len();
    assert_eq!(
        document["reasons"][0],
        json!({"reason": "stale-service", "rows": listed})
    );
    assert_eq!(document["mismatching"], json!(listed));
}

fn only_the_first_rows_are_shown(kind: StoreKind) {
    let scene = scene(kind);
    let copies = "INSERT INTO user_assignments SELECT * FROM user_assignments;".repeat(9);
    scene.sql(&format!(
        "{copies} UPDATE user_assignments SET slot_index = 100"
    ));
    let run = scene.run("replay", &[]);
    let rows = run
        .out
        .lines()
        .filter(|line| line.starts_with("row "))
        .count();
    assert_eq!(rows, 10);
    assert!(
        run.out
            .ends_with("and 1,526 more; `--format json` lists 1,000\n"),
        "{}",
        run.out
    );
    let document = scene.run("replay", &["--format", "json"]).json();
    assert_eq!(document["mismatching"], 1536);
    assert_eq!(
        document["mismatches"].as_array().expect("a list").len(),
        1000
    );
}

#[test]
fn what_cannot_be_replayed_is_an_error() {
    let scene = scene(StoreKind::Sqlite);
    let directory = scene.place.path().display().to_string();
    let mut said = String::new();
    let mut refused = |db: &str, log: &str| {
        let run = avos(&["replay", "--db", db, "--log", log]);
        assert_eq!((run.code, run.out.as_str()), (1, ""));
        said.push_str(&run.err.replace(&directory, "DIR"));
    };
    let (db, log) = (scene.place.db.clone(), scene.log.clone());
    let missing = format!("{directory}/missing.db");
    refused(&missing, &log);
    refused(&db, &missing);
    refused(&db, &db);
    refused(&log, &log);
    refused(&db, &directory);
    fs::write(&missing, "").expect("a file");
    refused(&db, &missing);
    assert_snapshot!(said, @r"
    error: the database DIR/missing.db doesn't exist
    help: check the path; the first apply creates the database
    error: the exposure log DIR/missing.db doesn't exist
    help: check the path; `avos assign --log FILE` or a service's logger creates one
    error: DIR/avos.db is not an exposure log: it has no table user_assignments (it has avos_holds, avos_journal, avos_meta, experiments, layer_slots, layers)
    help: check the path; the state database is given apart from the exposure log
    error: DIR/log.db is not an AVOS database: its tables (user_assignments) are not those of AVOS (layers, experiments, layer_slots)
    help: check the path; an exposure log is given apart from the database
    error: DIR is not a file
    help: name the database file itself
    error: DIR/missing.db is not an exposure log: it has no table user_assignments
    help: check the path; the state database is given apart from the exposure log
    ");
}

fn a_log_that_is_locked_is_an_error(kind: StoreKind) {
    let scene = scene(kind);
    let other = Connection::open(&scene.log).expect("a database");
    other
        .execute_batch("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE")
        .expect("a lock");
    let run = scene.run("replay", &[]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("help: "), "{run:?}");
}
