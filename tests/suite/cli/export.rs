//! `avos export`.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value, json};

use super::support::{Place, Run, avos, keys, plan, reference};

/// An export of the place's database, and where it goes.
fn export(place: &Place, more: &[&str]) -> (Run, PathBuf) {
    let out = place.path().join("exported");
    let dir = out.display().to_string();
    let all = [&["export", "--db", &place.db, "--out", &dir], more].concat();
    (avos(&all), out)
}

/// The plan of these files.
fn planned(place: &Place, configs: &Path) -> Value {
    let configs = configs.display().to_string();
    plan(place, &configs, &["--format", "json"]).json()
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a directory");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Somebody's statements on the place's database.
fn execute(place: &Place, sql: &str) {
    let database = Connection::open(&place.db).expect("a database");
    database.execute_batch(sql).expect("valid SQL");
}

#[test]
fn a_plan_of_an_exported_reference_is_empty_and_the_database_as_it_was() {
    for name in ["python_2025.db", "python_2026.db"] {
        let place = Place::with_reference(name);
        let modified = fs::metadata(&place.db).and_then(|file| file.modified());
        let (run, out) = export(&place, &["--format", "json"]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
        let document = run.json();
        let all = ["at", "diagnostics", "files", "format_version", "left_out"];
        assert_eq!(keys(&document), all);
        assert_eq!(
            document["files"],
            json!([
                {"file": "checkout_flow.yml", "layer_id": "checkout_flow", "experiments": 1},
                {"file": "homepage_hero.yml", "layer_id": "homepage_hero", "experiments": 3},
                {"file": "pricing.yml", "layer_id": "pricing", "experiments": 2},
            ])
        );
        assert_eq!(document["left_out"], json!([]));
        assert_eq!(document["diagnostics"][0]["code"], "idle-group-variant");
        let planned = planned(&place, &out);
        assert_eq!(planned["applicable"], true);
        assert_eq!(
            (&planned["changes"], &planned["notes"]),
            (&json!([]), &json!([]))
        );
        assert_eq!(planned["diff"], "");
        assert!(fs::read(&place.db).ok() == fs::read(reference(name)).ok());
        let since = fs::metadata(&place.db).and_then(|file| file.modified());
        assert_eq!(modified.ok(), since.ok());
        assert_eq!(names(place.path()), ["avos.db", "exported"]);
    }
}

#[test]
fn what_was_applied_comes_back() {
    let place = Place::at("v2");
    let (run, out) = export(&place, &[]);
    let text = run.out.replace(&out.display().to_string(), "exported");
    insta::assert_snapshot!(text, @"
    file               layer          experiments  slots
    checkout_flow.yml  checkout_flow            1     50
    homepage_hero.yml  homepage_hero            3    100

    2 layer files in exported: a plan has no changes
    Put them under version control. From now on, edit them, plan and apply.
    ");
    assert_eq!(run.code, 0);
    let planned = planned(&place, &out);
    assert_eq!(
        (&planned["changes"], &planned["diff"]),
        (&json!([]), &json!(""))
    );
    // Applied to a new database, the files ask for the same layers again.
    let fresh = Place::empty();
    assert_eq!(fresh.apply(&out.display().to_string()).code, 0);
}

#[test]
fn nothing_is_overwritten() {
    let place = Place::at("v1");
    let (_, out) = export(&place, &[]);
    fs::write(out.join("homepage_hero.yml"), "mine").expect("a file");
    let (run, _) = export(&place, &["--format", "json"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    let dir = place.path().display().to_string();
    insta::assert_snapshot!(run.err.replace(&dir, "dir"), @r"
    error: dir/exported already holds layer files, such as checkout_flow.yml; nothing was written
    help: give another directory: nothing is ever overwritten
    ");
    let kept = fs::read_to_string(out.join("homepage_hero.yml"));
    assert_eq!(kept.ok().as_deref(), Some("mine"));
    assert_eq!(names(&out), ["checkout_flow.yml", "homepage_hero.yml"]);

    let run = avos(&["export", "--db", &place.db, "--out", &place.db]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.err.replace(&dir, "dir"), @r"
    error: dir/avos.db is not a directory
    help: give a directory, or a name that is still free
    ");
}

#[test]
fn what_the_rules_refuse_is_written_and_said() {
    let place = Place::with_reference("python_2025.db");
    execute(
        &place,
        "UPDATE layers SET layer_salt = '' WHERE layer_id = 'checkout_flow';
         UPDATE experiments SET traffic_percentage = 0.9 WHERE experiment_id = 'price_geo';
         UPDATE experiments SET geo_allocations = '{\"US\": {\"a\": 1.0}}'
         WHERE experiment_id = 'hero_layout_v1';",
    );
    let (run, out) = export(&place, &[]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let text = run.out.replace(&out.display().to_string(), "exported");
    insta::assert_snapshot!(text, @r#"
    file               layer          experiments  slots
    checkout_flow.yml  checkout_flow            1     50
    homepage_hero.yml  homepage_hero            3    100
    pricing.yml        pricing                  2    200

    note[left-out]: `geo_allocations` of experiment `hero_layout_v1` aren't in the files: its splitter ignores them, and layer files can't hold them

    error[missing-key]: `layer_salt` is empty
      --> exported/checkout_flow.yml:2:13
      1 | layer_id: checkout_flow
      2 | layer_salt: ""
        |             ^^
      3 | total_slots: 50
    help: give it a value that isn't blank

    error[capacity]: the experiments reserve 1.2 of the layer, more than `total_traffic_percentage` 1: `price_geo` 0.9, `price_seg` 0.3
      --> exported/pricing.yml:4:27
      3 | total_slots: 200
      4 | total_traffic_percentage: 1.0
        |                           ^^^
      5 | hash_algorithm: md5
    help: lower the percentages by 0.2 together, or complete experiments that reserve as much

    warning[idle-group-variant]: group `premium` gives nothing to `y`, `z`
      --> exported/pricing.yml:45:12
      44 |       x: 1.0
      45 |       "y": 0.0
         |            ^^^
      46 |       z: 0.0
    help: give every variant a share above 0, unless this is meant

    3 layer files in exported: 2 errors, 1 warning
    The database breaks these rules. Fix the files before you plan; if the files can't change it,
    fix the database and export again.
    "#);
    assert_eq!(names(&out).len(), 3);
    fs::remove_dir_all(&out).expect("removed");
    let (run, _) = export(&place, &["--format", "json"]);
    assert_eq!(run.code, 1);
    let left_out = json!([{"layer_id": "homepage_hero", "experiment_id": "hero_layout_v1",
        "key": "geo_allocations"}]);
    assert_eq!(run.json()["left_out"], left_out);
}

#[test]
fn a_database_without_layers_has_nothing_to_export() {
    let place = Place::empty();
    fs::write(&place.db, "").expect("a file");
    let (run, out) = export(&place, &[]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    insta::assert_snapshot!(run.err.replace(&place.db, "avos.db"), @"
    error: nothing to export: the database `avos.db` has no layers
    help: check the path; the first apply creates layers from layer files
    ");
    assert!(!out.exists());
}

#[test]
fn odd_ids_get_safe_names_and_are_shown_safely() {
    let place = Place::with_reference("python_2026.db");
    execute(
        &place,
        "PRAGMA foreign_keys = OFF;
         UPDATE layers SET layer_id = '../../x' || char(27) || '[31m' WHERE layer_id = 'pricing';
         UPDATE experiments SET layer_id = '../../x' || char(27) || '[31m' WHERE layer_id = 'pricing';
         UPDATE layer_slots SET layer_id = '../../x' || char(27) || '[31m' WHERE layer_id = 'pricing';
         UPDATE layers SET layer_id = 'CHECKOUT_FLOW' WHERE layer_id = 'homepage_hero';
         UPDATE experiments SET layer_id = 'CHECKOUT_FLOW' WHERE layer_id = 'homepage_hero';
         UPDATE layer_slots SET layer_id = 'CHECKOUT_FLOW' WHERE layer_id = 'homepage_hero';",
    );
    let (run, out) = export(&place, &[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    assert!(!run.out.contains('\u{1b}'), "{}", run.out);
    assert_eq!(
        names(&out),
        ["CHECKOUT_FLOW.yml", "checkout_flow-2.yml", "x-31m.yml"]
    );
    assert_eq!(planned(&place, &out)["changes"], json!([]));
}
