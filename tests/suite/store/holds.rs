//! Holds in a SQLite file, which other programs write too.

use avos::domain::Status;
use avos::store::{JournalQuery, StateStore, StoreError};
use serde_json::{Value as Json, json};

use super::support::{Place, change_exp, create_experiment, create_layer};

const SINCE: &str = "2026-01-01 00:00:00.000000";

/// The change that holds an experiment of a reference database.
fn hold(layer: &str, id: &str, from: &str) -> Json {
    let hold = json!({"since": "2026-01-01T00:00:00Z", "until": null, "reason": "why",
        "actor": "ada@host"});
    json!({"layer_id": layer, "experiment_id": id, "kind": "hold", "from": from, "hold": hold})
}

#[test]
fn the_python_program_sees_a_paused_experiment() {
    for name in ["python_2025.db", "python_2026.db"] {
        let place = Place::with_reference(name);
        let change = hold("pricing", "price_geo", "active");
        place.apply(&[change]).expect("applied");
        let status = "SELECT status FROM experiments WHERE experiment_id = 'price_geo'";
        assert_eq!(place.rows(status), ["PAUSED"]);
        let held = place.rows("SELECT * FROM avos_holds");
        assert_eq!(
            held,
            [format!("price_geo|pricing|{SINCE}|NULL|why|ada@host")]
        );
        let layer = &place.read().state.layers["pricing"];
        assert_eq!(layer.held_at(super::support::at()).count(), 1);
    }
}

/// Version 1 has no table of holds.
#[test]
fn a_database_of_version_1_is_extended_by_a_hold() {
    let place = Place::with_experiment();
    place.make_version_1();
    let before = place.revision();
    place
        .apply(&[hold("web", "exp", "active")])
        .expect("applied");
    let state = place.read().state;
    assert_ne!(state.revision, before);
    assert_eq!(state.layers["web"].holds.len(), 1);
    let entries = place.store.journal(JournalQuery::All).expect("a journal");
    assert_eq!(entries[0].kind.as_str(), "hold");
}

#[test]
fn a_hold_that_nothing_in_the_database_has_is_ignored_and_gone_once_the_id_is_created() {
    let place = Place::with_experiment();
    let before = place.revision();
    let insert = |id: &str, layer: &str| {
        place.execute(&format!(
            "INSERT INTO avos_holds VALUES ('{id}', '{layer}', '{SINCE}', NULL, 'why', 'ada@host')"
        ));
    };
    insert("gone", "web");
    insert("exp", "shop");
    assert_eq!(place.revision(), before);
    assert!(place.read().state.layers["web"].holds.is_empty());
    let created = create_experiment("web", "gone", &json!({}), [5, 0]);
    place.apply(&[created]).expect("applied");
    let layer = &place.read().state.layers["web"];
    let status = layer.experiment(&"gone".into()).map(|it| it.status);
    assert_eq!((status, layer.holds.len()), (Some(Status::Active), 0));
    // Moved to the experiment's layer by the next hold.
    place
        .apply(&[hold("web", "exp", "active")])
        .expect("applied");
    let held = place.rows("SELECT experiment_id, layer_id FROM avos_holds");
    assert_eq!(held, ["exp|web"]);
}

#[test]
fn a_hold_that_cannot_be_read_is_refused() {
    for (since, until, reason) in [
        ("'soon'", "NULL", "'why'"),
        ("7", "NULL", "'why'"),
        (&*format!("'{SINCE}'"), "'later'", "'why'"),
        (&*format!("'{SINCE}'"), "NULL", "x'00'"),
    ] {
        let place = Place::with_experiment();
        place.execute(&format!(
            "INSERT INTO avos_holds VALUES ('exp', 'web', {since}, {until}, {reason}, 'ada@host')"
        ));
        let error = place.store.snapshot().expect_err("refused");
        let is_named = matches!(
            &error,
            StoreError::Corrupt { table: "avos_holds", key, .. } if key == "exp"
        );
        assert!(is_named, "{error}");
    }
}

#[test]
fn other_layers_stay_readable_and_keep_their_holds() {
    let place = Place::with_experiment();
    place
        .apply(&[hold("web", "exp", "active")])
        .expect("applied");
    place.apply(&[create_layer("shop", 10)]).expect("applied");
    let edit = change_exp("edit", &json!({"field": "priority", "from": 0, "to": 1}));
    place.apply(&[edit]).expect("applied");
    let held = place.read().state.layers["web"].holds.len();
    let alone = place
        .store
        .layer(&"web".into())
        .expect("read")
        .expect("there");
    assert_eq!((held, alone.holds.len()), (1, 1));
    let shop = place
        .store
        .layer(&"shop".into())
        .expect("read")
        .expect("there");
    assert!(shop.holds.is_empty());
}
