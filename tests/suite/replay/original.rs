//! Logs of the original, on the databases that it made.

use std::path::Path;

use avos::exposure::LogRows;
use avos::replay::{Replay, ReplayOptions, replay};
use avos::store::{SqliteStore, StateStore};
use avos::timeline::Timeline;
use rusqlite::Connection;
use serde_json::Value;

/// The table as the original makes it.
const TABLE: &str = "
CREATE TABLE user_assignments (
    unit_id VARCHAR, layer_id VARCHAR, slot_index INTEGER, experiment_id VARCHAR,
    experiment_name VARCHAR, variant VARCHAR, status VARCHAR, assignment_timestamp TIMESTAMP
)";

/// What comes of the original's answers, some of them altered.
fn replayed(year: u32, alter: &str) -> Replay {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reference");
    let directory = tempfile::tempdir().expect("a directory");
    let log = directory.path().join("log.db");
    let text = std::fs::read_to_string(root.join(format!("python_{year}_assignments.json")));
    let answers: Vec<Value> = serde_json::from_str(&text.expect("a file")).expect("JSON");
    let connection = Connection::open(&log).expect("a database");
    connection.execute_batch(TABLE).expect("valid SQL");
    // It logs no unit that it can't answer for want of its group.
    for answer in answers.iter().filter(|answer| answer["status"] != "error") {
        let text = |key: &str| answer[key].as_str();
        let row = (
            [text("unit_id"), text("layer_id")],
            answer["slot_index"].as_i64(),
            [
                text("experiment_id"),
                text("experiment_name"),
                text("variant"),
                text("status"),
            ],
        );
        let ([unit, layer], slot, [experiment, name, variant, status]) = row;
        let insert = "INSERT INTO user_assignments VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let at = "2026-11-22 12:00:00.000000";
        let row = (unit, layer, slot, experiment, name, variant, status, at);
        connection.execute(insert, row).expect("a row");
    }
    connection.execute_batch(alter).expect("valid SQL");
    let store = SqliteStore::new(root.join(format!("python_{year}.db")));
    let (snapshot, entries) = store.snapshot_with_journal().expect("a state");
    let timeline = Timeline::new(&snapshot.state, &entries);
    let rows = LogRows::open(&log).expect("a log");
    replay(&rows, &timeline, &ReplayOptions::default(), &mut |_| {}).expect("a readable log")
}

#[test]
fn what_the_original_logged_fits_what_it_had() {
    for year in [2025, 2026] {
        let replay = replayed(year, "");
        assert!(replay.matching > 300, "{year}: {}", replay.matching);
        assert!(
            replay.unchecked.no_group > 10,
            "{year}: {:?}",
            replay.unchecked
        );
        let rest = replay.rows() - replay.matching - replay.unchecked.no_group;
        assert_eq!(rest, 0, "{year}");
    }
}

/// The database has no journal: what it was before today isn't known.
#[test]
fn without_a_journal_nothing_is_a_mismatch() {
    let altered = replayed(
        2026,
        "UPDATE user_assignments SET slot_index = slot_index + 500",
    );
    assert_eq!(altered.unchecked.unknown_state, altered.rows());
}
