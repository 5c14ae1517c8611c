//! Rows that contradict themselves: each is refused with its table and row, none panics.

use avos::store::{JournalQuery, StateStore, StoreError};

use super::support::{Place, runs};

/// What damages a database, and a part of what is said about it.
const CASES: &[(&str, &str)] = &[
    (
        "UPDATE layers SET total_slots = 0",
        "layers \"web\": total_slots is 0",
    ),
    (
        "UPDATE layers SET total_slots = 1000001",
        "not 1 to 1000000",
    ),
    (
        "UPDATE layers SET total_slots = 'many'",
        "total_slots is not a whole number",
    ),
    (
        "UPDATE layers SET total_slots = 21",
        "layer_slots \"web\": slot 20 has no row",
    ),
    (
        "UPDATE layers SET total_slots = 19",
        "slot 19 is beyond the layer's 19",
    ),
    (
        "UPDATE layers SET total_traffic_percentage = 1.5",
        "total_traffic_percentage is not",
    ),
    (
        "UPDATE layers SET layer_salt = x'ff'",
        "layer_salt isn't text",
    ),
    (
        "UPDATE layers SET layer_salt = CAST(x'ff' AS TEXT)",
        "layer_salt isn't UTF-8",
    ),
    (
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'created_at', CAST(x'ff' AS TEXT));
         PRAGMA schema_version = 1000",
        "a column's name isn't UTF-8",
    ),
    (
        "UPDATE layers SET hash_algorithm = 'crc'",
        "`crc`: unknown hash algorithm; expected one of sha256, md5",
    ),
    (
        "UPDATE experiments SET status = 'DONE'",
        "experiments \"exp\": unknown status \"DONE\"",
    ),
    (
        "UPDATE experiments SET splitter_type = 'HASH'",
        "`HASH`: unknown splitter type",
    ),
    (
        "UPDATE experiments SET variants = '[1]'",
        "variants is invalid",
    ),
    (
        "UPDATE experiments SET variants = '[\"a\", \"a\"]'",
        "doesn't give variant \"a\"",
    ),
    (
        "UPDATE experiments SET variants = '[\"blue\"]'",
        "names an unknown variant",
    ),
    (
        "UPDATE experiments SET variants = '['",
        "variants is invalid",
    ),
    (
        "UPDATE experiments SET traffic_allocation = '{}'",
        "doesn't give variant \"control\"",
    ),
    (
        "UPDATE experiments SET traffic_allocation = '{\"control\": 0.5, \"blue\": 0.4}'",
        "shares must sum to 1, found 0.9",
    ),
    (
        "UPDATE experiments SET traffic_allocation = '{\"control\": NaN, \"blue\": 0.4}'",
        "traffic_allocation is invalid",
    ),
    (
        "UPDATE experiments SET splitter_type = 'geo', geo_allocations = '{\"US\": {}}'",
        "geo_allocations of \"US\" doesn't give variant",
    ),
    (
        "UPDATE experiments SET traffic_percentage = -1",
        "traffic_percentage is not a number",
    ),
    (
        "UPDATE experiments SET reserved_percentage = 2",
        "reserved_percentage is not a number",
    ),
    (
        "UPDATE experiments SET priority = 'high'",
        "priority is not a whole number",
    ),
    (
        "UPDATE experiments SET start_date = 'soon'",
        "start_date is \"soon\"",
    ),
    (
        "UPDATE experiments SET layer_id = 'gone'",
        "its layer doesn't exist",
    ),
    (
        "UPDATE layer_slots SET experiment_id = 'who' WHERE slot_index = 7",
        "slot 7 is active",
    ),
    (
        "UPDATE layer_slots SET experiment_id = 'who', reserved_experiment_id = NULL
               WHERE slot_index = 7",
        "slot 7 is held by \"who\"",
    ),
    (
        "UPDATE layer_slots SET layer_id = 'gone' WHERE slot_index = 7",
        "the layer doesn't exist",
    ),
    (
        "DELETE FROM layer_slots WHERE slot_index = 7",
        "slot 7 has no row",
    ),
    (
        "UPDATE layer_slots SET slot_index = -1 WHERE slot_index = 7",
        "a slot_index isn't a valid slot",
    ),
    (
        "UPDATE layer_slots SET slot_index = 4294967295 WHERE slot_index = 7",
        "slot 7 has no row",
    ),
    (
        "DELETE FROM avos_meta",
        "avos_meta \"default_hash_algorithm\": the row is missing",
    ),
    (
        "UPDATE avos_meta SET value = 'crc'",
        "`crc`: unknown hash algorithm; expected one of sha256, md5",
    ),
    (
        "UPDATE avos_journal SET applied_at = 'once'",
        "avos_journal \"1\": applied_at is",
    ),
];

#[test]
fn every_contradiction_is_found() {
    for (damage, said) in CASES {
        let place = Place::with_experiment();
        place.execute(&format!("PRAGMA foreign_keys = OFF; {damage}"));
        let refused = place.store.snapshot().expect_err(damage);
        assert!(
            matches!(refused, StoreError::Corrupt { .. }),
            "{damage}: {refused:?}"
        );
        assert!(refused.to_string().contains(said), "{damage}: {refused}");
    }
}

#[test]
fn a_slot_with_two_rows_is_found() {
    let place = Place::with_experiment();
    place.execute(
        "CREATE TABLE other AS SELECT * FROM layer_slots; DROP TABLE layer_slots;
         ALTER TABLE other RENAME TO layer_slots;
         INSERT INTO layer_slots VALUES ('web', 15, NULL, NULL)",
    );
    let refused = place.store.snapshot().expect_err("refused").to_string();
    assert!(refused.contains("slot 15 has two rows"), "{refused}");
}

#[test]
fn a_journal_that_cannot_be_read_says_which_entry() {
    let place = Place::with_experiment();
    place.execute("UPDATE avos_journal SET changes = '[{\"kind\": \"unheard_of\"}]'");
    let refused = place
        .store
        .journal(JournalQuery::All)
        .expect_err("refused")
        .to_string();
    assert!(
        refused.contains("avos_journal \"1\": changes is invalid"),
        "{refused}"
    );
    assert!(place.store.snapshot().is_ok());
}

#[test]
fn what_does_not_matter_is_let_be() {
    let place = Place::with_experiment();
    place.execute(
        "UPDATE experiments SET status = 'COMPLETED', geo_allocations = 'not JSON';
         CREATE TABLE notes (text); ALTER TABLE layers ADD COLUMN owner VARCHAR",
    );
    assert_eq!(
        runs(&place.read().state, "web"),
        ["0-4 exp active", "5-9 exp reserved"]
    );
    place.execute("UPDATE experiments SET splitter_type = 'segment'");
    assert!(
        place.read().state.layers["web"].experiments[0]
            .splitter
            .groups()
            .is_empty()
    );
}
