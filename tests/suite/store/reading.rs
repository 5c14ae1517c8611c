//! Databases of the Python AVOS, opened in place.

use avos::domain::{HashAlgorithm, SplitterType, Status};
use avos::store::{
    EntryKind, JournalHead, JournalQuery, Origin, Snapshot, SqliteStore, StateStore,
};
use rusqlite::Connection;

use serde_json::json;

use super::support::{Place, create_experiment, create_layer, names, reference, runs};

/// Reads a reference database where it stands and finds it untouched afterwards.
fn read_in_place(name: &str) -> Snapshot {
    let path = reference(name);
    let directory = path.parent().expect("a directory");
    let seen = || {
        let modified = path.metadata().and_then(|metadata| metadata.modified());
        let content = std::fs::read(&path).expect("a file");
        (content, modified.expect("a time"), names(directory))
    };
    let before = seen();
    let snapshot = SqliteStore::new(&path).snapshot().expect("readable");
    assert!(
        SqliteStore::new(&path)
            .journal(JournalQuery::All)
            .expect("readable")
            .is_empty()
    );
    assert!(seen() == before, "reading changed {name}");
    snapshot
}

#[test]
fn a_database_of_2025_is_read_in_place() {
    let Snapshot {
        state,
        origin,
        last_applied,
    } = read_in_place("python_2025.db");
    assert_eq!(origin, Origin::Python2025);
    assert_eq!(last_applied, None);
    let unread = SqliteStore::new(reference("python_2025.db")).unread_allocations();
    assert_eq!(unread.expect("readable"), []);
    assert_eq!(state.default_hash_algorithm, HashAlgorithm::Md5);
    let ids: Vec<_> = state
        .layers
        .keys()
        .map(avos::domain::LayerId::as_str)
        .collect();
    assert_eq!(ids, ["checkout_flow", "homepage_hero", "pricing"]);
    let checkout = &state.layers["checkout_flow"].layer;
    assert_eq!(checkout.layer_salt, "checkout_salt_2025");
    assert_eq!(checkout.total_slots, 50);
    assert_eq!(checkout.total_traffic_percentage.to_string(), "0.8");
    assert_eq!(checkout.hash_algorithm, HashAlgorithm::Md5);
    assert_eq!(
        runs(&state, "checkout_flow"),
        ["0-24 checkout_payment_v1 active"]
    );
    assert_eq!(
        runs(&state, "homepage_hero"),
        [
            "0-49 hero_button_colors_v2 active",
            "60-89 hero_layout_v1 active"
        ]
    );
    assert_eq!(
        runs(&state, "pricing"),
        ["0-99 price_geo active", "100-159 price_seg active"]
    );
    let hero = &state.layers["homepage_hero"].experiments;
    let order: Vec<_> = hero
        .iter()
        .map(|experiment| experiment.experiment_id.as_str())
        .collect();
    assert_eq!(
        order,
        [
            "hero_button_colors_v1",
            "hero_layout_v1",
            "hero_button_colors_v2"
        ]
    );
    assert_eq!(hero[0].status, Status::Completed);
}

#[test]
fn every_value_of_an_experiment_is_read() {
    for name in ["python_2025.db", "python_2026.db"] {
        let state = read_in_place(name).state;
        let (layer, geo) = state.experiment(&"price_geo".into()).expect("there");
        assert_eq!(layer.layer.layer_id.as_str(), "pricing");
        assert_eq!(geo.splitter.kind(), SplitterType::Geo);
        let groups: Vec<_> = geo
            .splitter
            .groups()
            .iter()
            .map(|(name, allocation)| {
                let shares = allocation.arms().iter().map(|arm| arm.fraction.value());
                (name.as_str(), shares.collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(groups, [("US", vec![0.9, 0.1]), ("DE", vec![0.2, 0.8])]);
        let dates = [geo.start_date, geo.end_date].map(|date| date.expect("a date").to_string());
        assert_eq!(dates, ["2023-12-31T21:00:00Z", "2099-01-01T00:00:00Z"]);
        let (_, seg) = state.experiment(&"price_seg".into()).expect("there");
        assert_eq!((seg.name.as_str(), seg.priority), ("Цена ✓", 7));
        let variants: Vec<_> = seg
            .traffic_allocation
            .variants()
            .map(AsRef::as_ref)
            .collect();
        assert_eq!(variants, ["x", "y", "z"]);
        assert!(seg.reserved_percentage.is_same(seg.traffic_percentage));
    }
}

#[test]
fn a_database_of_2026_is_read_in_place() {
    let Snapshot { state, origin, .. } = read_in_place("python_2026.db");
    assert_eq!(origin, Origin::Python2026);
    assert_eq!(state.default_hash_algorithm, HashAlgorithm::Md5);
    assert_eq!(
        runs(&state, "checkout_flow"),
        ["0-499 checkout_payment_v1 active"]
    );
    assert_eq!(
        runs(&state, "homepage_hero"),
        [
            "0-499 hero_button_colors_v2 active",
            "600-899 hero_layout_v1 active"
        ]
    );
}

#[test]
fn a_database_of_version_1_is_read_as_it_is_and_extended_by_the_next_apply() {
    let place = Place::with_experiment();
    let new = place.read();
    place.make_version_1();
    let before = std::fs::read(&place.path).expect("a file");
    let old = place.read();
    assert_eq!(old.origin, Origin::Avos { schema_version: 1 });
    assert_eq!(old.state.revision, new.state.revision);
    assert_eq!(old.last_applied, new.last_applied);
    let entries = place.store.journal(JournalQuery::All).expect("readable");
    assert_eq!((entries.len(), entries[0].kind), (1, EntryKind::Apply));
    assert_eq!((&entries[0].reason, &entries[0].git), (&None, &None));
    let heads = place.store.journal_heads().expect("readable");
    assert_eq!(heads, [JournalHead::from(&entries[0])]);
    assert!(std::fs::read(&place.path).expect("a file") == before);

    place.apply(&[create_layer("new", 2)]).expect("applied");
    assert_eq!(place.read().origin, Origin::Avos { schema_version: 2 });
    let entries = place.store.journal(JournalQuery::All).expect("readable");
    assert_eq!(entries[0].base_revision, entries[1].revision);
    let kinds = place.rows("SELECT kind FROM avos_journal");
    assert_eq!(kinds, ["NULL", "apply"], "old entries stay as they are");
}

#[test]
fn a_traffic_that_grew_beyond_its_reserve_takes_the_reserve_along() {
    let place = Place::with_experiment();
    // As the program of 2025 does, which doesn't know the column.
    place.execute("UPDATE experiments SET traffic_percentage = 0.75");
    let state = place.read().state;
    let exp = &state.layers["web"].experiments[0];
    assert_eq!(exp.reserved_percentage.to_string(), "0.75");
    place.execute("UPDATE experiments SET reserved_percentage = NULL");
    let state = place.read().state;
    assert_eq!(
        state.layers["web"].experiments[0]
            .reserved_percentage
            .to_string(),
        "0.75"
    );
}

#[test]
fn a_file_without_tables_is_an_empty_database() {
    let place = Place::empty();
    std::fs::write(&place.path, "").expect("a file");
    assert_eq!(place.read().origin, Origin::Empty);
    place.execute("VACUUM");
    assert!(place.path.metadata().expect("a file").len() > 0);
    let snapshot = place.read();
    assert_eq!(snapshot.origin, Origin::Empty);
    assert_eq!(snapshot.state.revision, Snapshot::empty().state.revision);
}

#[test]
fn a_wal_database_is_read_without_leaving_its_files() {
    let place = Place::with_reference("python_2025.db");
    place.execute("PRAGMA journal_mode = WAL");
    let before = std::fs::read(&place.path).expect("a file");
    assert_eq!(runs(&place.read().state, "checkout_flow").len(), 1);
    assert_eq!(place.names(), ["avos.db"]);
    assert!(std::fs::read(&place.path).expect("a file") == before);
}

#[test]
fn what_another_program_has_not_committed_is_not_seen() {
    let place = Place::with_experiment();
    let before = place.revision();
    let connection: Connection = place.other_program();
    connection
        .execute_batch("BEGIN IMMEDIATE; UPDATE experiments SET name = 'half'")
        .expect("valid SQL");
    assert_eq!(place.revision(), before);
}

/// As the original holds "never": later than our clock goes.
#[test]
fn an_end_on_the_last_day_of_9999_is_the_end_of_time() {
    let place = Place::with_reference("python_2025.db");
    let never = "9999-12-31 00:00:00.000000";
    place.execute(&format!(
        "UPDATE experiments SET end_date = '{never}' WHERE experiment_id = 'price_geo'"
    ));
    let state = place.read().state;
    let (_, experiment) = state
        .experiment(&"price_geo".into())
        .expect("an experiment");
    assert_eq!(experiment.end_date, Some(avos::domain::END_OF_TIME));
    place.apply(&[create_layer("new", 2)]).expect("applied");
    let ends = "SELECT end_date FROM experiments WHERE experiment_id = 'price_geo'";
    assert_eq!(
        place.rows(ends),
        [never],
        "what isn't changed stays as it is"
    );
    let experiment = create_experiment(
        "new",
        "late",
        &json!({"end_date": avos::domain::END_OF_TIME}),
        [1, 0],
    );
    place.apply(&[experiment]).expect("applied");
    let ends = "SELECT end_date FROM experiments WHERE experiment_id = 'late'";
    assert_eq!(place.rows(ends), ["9999-12-31 23:59:59.999999"]);
}
