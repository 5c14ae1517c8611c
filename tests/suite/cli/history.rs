//! `avos history`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::support::{Place, avos, example, keys, plan};

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
        "git",
        "journal_id",
        "kind",
        "plan_id",
        "reason",
        "revision",
        "slots",
        "ticket",
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

/// Git itself, in this directory.
fn git(directory: &Path, arguments: &[&str]) -> String {
    let done = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example"])
        .args(["-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(directory)
        .output()
        .expect("git");
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stdout).expect("UTF-8")
}

#[test]
fn an_apply_says_why_and_of_which_commit() {
    let place = Place::at("v1");
    let configs = place.path().join("layers");
    fs::create_dir(&configs).expect("a directory");
    for file in ["homepage_hero.yml", "checkout_flow.yml"] {
        let from = Path::new(&example("v2")).join(file);
        fs::copy(from, configs.join(file)).expect("a copy");
    }
    git(&configs, &["init", "--quiet"]);
    git(&configs, &["add", "."]);
    git(&configs, &["commit", "--quiet", "-m", "Second version"]);
    let commit = git(&configs, &["rev-parse", "HEAD"]);
    let commit = commit.trim_end();
    fs::write(configs.join("new.yml"), "layer_id: new\nlayer_salt: s\n").expect("a file");

    let configs = configs.display().to_string();
    let apply = ["apply", "--configs", &configs, "--db", &place.db, "--yes"];
    let why = ["--reason", " more traffic ", "--ticket", "WEB-42"];
    let run = avos(&[&apply[..], &why].concat());
    assert_eq!((run.code, run.err.as_str()), (0, ""));

    let history = ["history", "--db", &place.db];
    let entries = &avos(&[&history[..], &["--format", "json"]].concat()).json()["entries"];
    let said = |entry: &Value| {
        let keys = ["kind", "reason", "ticket", "git"];
        keys.map(|key| entry[key].clone())
    };
    let git = json!({"commit": commit, "dirty": true});
    assert_eq!(
        said(&entries[0]),
        [json!("apply"), json!("more traffic"), json!("WEB-42"), git]
    );
    assert_eq!(
        said(&entries[1])[..3],
        [json!("apply"), json!(null), json!(null)]
    );
    let list = avos(&history).out;
    let whys = list
        .lines()
        .map(|line| line.contains("WEB-42: more traffic"));
    assert_eq!(whys.collect::<Vec<_>>(), [false, true, false], "{list}");
    let one = avos(&[&history[..], &["--id", "2"]].concat()).out;
    let short = &commit[..12];
    let lines =
        format!("reason: more traffic\nticket: WEB-42\ngit: {short}, with uncommitted changes\n\n");
    assert!(one.contains(&lines), "{one}");
}

#[test]
fn a_saved_plan_is_of_no_commit_and_a_blank_reason_is_none() {
    let place = Place::empty();
    let saved = place.path().join("plan.json").display().to_string();
    plan(&place, &example("v1"), &["--out", &saved]);
    let apply = ["apply", "--plan", &saved, "--db", &place.db, "--yes"];
    for blank in ["", "  "] {
        let run = avos(&[&apply[..], &["--reason", blank]].concat());
        assert_eq!((run.code, run.out.as_str()), (2, ""));
        assert!(run.err.contains("it is blank"), "{}", run.err);
    }
    assert_eq!(avos(&apply).code, 0);
    let history = avos(&["history", "--db", &place.db, "--format", "json"]).json();
    assert_eq!(history["entries"][0]["git"], json!(null));
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
