//! Databases that aren't there, aren't ours, are locked: every verb that takes one says so.

use std::fs;
use std::process::Command;

use rusqlite::Connection;

use super::support::{Place, Run, avos, command, example};

/// A run of each verb that takes a database.
fn runs(place: &Place) -> [Run; 6] {
    let db = &place.db;
    let out = &place.path().join("exported").display().to_string();
    let configs = &example("v1");
    [
        avos(&["layers", "--db", db, "--format", "json"]),
        avos(&["assign", "--db", db, "--layer", "web", "--unit", "a"]),
        avos(&["history", "--db", db]),
        avos(&["export", "--db", db, "--out", out]),
        avos(&["plan", "--configs", configs, "--db", db, "--format", "json"]),
        avos(&["apply", "--configs", configs, "--db", db, "--yes"]),
    ]
}

/// What all of them say.
fn refusal(place: &Place) -> String {
    let before = fs::read(&place.db).ok();
    let [first, rest @ ..] = runs(place);
    for run in rest.iter().chain([&first]) {
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
        assert_eq!(run.err, first.err);
    }
    assert!(fs::read(&place.db).ok() == before);
    assert!(!place.path().join("exported").exists());
    first.err.replace(&place.db, "avos.db")
}

#[test]
fn a_missing_database_is_said_to_be_missing() {
    let place = Place::empty();
    for run in &runs(&place)[..4] {
        assert_eq!((run.code, run.out.as_str()), (1, ""));
        let err = run.err.replace(&place.db, "avos.db");
        insta::allow_duplicates! {
            insta::assert_snapshot!(err, @r"
            error: the database avos.db doesn't exist
            help: check the path; the first apply creates the database
            ");
        }
    }
}

#[test]
fn other_files_are_refused() {
    let place = Place::empty();
    fs::write(&place.db, "layer_id: web\n".repeat(100)).expect("a file");
    insta::assert_snapshot!(refusal(&place), @r"
    error: avos.db is not a SQLite database
    help: check the path; an encrypted or compressed database can't be read either
    ");
    fs::remove_file(&place.db).expect("removed");
    fs::create_dir(&place.db).expect("a directory");
    insta::assert_snapshot!(refusal(&place), @r"
    error: avos.db is not a file
    help: name the database file itself
    ");
    fs::remove_dir(&place.db).expect("removed");
    let other = Connection::open(&place.db).expect("a connection");
    other
        .execute_batch("CREATE TABLE notes (text)")
        .expect("a table");
    drop(other);
    insta::assert_snapshot!(refusal(&place), @r"
    error: avos.db is not an AVOS database: its tables (notes) are not those of AVOS (layers, experiments, layer_slots)
    help: check the path; an exposure log is given apart from the database
    ");
}

#[test]
fn a_newer_database_is_refused() {
    let place = Place::at("v1");
    let other = Connection::open(&place.db).expect("a connection");
    other
        .pragma_update(None, "user_version", 99)
        .expect("a version");
    drop(other);
    insta::assert_snapshot!(refusal(&place), @"
    error: the database avos.db has schema version 99, but this program supports versions up to 2
    help: use the version of AVOS that wrote it, or a newer one
    ");
}

#[test]
fn a_locked_database_is_waited_for_and_then_said_to_be_locked() {
    let place = Place::at("v1");
    let other = Connection::open(&place.db).expect("a connection");
    other.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    let run = avos(&["layers", "--db", &place.db]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    insta::assert_snapshot!(run.err.replace(&place.db, "avos.db"), @r"
    error: the database avos.db is locked by another program
    help: try again when the other program is done
    ");
}

#[test]
fn a_database_that_cannot_be_created_is_an_error() {
    let place = Place::empty();
    let db = place
        .path()
        .join("no/such/place/avos.db")
        .display()
        .to_string();
    let run = avos(&["apply", "--configs", &example("v1"), "--db", &db, "--yes"]);
    assert_eq!(run.code, 1);
    let err = run.err.replace(&place.path().display().to_string(), "dir");
    insta::assert_snapshot!(err, @r"
    error: the directory dir/no/such/place doesn't exist
    help: create the directory first, or check the path
    ");
    let run = avos(&[
        "apply",
        "--configs",
        &example("v1"),
        "--db",
        "/proc/avos.db",
        "--yes",
    ]);
    assert_eq!(run.code, 1);
    assert!(
        run.err.starts_with("error: ") && run.err.contains("\nhelp: "),
        "{}",
        run.err
    );
}

#[test]
fn a_read_only_database_can_be_looked_at_but_not_applied_to() {
    let place = Place::at("v1");
    let mut permissions = fs::metadata(&place.db).expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&place.db, permissions).expect("permissions");
    for run in &runs(&place)[2..5] {
        assert_eq!((run.code, run.err.as_str()), (0, ""));
    }
    // The superuser may write nevertheless.
    if fs::OpenOptions::new().append(true).open(&place.db).is_ok() {
        return;
    }
    let run = place.apply(&example("v2"));
    assert_eq!(run.code, 1);
    let err = run.err.replace(&place.db, "avos.db");
    assert!(
        err.starts_with("error: the database avos.db can't be written"),
        "{err}"
    );
}

#[test]
fn a_variable_names_the_database_where_the_command_line_does_not() {
    let (place, other) = (Place::empty(), Place::empty());
    let v1 = example("v1");
    let run = |db: &str, arguments: &[&str]| {
        let mut command = command(arguments);
        Run::new(command.env("AVOS_DB", db).output().expect("a run"))
    };
    let applied = run(&place.db, &["apply", "--configs", &v1, "--yes"]);
    assert_eq!(applied.code, 0, "{applied:?}");
    assert_eq!(
        run(&place.db, &["layers"]),
        avos(&["layers", "--db", &place.db])
    );
    // What is named wins, and what needs no database doesn't mind the variable.
    let named = run(&place.db, &["layers", "--db", &other.db]);
    assert_eq!((named.code, named.err.contains("doesn't exist")), (1, true));
    assert_eq!(run(&place.db, &["srm", "--observed", "50,50"]).code, 0);
    // No part of a wrong URL is repeated but its scheme.
    for arguments in [&["layers"][..], &["srm", "--log", "x.db"]] {
        let wrong = run("mysql://ada:secret@db/avos", arguments);
        assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
        assert!(
            wrong.err.contains("scheme `mysql` isn't supported"),
            "{wrong:?}"
        );
        assert!(!wrong.err.contains("secret"), "{wrong:?}");
    }
    let nameless = run("", &["srm", "--log", "x.db"]);
    assert_eq!((nameless.code, nameless.out.as_str()), (2, ""));
    assert!(nameless.err.contains("AVOS_DB"), "{nameless:?}");
}

#[test]
fn urls_are_wrong_usage_without_their_passwords_and_a_path_with_a_scheme_can_be_written() {
    let url = "postgres://ada:secret@db.example/avos";
    let (url, said) = if cfg!(feature = "postgres") {
        let said = "it has two `@` before the path; write the one of a user or a password as `%40`";
        (url.replace("secret", "sec@ret"), said)
    } else {
        let said = "this build has no PostgreSQL; build AVOS with its feature `postgres`";
        (url.to_owned(), said)
    };
    let run = avos(&["layers", "--db", &url]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    let expected = format!(
        "error: invalid value 'postgres://…' for '--db <FILE>': {said}\n\n\
         help: for more information, try '--help'.\n"
    );
    assert_eq!(run.err, expected);
    let console = Command::new(env!("CARGO_BIN_EXE_avos-tui"))
        .args(["--configs", &example("v1"), "--db", &url])
        .output();
    let console = Run::new(console.expect("a run"));
    assert_eq!((console.code, console.err), (2, run.err));
    let run = avos(&["replay", "--db", "avos.db", "--log", "s3://bucket/log"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    insta::assert_snapshot!(run.err, @"
    error: invalid value 's3://…' for '--log <FILE>': scheme `s3` isn't supported; name a SQLite or DuckDB file, Parquet or CSV files, or a source of the settings, or put `./` before a path that contains `://`

    help: for more information, try '--help'.
    ");
    let console = Command::new(env!("CARGO_BIN_EXE_avos-tui"))
        .args([
            "--configs",
            &example("v1"),
            "--db",
            "a.db",
            "--log",
            "s3://bucket/log",
        ])
        .output();
    let console = Run::new(console.expect("a run"));
    assert_eq!((console.code, console.err), (2, run.err));

    let place = Place::empty();
    fs::create_dir_all(place.path().join("foo:/x")).expect("a directory");
    for db in ["./foo://x/avos.db", "C:avos.db", "2026-01-01T09:00.db"] {
        let run = command(&["apply", "--configs", &example("v1"), "--db", db, "--yes"])
            .current_dir(place.path())
            .output();
        let run = Run::new(run.expect("a run"));
        assert_eq!(run.code, 0, "{run:?}");
        assert!(place.path().join(db).exists(), "{db}");
    }
}
