//! `avos doctor`.

use std::fs;

use rusqlite::Connection;
use serde_json::Value;

use super::support::{Place, Run, command, example, keys};

/// A run in an environment with nothing but a home.
fn doctor(place: &Place, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = command(&[&["doctor"], arguments].concat());
    command.env_clear().env("HOME", place.path());
    command.envs(variables.iter().copied());
    Run::new(command.output().expect("a run"))
}

/// The checks of a run as `[status, value, help]` by area and name.
fn check(run: &Run, area: &str, name: &str) -> [String; 3] {
    let document = run.json();
    let checks = document["checks"].as_array().expect("checks");
    let mut checks = checks.iter();
    let check = checks.find(|check| check["area"] == area && check["name"] == name);
    let check = check.unwrap_or_else(|| panic!("no {area} {name}"));
    let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
    [text("status"), text("value"), text("help")]
}

#[test]
fn without_arguments_it_says_what_it_can() {
    let place = Place::empty();
    let run = doctor(&place, &[], &[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let about_us = ["version", "sqlite ", "system"];
    let lines = run.out.lines();
    let lines: Vec<&str> = lines
        .filter(|line| !about_us.iter().any(|name| line.contains(name)))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    program

    terminal
      ✓ streams         none is a terminal
      ✓ size            unknown
      ✓ TERM            not set
      ✓ COLORTERM       not set
      ✓ multiplexer     none
      ✓ colors of avos  off: not a terminal

    console
      ✓ settings        ~/.config/avos/settings.yml, missing: the defaults apply
      ✓ theme           dark: the default
      ✓ COLORFGBG       not set
      ✓ symbols         Unicode
      ✓ locale          not set
      ✓ log             ~/.local/state/avos/avos-tui.log, not created yet

    No problems
    ");
    assert!(
        fs::read_dir(place.path())
            .expect("a directory")
            .next()
            .is_none()
    );
}

#[test]
fn a_document_has_the_keys_of_the_docs() {
    let place = Place::at("v1");
    let configs = example("v1");
    let more = ["--configs", &configs, "--db", &place.db, "--format", "json"];
    let run = doctor(&place, &more, &[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let document = run.json();
    assert_eq!(keys(&document), ["checks", "format_version"]);
    for check in document["checks"].as_array().expect("checks") {
        assert_eq!(keys(check), ["area", "help", "name", "status", "value"]);
        assert_eq!(
            (&check["status"], &check["help"]),
            (&Value::from("fine"), &Value::Null)
        );
    }
    assert_eq!(
        check(&run, "configs", "files")[1],
        "2 files, 2 layers, 3 experiments"
    );
    assert_eq!(check(&run, "database", "file")[1], "~/avos.db");
    assert_eq!(
        check(&run, "database", "made by")[1],
        "AVOS, schema version 2"
    );
    assert_eq!(
        check(&run, "database", "holds")[1],
        "2 layers, 3 experiments, 3 active"
    );
    assert!(check(&run, "database", "last apply")[1].ends_with(", journal 1"));
}

#[test]
fn surroundings_are_told_with_what_they_lead_to() {
    let place = Place::empty();
    let of = |variables: &[(&str, &str)], area: &str, name: &str| {
        let run = doctor(&place, &["--format", "json"], variables);
        let [status, value, _] = check(&run, area, name);
        format!("{status}: {value}")
    };
    let console = |variables: &[(&str, &str)], name: &str| of(variables, "console", name);
    assert_eq!(
        console(&[("NO_COLOR", "1")], "theme"),
        "fine: none: NO_COLOR is set"
    );
    assert_eq!(
        console(&[("COLORFGBG", "0;15")], "theme"),
        "fine: light: COLORFGBG names a light background"
    );
    assert_eq!(
        console(&[("LC_ALL", "C"), ("LANG", "C.UTF-8")], "symbols"),
        "fine: ASCII"
    );
    assert_eq!(console(&[("LC_ALL", "C")], "locale"), "fine: LC_ALL C");
    let terminal = |variables: &[(&str, &str)], name: &str| of(variables, "terminal", name);
    assert_eq!(
        terminal(&[("TMUX", "/tmp/secret,1")], "multiplexer"),
        "fine: tmux"
    );
    assert_eq!(terminal(&[("TERM", "dumb")], "TERM"), "attention: dumb");
    assert_eq!(
        terminal(&[("TERM", "\u{1b}[31m")], "TERM"),
        "fine: \u{1b}[31m"
    );
    let odd = doctor(
        &place,
        &[],
        &[("TERM", "\u{1b}[31m"), ("SECRET", "hunter2")],
    );
    assert!(
        !odd.out.contains('\u{1b}') && !odd.out.contains("hunter2"),
        "{}",
        odd.out
    );
}

#[test]
fn wrong_settings_are_each_a_problem() {
    let place = Place::empty();
    let directory = place.path().join(".config/avos");
    fs::create_dir_all(&directory).expect("a directory");
    fs::write(directory.join("settings.yml"), "theem: dark\nmouse: 3\n").expect("a file");
    let run = doctor(&place, &[], &[]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let begin = run.out.rfind("console\n").expect("the console");
    insta::assert_snapshot!(run.out[begin..], @"
    console
      ✗ settings        ~/.config/avos/settings.yml:1:1: unknown setting `theem`
        help: did you mean `theme`?
      ✗ settings        ~/.config/avos/settings.yml:2:8: `mouse`: expected true or false, found the number 3
        help: set `mouse` to true or false, or leave it out to use its default
      ✓ log             ~/.local/state/avos/avos-tui.log, not created yet

    2 problems
    ");
    let missing = doctor(&place, &["--settings", "no.yml", "--format", "json"], &[]);
    assert_eq!(missing.code, 1);
    let [status, value, _] = check(&missing, "console", "settings");
    assert_eq!(status, "problem");
    assert!(value.starts_with("can't read settings no.yml"), "{value}");
}

#[test]
fn what_is_wrong_with_files_and_database_is_said_with_its_remedy() {
    let place = Place::empty();
    let of = |more: &[&str], area: &str, name: &str| {
        let run = doctor(&place, &[more, &["--format", "json"]].concat(), &[]);
        let [status, value, help] = check(&run, area, name);
        assert_eq!(run.code, i32::from(status == "problem"));
        assert_eq!(help.is_empty(), status == "fine");
        format!("{status}: {value}")
    };
    let db = ["--db", &place.db];
    assert_eq!(
        of(&db, "database", "state"),
        "attention: the file doesn't exist"
    );
    fs::write(&place.db, "layer_id: web\n".repeat(100)).expect("a file");
    assert_eq!(
        of(&db, "database", "state"),
        "problem: ~/avos.db is not a SQLite database"
    );
    let configs = example("broken");
    let findings = of(&["--configs", &configs], "configs", "findings");
    assert!(
        findings.starts_with("problem: ") && findings.contains(" errors"),
        "{findings}"
    );
    let files = of(&["--configs", "no"], "configs", "files");
    assert_eq!(files, "problem: the configs directory no doesn't exist");
}

#[test]
fn a_damaged_database_is_a_problem() {
    let place = Place::with_reference("python_2026.db");
    let mut bytes = fs::read(&place.db).expect("a file");
    bytes[4096 * 3 + 8..4096 * 3 + 600].fill(0xff);
    fs::write(&place.db, bytes).expect("a file");
    let run = doctor(&place, &["--db", &place.db, "--format", "json"], &[]);
    assert_eq!(run.code, 1);
    let [status, value, help] = check(&run, "database", "integrity");
    assert_eq!(status, "problem");
    assert!(
        value.contains("out of range") && help.contains("backup"),
        "{value} {help}"
    );
}

#[test]
fn a_change_that_was_left_half_done_is_told_and_left_alone() {
    let place = Place::with_reference("python_2026.db");
    let writer = Connection::open(&place.db).expect("a database");
    writer
        .execute_batch(
            "PRAGMA cache_size = 5; BEGIN IMMEDIATE; UPDATE layer_slots SET experiment_id = NULL",
        )
        .expect("valid SQL");
    let crashed = Place::empty();
    let journal = |place: &Place| format!("{}-journal", place.db);
    fs::copy(&place.db, &crashed.db).expect("a copy");
    fs::copy(journal(&place), journal(&crashed)).expect("a copy");
    let before = (fs::read(&crashed.db).ok(), fs::read(journal(&crashed)).ok());
    let run = doctor(&crashed, &["--db", &crashed.db, "--format", "json"], &[]);
    assert_eq!(run.code, 0);
    let [status, value, _] = check(&run, "database", "change under way");
    assert_eq!(status, "attention");
    assert_eq!(
        value,
        "avos.db-journal next to it has a change that isn't finished or merged"
    );
    assert!(before == (fs::read(&crashed.db).ok(), fs::read(journal(&crashed)).ok()));
}
