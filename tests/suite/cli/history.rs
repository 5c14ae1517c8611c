//! `avos history`.

use serde_json::json;

use super::support::{Place, avos, keys};

#[test]
fn the_journal_is_written_as_the_contract_says() {
    let place = Place::at("v2");
    let run = avos(&["history", "--db", &place.db, "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let document = run.json();
    assert_eq!(keys(&document), ["entries", "format_version"]);
    let entries = document["entries"].as_array().expect("entries");
    let ids: Vec<_> = entries.iter().map(|entry| &entry["journal_id"]).collect();
    assert_eq!(ids, [2, 1], "the newest first");
    let all = [
        "actor",
        "applied_at",
        "base_revision",
        "changes",
        "diff",
        "journal_id",
        "plan_id",
        "revision",
        "slots",
    ];
    assert_eq!(keys(&entries[0]), all);
    assert_eq!(entries[0]["base_revision"], entries[1]["revision"]);
    assert_eq!(entries[1]["changes"].as_array().map(Vec::len), Some(5));
    assert!(
        entries[0]["actor"]
            .as_str()
            .is_some_and(|actor| actor.contains('@'))
    );
    let one = avos(&[
        "history", "--db", &place.db, "--id", "1", "--format", "json",
    ]);
    assert_eq!(one.json()["entries"], json!([entries[1]]));
}

#[test]
fn people_read_when_and_what() {
    let place = Place::at("v2");
    let list = avos(&["history", "--db", &place.db]);
    let first: Vec<&str> = list.out.lines().map(|line| line[..4].trim()).collect();
    assert_eq!(first, ["id", "2", "1"]);
    let one = avos(&["history", "--db", &place.db, "--id", "2"]);
    assert_eq!(one.code, 0);
    let changes = "  -  complete  hero_button_colors_v1  frees 60 slots\n";
    assert!(one.out.contains(changes), "{}", one.out);
    assert!(
        one.out
            .contains("\n-  status: active\n+  status: completed\n"),
        "{}",
        one.out
    );
}

#[test]
fn an_entry_that_is_not_there_is_an_error() {
    let place = Place::at("v1");
    let run = avos(&[
        "history", "--db", &place.db, "--id", "7", "--format", "json",
    ]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    insta::assert_snapshot!(run.err, @"
    error: the journal has no entry 7: its only one is 1
    help: `avos history --db FILE` lists the entries
    ");
}

#[test]
fn a_database_that_was_never_applied_to_has_no_entries() {
    let place = Place::with_reference("python_2025.db");
    let run = avos(&["history", "--db", &place.db, "--format", "json"]);
    assert_eq!(run.json(), json!({"format_version": 1, "entries": []}));
    let human = avos(&["history", "--db", &place.db]);
    assert_eq!(
        (human.code, human.out.as_str()),
        (0, "Nothing has been applied yet.\n")
    );
}
