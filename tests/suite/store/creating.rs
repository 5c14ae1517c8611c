//! An apply where there is no database.

use avos::domain::HashAlgorithm;
use avos::sqlite::FileError;
use avos::store::{Author, Origin, Snapshot, StateStore, StoreError};
use serde_json::json;

use super::support::{Place, at, create_exp, create_experiment, create_layer, plan, runs};

#[test]
fn a_new_database_holds_what_was_planned() {
    let place = Place::with_experiment();
    assert_eq!(place.names(), ["avos.db"]);
    let snapshot = place.read();
    assert_eq!(snapshot.origin, Origin::Avos { schema_version: 2 });
    assert_eq!(snapshot.state.default_hash_algorithm, HashAlgorithm::Sha256);
    assert_eq!(
        runs(&snapshot.state, "web"),
        ["0-4 exp active", "5-9 exp reserved"]
    );
    let last = snapshot.last_applied.expect("an entry");
    assert_eq!(
        (last.journal_id, last.actor.as_str(), last.applied_at),
        (1, "ada@example", at())
    );
    let pragmas = [
        "journal_mode",
        "user_version",
        "foreign_key_check",
        "integrity_check",
    ];
    let pragmas = pragmas.map(|pragma| place.rows(&format!("PRAGMA {pragma}")).join(","));
    assert_eq!(pragmas, ["delete", "2", "", "ok"]);
}

#[test]
fn rows_are_spelt_as_the_python_program_spells_them() {
    let place = Place::empty();
    let experiment = create_experiment(
        "web",
        "exp",
        &json!({
            "name": "Цена ✓", "variants": ["b", "я"], "traffic_allocation": {"b": 1.0, "я": 0.0},
            "splitter_type": "geo", "geo_allocations": {"US": {"b": 0.5, "я": 0.5}},
            "traffic_percentage": 1.0, "start_date": "2026-01-02T03:04:05.6Z",
        }),
        [2, 0],
    );
    place
        .apply(&[create_layer("web", 2), experiment])
        .expect("applied");
    let now = "2026-05-06 07:08:09.123456";
    assert_eq!(
        place.rows("SELECT * FROM layers"),
        [format!("web|web_salt|2|1.0|{now}|{now}|sha256")]
    );
    assert_eq!(
        place.rows("SELECT * FROM experiments"),
        [format!(
            "exp|web|Цена ✓|[\"b\", \"\\u044f\"]|{{\"b\": 1.0, \"\\u044f\": 0.0}}\
             |2026-01-02 03:04:05.600000|NULL|NULL\
             |{{\"US\": {{\"b\": 0.5, \"\\u044f\": 0.5}}}}|NULL|geo|1.0|1.0|ACTIVE|0|{now}|{now}"
        )]
    );
    assert_eq!(
        place.rows("SELECT * FROM layer_slots"),
        ["web|0|exp|exp", "web|1|exp|exp"]
    );
    let types =
        "SELECT typeof(total_slots), typeof(total_traffic_percentage), typeof(hash_algorithm)
        FROM layers UNION ALL
        SELECT typeof(traffic_percentage), typeof(reserved_percentage), typeof(priority)
        FROM experiments";
    let mut types = place.rows(types);
    types.sort();
    assert_eq!(types, ["integer|real|text", "real|real|integer"]);
}

#[test]
fn an_empty_file_is_as_good_as_none() {
    let place = Place::empty();
    std::fs::write(&place.path, "").expect("a file");
    let plan = plan(&Snapshot::empty().state, &[create_layer("web", 20)]);
    place
        .store
        .apply(&plan, &Author::new("ada", at()))
        .expect("applied");
    assert_eq!(
        place.read().state.default_hash_algorithm,
        HashAlgorithm::Sha256
    );
}

#[test]
fn a_failure_leaves_nothing_behind() {
    let place = Place::empty();
    let refused = place.apply(&[create_layer("web", 20), create_layer("web", 20)]);
    assert!(matches!(refused, Err(StoreError::Replay(_))), "{refused:?}");
    assert!(place.names().is_empty());
    let other = plan(
        &Place::with_experiment().state(),
        &[create_layer("shop", 20)],
    );
    let refused = place.store.apply(&other, &Author::new("ada", at()));
    assert!(
        matches!(refused, Err(StoreError::Stale { .. })),
        "{refused:?}"
    );
    assert!(place.names().is_empty());
}

#[test]
fn a_plan_without_changes_creates_nothing() {
    let place = Place::empty();
    let applied = place.apply(&[]).expect("nothing to do");
    assert_eq!((applied.applied, applied.journal_id), (0, None));
    assert_eq!(applied.revision, Snapshot::empty().state.revision);
    assert!(place.names().is_empty());
}

#[test]
fn of_two_that_create_it_at_once_one_wins() {
    let place = Place::empty();
    let plan = place.plan(&[create_layer("web", 2_000), create_exp_of_quarter()]);
    let store = place
        .store
        .clone()
        .with_patience(std::time::Duration::from_secs(30));
    let start = std::sync::Barrier::new(4);
    let results = std::thread::scope(|scope| {
        let apply = || {
            start.wait();
            store.apply(&plan, &Author::new("ada", at()))
        };
        let threads = [(); 4].map(|()| scope.spawn(apply));
        threads.map(|thread| thread.join().expect("no panic"))
    });
    let won = results.iter().filter(|result| result.is_ok()).count();
    let lost = results
        .iter()
        .filter(|result| matches!(result, Err(StoreError::Reapplied { journal_id: 1 })));
    assert_eq!((won, lost.count()), (1, 3), "{results:?}");
    assert_eq!(place.names(), ["avos.db"]);
    assert_eq!(place.applies(), 1);
}

fn create_exp_of_quarter() -> serde_json::Value {
    create_experiment("web", "exp", &json!({}), [500, 0])
}

#[test]
fn a_large_layer_is_written_whole() {
    let place = Place::empty();
    let half = create_experiment(
        "web",
        "exp",
        &json!({"traffic_percentage": 0.5}),
        [100_000, 0],
    );
    place
        .apply(&[create_layer("web", 200_000), half])
        .expect("applied");
    assert_eq!(runs(&place.read().state, "web"), ["0-99999 exp active"]);
    assert_eq!(
        place.rows("SELECT count(*), count(experiment_id) FROM layer_slots"),
        ["200000|100000"]
    );
}

#[test]
fn a_missing_directory_and_a_dangling_link_are_said() {
    let place = Place::empty();
    let create = plan(
        &Snapshot::empty().state,
        &[create_layer("web", 20), create_exp()],
    );
    let nowhere = avos::store::SqliteStore::new(place.directory().join("no/avos.db"));
    let refused = nowhere
        .apply(&create, &Author::new("ada", at()))
        .expect_err("nowhere to create it");
    assert!(
        matches!(
            refused,
            StoreError::File(FileError::MissingDirectory { .. })
        ),
        "{refused:?}"
    );
    assert!(nowhere.snapshot().expect_err("not there").is_missing());
    std::os::unix::fs::symlink("nothing", &place.path).expect("a link");
    let refused = place.store.apply(&create, &Author::new("ada", at()));
    assert!(
        matches!(
            refused,
            Err(StoreError::File(FileError::DanglingLink { .. }))
        ),
        "{refused:?}"
    );
}
