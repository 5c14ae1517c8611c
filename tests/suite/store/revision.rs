//! What changes the revision and what doesn't.

use avos::store::{Snapshot, SqliteStore, StateStore};
use serde_json::json;

use super::support::{
    Place, change_exp, counts, create_exp, create_experiment, create_layer, reference,
};

#[test]
fn revisions_are_pinned() {
    // Plan files name the revision that they were made for, and outlive the program.
    let revision = |name: &str| {
        SqliteStore::new(reference(name))
            .snapshot()
            .expect("readable")
            .state
            .revision
    };
    let revisions = [
        Snapshot::empty().state.revision,
        revision("python_2025.db"),
        revision("python_2026.db"),
    ];
    let revisions = revisions.map(|revision| revision.to_string());
    assert_eq!(
        revisions,
        [
            "7728eebe041a13a316ae780a619e2774d8c7644ba5d0c36a6fbb057f506d8684",
            "1d0450df99be81f2abcd3aba772b843bf03a36f66453a2f395fd4939afbff291",
            "884022c70179dc2cee17561f6ff26be000a818761aae210762da49a8e9a225f7",
        ]
    );
}

#[test]
fn any_change_by_any_program_counts() {
    let place = Place::with_experiment();
    let changes = [
        "UPDATE layers SET layer_salt = 'other'",
        "UPDATE layers SET total_traffic_percentage = 0.9",
        "UPDATE layers SET hash_algorithm = 'md5'",
        "UPDATE experiments SET name = 'other'",
        "UPDATE experiments SET traffic_allocation = '{\"control\": 0.4, \"blue\": 0.6}'",
        "UPDATE experiments SET start_date = '2026-01-01 00:00:00.000000'",
        "UPDATE experiments SET end_date = '2026-01-01 00:00:00.000000'",
        "UPDATE experiments SET geo_allocations = '{}'",
        "UPDATE experiments SET traffic_percentage = 0.3",
        "UPDATE experiments SET reserved_percentage = 0.6",
        "UPDATE experiments SET status = 'PAUSED'",
        "UPDATE experiments SET priority = 1",
        "UPDATE layer_slots SET experiment_id = 'exp' WHERE slot_index = 5",
        "UPDATE layer_slots SET reserved_experiment_id = NULL WHERE slot_index = 9",
        "UPDATE avos_meta SET value = 'md5'",
        "INSERT INTO avos_holds VALUES
           ('exp', 'web', '2026-01-01 00:00:00.000000', NULL, 'why', 'ada@host')",
        "UPDATE avos_holds SET since = '2026-01-01 00:00:00.000001'",
        "UPDATE avos_holds SET until = '2026-01-02 00:00:00.000000'",
        "UPDATE avos_holds SET reason = 'why not'",
        "UPDATE avos_holds SET actor = 'bob@host'",
    ];
    let mut seen = vec![place.revision()];
    for change in changes {
        place.execute(change);
        let revision = place.revision();
        assert!(!seen.contains(&revision), "{change}");
        seen.push(revision);
    }
}

#[test]
fn how_it_is_stored_does_not_count() {
    let place = Place::with_experiment();
    let before = place.revision();
    place.execute("VACUUM");
    place.execute("UPDATE experiments SET updated_at = '2030-01-01 00:00:00.000000'");
    place.execute("PRAGMA journal_mode = WAL");
    // The same table with its columns and rows in another order.
    place.execute(
        "CREATE TABLE other AS SELECT experiment_id, slot_index, reserved_experiment_id, layer_id
           FROM layer_slots ORDER BY slot_index DESC;
         DROP TABLE layer_slots;
         ALTER TABLE other RENAME TO layer_slots",
    );
    assert_eq!(place.revision(), before);
}

#[test]
fn a_state_has_one_revision_however_it_was_reached() {
    let at_once = Place::empty();
    let shop = create_experiment("shop", "other", &json!({}), [3, 0]);
    at_once
        .apply(&[
            create_layer("web", 20),
            create_layer("shop", 10),
            create_exp(),
            shop.clone(),
        ])
        .expect("applied");
    let in_steps = Place::empty();
    in_steps
        .apply(&[create_layer("shop", 10), shop])
        .expect("applied");
    in_steps
        .apply(&[
            create_layer("web", 20),
            create_experiment("web", "exp", &json!({}), [5, 0]),
        ])
        .expect("applied");
    let reserve = json!({"from": 0.25, "to": 0.5, "slots": counts([5, 0], [5, 5])});
    let reserve = change_exp("reserve", &reserve);
    let applied = in_steps.apply(&[reserve]).expect("applied");
    assert_eq!(applied.revision, in_steps.revision());
    assert_eq!(in_steps.revision(), at_once.revision());
}

#[test]
fn extending_a_database_does_not_change_what_it_says() {
    for name in ["python_2025.db", "python_2026.db"] {
        let place = Place::with_reference(name);
        let before = place.revision();
        let pause = |from: &str, to: &str| {
            json!({"layer_id": "pricing", "experiment_id": "price_geo", "kind": "set_status",
                "from": from, "to": to})
        };
        place.apply(&[pause("active", "paused")]).expect("applied");
        assert_ne!(place.revision(), before);
        place.apply(&[pause("paused", "active")]).expect("applied");
        assert_eq!(place.revision(), before, "{name}");
    }
}
