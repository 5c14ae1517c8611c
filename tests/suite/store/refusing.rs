//! Files that aren't databases of ours, locks, permissions.

use std::fs;
use std::time::Instant;

use avos::sqlite::FileError;
use avos::store::{Author, JournalQuery, SqliteStore, StateStore, StoreError};
use rusqlite::Connection;

use super::support::{Place, at, create_layer, plan};

/// What reading and applying both say.
fn refusal(place: &Place) -> StoreError {
    let before = fs::read(&place.path).expect("a file");
    let refused = place.store.snapshot().expect_err("refused");
    let empty = avos::store::Snapshot::empty().state;
    let create = plan(&empty, &[create_layer("web", 20)]);
    let apply = place
        .store
        .apply(&create, &Author::new("ada", at()))
        .expect_err("refused");
    assert_eq!(refused.to_string(), apply.to_string());
    assert!(refused.help().is_some());
    assert!(place.store.journal(JournalQuery::All).is_err());
    assert!(fs::read(&place.path).expect("a file") == before);
    assert_eq!(place.names(), ["avos.db"]);
    refused
}

#[test]
fn a_missing_database_stays_missing() {
    let place = Place::empty();
    assert!(place.store.snapshot().expect_err("missing").is_missing());
    assert!(
        place
            .store
            .journal(JournalQuery::All)
            .expect_err("missing")
            .is_missing()
    );
    assert!(place.names().is_empty());
}

#[test]
fn another_file_is_refused() {
    let place = Place::empty();
    fs::write(&place.path, "layer_id: web\n".repeat(100)).expect("a file");
    assert!(matches!(
        refusal(&place),
        StoreError::File(FileError::NotADatabase { .. })
    ));
    for length in [1, 99, 100, 511, 512] {
        fs::write(&place.path, "x".repeat(length)).expect("a file");
        let refused = refusal(&place);
        assert!(
            matches!(refused, StoreError::File(FileError::NotADatabase { .. })),
            "{length}: {refused:?}"
        );
    }
}

#[test]
fn a_directory_is_refused() {
    let place = Place::empty();
    let store = SqliteStore::new(place.directory());
    assert!(matches!(
        store.snapshot(),
        Err(StoreError::File(FileError::NotAFile { .. }))
    ));
    let plan = place.plan(&[create_layer("web", 20)]);
    assert!(matches!(
        store.apply(&plan, &Author::new("ada", at())),
        Err(StoreError::File(FileError::NotAFile { .. }))
    ));
}

#[test]
fn another_programs_database_is_refused() {
    let place = Place::empty();
    place.execute("CREATE TABLE user_assignments (unit_id); CREATE TABLE layers (geometry)");
    let refused = refusal(&place).to_string();
    assert!(
        refused.contains("its tables (layers, user_assignments) are not"),
        "{refused}"
    );
}

#[test]
fn tables_of_our_names_with_other_columns_are_refused() {
    let place = Place::empty();
    place.execute(
        "CREATE TABLE layers (x); CREATE TABLE experiments (x); CREATE TABLE layer_slots (x)",
    );
    assert!(matches!(refusal(&place), StoreError::NotAvos { .. }));
}

#[test]
fn a_newer_schema_is_refused() {
    for name in ["python_2026.db", "python_2025.db"] {
        let place = Place::with_reference(name);
        place.execute("PRAGMA user_version = 3");
        assert!(matches!(
            refusal(&place),
            StoreError::NewerVersion {
                found: 3,
                known: 2,
                ..
            }
        ));
    }
}

#[test]
fn a_damaged_database_is_said_to_be() {
    let place = Place::with_experiment();
    let mut bytes = fs::read(&place.path).expect("a file");
    bytes[4096..].fill(0x5a);
    fs::write(&place.path, bytes).expect("a file");
    assert!(matches!(
        refusal(&place),
        StoreError::File(FileError::Damaged { .. })
    ));
}

#[test]
fn a_locked_database_is_busy() {
    let place = Place::with_experiment();
    let plan = place.plan(&[create_layer("shop", 10)]);
    let other: Connection = place.other_program();
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    let started = Instant::now();
    let refused = place.store.apply(&plan, &Author::new("ada", at()));
    assert!(
        matches!(refused, Err(StoreError::File(FileError::Busy { .. }))),
        "{refused:?}"
    );
    assert!(place.store.snapshot().is_ok());
    other
        .execute_batch("COMMIT; BEGIN EXCLUSIVE")
        .expect("a lock");
    assert!(matches!(
        place.store.snapshot(),
        Err(StoreError::File(FileError::Busy { .. }))
    ));
    // Neither waited for the five seconds that a user would.
    assert!(started.elapsed().as_secs() < 2);
    other.execute_batch("COMMIT").expect("unlocked");
    place
        .store
        .apply(&plan, &Author::new("ada", at()))
        .expect("applied");
}

#[test]
fn a_reader_in_the_way_makes_it_busy_and_nothing_is_written() {
    let place = Place::with_experiment();
    let before = place.revision();
    let plan = place.plan(&[create_layer("shop", 10)]);
    let reader = place.other_program();
    reader
        .execute_batch("BEGIN; SELECT * FROM layers")
        .expect("a read lock");
    let refused = place.store.apply(&plan, &Author::new("ada", at()));
    assert!(
        matches!(refused, Err(StoreError::File(FileError::Busy { .. }))),
        "{refused:?}"
    );
    reader.execute_batch("COMMIT").expect("unlocked");
    assert_eq!(place.revision(), before);
    assert_eq!(place.names(), ["avos.db"]);
}

#[test]
fn a_database_that_cannot_be_written_can_be_read() {
    let place = Place::with_experiment();
    let plan = place.plan(&[create_layer("shop", 10)]);
    let mut permissions = fs::metadata(&place.path).expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&place.path, permissions).expect("permissions");
    assert!(place.store.snapshot().is_ok());
    let applied = place.store.apply(&plan, &Author::new("ada", at()));
    // The superuser may write nevertheless.
    if fs::OpenOptions::new()
        .append(true)
        .open(&place.path)
        .is_err()
    {
        assert!(
            matches!(applied, Err(StoreError::File(FileError::ReadOnly { .. }))),
            "{applied:?}"
        );
    }
}

#[test]
fn names_that_sqlite_would_read_as_something_else_are_files() {
    let place = Place::empty();
    for name in [":memory:", "file:x?mode=memory"] {
        let store = SqliteStore::new(place.directory().join(name));
        store
            .apply(
                &place.plan(&[create_layer("web", 2)]),
                &Author::new("ada", at()),
            )
            .expect("applied");
        assert!(place.directory().join(name).is_file(), "{name}");
    }
}
