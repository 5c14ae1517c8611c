//! Programs that die while they write.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use avos::store::{Author, Snapshot, SqliteStore, StateStore};
use serde_json::json;

use super::support::{Place, at, create_experiment, create_layer, plan, runs};

const DATABASE: &str = "AVOS_TEST_CRASHING_DATABASE";

/// The journal that SQLite keeps beside a database while it changes it.
fn journal(path: &Path) -> std::path::PathBuf {
    path.with_extension("db-journal")
}

/// Copies the database as it is when a program dies in the middle of a change that has already
/// reached the file.
fn left_half_done() -> Place {
    let place = Place::with_reference("python_2026.db");
    let writer = place.other_program();
    writer
        .execute_batch(
            "PRAGMA cache_size = 5; BEGIN IMMEDIATE;
             UPDATE layer_slots SET experiment_id = NULL, reserved_experiment_id = NULL;
             UPDATE experiments SET name = 'half'",
        )
        .expect("valid SQL");
    let crashed = Place::empty();
    fs::copy(&place.path, &crashed.path).expect("a copy");
    fs::copy(journal(&place.path), journal(&crashed.path)).expect("a copy");
    let whole = fs::read(super::support::reference("python_2026.db")).expect("a file");
    assert!(
        fs::read(&crashed.path).expect("a file") != whole,
        "nothing reached the file"
    );
    crashed
}

#[test]
fn a_half_done_change_is_rolled_back_by_the_next_read() {
    let crashed = left_half_done();
    assert_eq!(
        runs(&crashed.read().state, "checkout_flow"),
        ["0-499 checkout_payment_v1 active"]
    );
    assert_eq!(crashed.names(), ["avos.db"]);
    assert_eq!(
        crashed.revision(),
        Place::with_reference("python_2026.db").revision()
    );
}

#[test]
fn a_half_done_change_is_rolled_back_by_the_next_apply() {
    let crashed = left_half_done();
    let base = Place::with_reference("python_2026.db").state();
    let applied = crashed.store.apply(
        &plan(&base, &[create_layer("new", 10)]),
        &Author::new("ada", at()),
    );
    assert_eq!(applied.expect("applied").revision, crashed.revision());
}

#[test]
fn the_journal_of_a_deleted_database_does_not_spoil_its_successor() {
    let place = left_half_done();
    fs::remove_file(&place.path).expect("deleted");
    let applied = place.apply(&[create_layer("web", 20)]).expect("applied");
    assert_eq!(place.revision(), applied.revision);
    assert_eq!(place.names(), ["avos.db"]);
}

#[test]
fn an_apply_that_is_killed_changes_nothing() {
    let place = Place::with_experiment();
    let before = place.revision();
    let length = || fs::metadata(&place.path).expect("a file").len();
    let length_before = length();
    let mut child = applying_process(&place.path);
    // By then the change has outgrown SQLite's cache and reached the file.
    kill_once(&mut child, || length() >= length_before + 1_000_000);
    assert!(
        journal(&place.path).exists(),
        "the change was done before the kill"
    );
    assert_eq!(place.revision(), before);
    assert_eq!(length(), length_before);
    assert_eq!(place.names(), ["avos.db"]);
    assert_eq!(place.applies(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_killed_creation_left_goes_with_the_next_one() {
    let place = Place::empty();
    let mut child = applying_process(&place.path);
    let is_begun = || {
        let names = place.names();
        let mut lengths = names.iter().map(|name| place.directory().join(name));
        lengths.any(|path| fs::metadata(path).is_ok_and(|file| file.len() > 1_000_000))
    };
    kill_once(&mut child, is_begun);
    let process = child.id();
    let left = place.names();
    assert!(
        left.contains(&format!(".avos.db.{process}-0.new")),
        "{left:?}"
    );
    // Of programs that run, of other databases, and of nobody known.
    let others = [
        format!(".avos.db.{}-7.new", std::process::id()),
        format!(".avos.db.{process}-0.new.bak"),
        format!(".other.db.{process}-0.new"),
    ];
    for name in &others {
        fs::write(place.directory().join(name), "").expect("a file");
    }
    place.apply(&[create_layer("web", 20)]).expect("applied");
    let mut expected = others.to_vec();
    expected.push("avos.db".to_owned());
    expected.sort();
    assert_eq!(place.names(), expected);
}

/// This test program, running only the test below.
fn applying_process(path: &Path) -> Child {
    let program = std::env::current_exe().expect("a program");
    Command::new(program)
        .args(["--exact", "store::crash::apply_until_killed", "--ignored"])
        .env(DATABASE, path)
        .stdout(Stdio::null())
        .spawn()
        .expect("a process")
}

/// Waits until this holds, then kills the process.
fn kill_once(child: &mut Child, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !holds() {
        let ended = child.try_wait().expect("a process");
        assert!(
            ended.is_none() && Instant::now() < deadline,
            "it ended too soon: {ended:?}"
        );
        std::thread::yield_now();
    }
    child.kill().expect("killed");
    child.wait().expect("a process");
}

#[test]
#[ignore = "a helper of the tests that kill it"]
fn apply_until_killed() {
    let Some(path) = std::env::var_os(DATABASE) else {
        return;
    };
    let store = SqliteStore::new(path);
    let all = json!({"traffic_percentage": 1.0});
    let changes = [
        create_layer("large", 1_000_000),
        create_experiment("large", "everything", &all, [1_000_000, 0]),
    ];
    let read = store.snapshot().or_else(|error| {
        let is_new = error.is_missing();
        is_new.then(Snapshot::empty).ok_or(error)
    });
    let base = read.expect("readable").state;
    store
        .apply(&plan(&base, &changes), &Author::new("ada", at()))
        .expect("applied");
}
