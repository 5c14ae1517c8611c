//! Noticing other programs' writes.

use avos::store::StateStore;
use std::fs;

use super::support::{Place, create_layer};

#[test]
fn a_commit_is_noticed_once() {
    let place = Place::with_experiment();
    let mut probe = place.store.changes().expect("a probe");
    assert!(!probe.changed().expect("seen"));
    place.execute("UPDATE experiments SET priority = 1");
    assert!(probe.changed().expect("seen"));
    assert!(!probe.changed().expect("seen"));
    place.read();
    assert!(!probe.changed().expect("seen"));
    place.apply(&[create_layer("shop", 10)]).expect("applied");
    assert!(probe.changed().expect("seen"));
    assert!(!probe.changed().expect("seen"));
}

#[test]
fn a_commit_in_a_wal_database_is_noticed() {
    let place = Place::with_experiment();
    place.execute("PRAGMA journal_mode = WAL");
    let mut probe = place.store.changes().expect("a probe");
    assert!(!probe.changed().expect("seen"));
    place.execute("UPDATE experiments SET priority = 1");
    assert!(probe.changed().expect("seen"));
    drop(probe);
    assert_eq!(place.names(), ["avos.db"]);
}

#[test]
fn it_holds_no_lock() {
    let place = Place::with_experiment();
    let mut probe = place.store.changes().expect("a probe");
    place.execute("BEGIN EXCLUSIVE; UPDATE experiments SET priority = 1; COMMIT");
    assert!(probe.changed().expect("seen"));
}

#[test]
fn a_commit_under_way_shows_when_it_is_done() {
    let place = Place::with_experiment();
    let mut probe = place.store.changes().expect("a probe");
    let other = place.other_program();
    other
        .execute_batch("BEGIN EXCLUSIVE; UPDATE experiments SET priority = 1")
        .expect("a lock");
    assert!(!probe.changed().expect("seen"));
    other.execute_batch("COMMIT").expect("committed");
    assert!(probe.changed().expect("seen"));
}

#[test]
fn creation_deletion_and_replacement_are_noticed() {
    let place = Place::empty();
    let mut probe = place.store.changes().expect("a probe");
    assert!(!probe.changed().expect("seen"));
    place.apply(&[create_layer("web", 10)]).expect("applied");
    assert!(probe.changed().expect("seen"));
    assert!(!probe.changed().expect("seen"));

    let copy = place.directory().join("copy.db");
    fs::copy(&place.path, &copy).expect("a copy");
    fs::rename(&copy, &place.path).expect("replaced");
    assert!(probe.changed().expect("seen"));
    place.execute("UPDATE layers SET total_traffic_percentage = 0.5");
    assert!(probe.changed().expect("seen"));
    assert!(!probe.changed().expect("seen"));

    fs::remove_file(&place.path).expect("deleted");
    assert!(probe.changed().expect("seen"));
    assert!(!probe.changed().expect("seen"));
}

#[test]
fn a_file_that_becomes_unreadable_is_noticed() {
    let place = Place::with_experiment();
    let mut probe = place.store.changes().expect("a probe");
    fs::write(&place.path, "no database at all").expect("a file");
    assert!(probe.changed().expect("seen"));
    assert!(!probe.changed().expect("seen"));
}
