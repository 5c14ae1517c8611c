//! An apply on a database that is there.

use std::collections::BTreeSet;

use avos::plan::Action;
use avos::store::{Author, JournalQuery, StateStore, StoreError};
use serde_json::json;

use super::support::{Place, at, change_exp, counts, create_experiment, create_layer, runs};

#[test]
fn only_what_changes_is_written() {
    let place = Place::with_experiment();
    place.execute(
        "UPDATE experiments SET geo_allocations = 'not ours', variants = '[\"control\",\"blue\"]',
           reserved_percentage = 0.25, updated_at = 'before';
         UPDATE layers SET updated_at = 'before'",
    );
    let rename = change_exp(
        "edit",
        &json!({"field": "name", "from": "An experiment", "to": "É"}),
    );
    place.apply(&[rename]).expect("applied");
    assert_eq!(
        place.rows("SELECT name, geo_allocations, variants, reserved_percentage FROM experiments"),
        ["É|not ours|[\"control\",\"blue\"]|0.25"]
    );
    assert_eq!(place.rows("SELECT updated_at FROM layers"), ["before"]);
    assert_eq!(
        place.rows("SELECT created_at = updated_at, updated_at FROM experiments"),
        ["1|2026-05-06 07:08:09.123456"]
    );
}

#[test]
fn every_kind_of_change_reaches_its_rows() {
    let place = Place::with_experiment();
    let ramp_up = json!({"from": 0.25, "to": 0.6, "slots": counts([5, 5], [12, 0])});
    let date = "2026-06-01T00:00:00Z";
    place
        .apply(&[
            json!({"layer_id": "web", "experiment_id": null, "kind": "update_layer",
                "from": 1.0, "to": 0.9}),
            change_exp("ramp_up", &ramp_up),
            change_exp("set_status", &json!({"from": "active", "to": "paused"})),
            change_exp(
                "edit",
                &json!({"field": "end_date", "from": null, "to": date}),
            ),
            change_exp("edit", &json!({"field": "priority", "from": 0, "to": -3})),
        ])
        .expect("applied");
    assert_eq!(
        place.rows("SELECT total_traffic_percentage FROM layers"),
        ["0.9"]
    );
    let select = "SELECT traffic_percentage, reserved_percentage, status, priority, end_date
        FROM experiments";
    assert_eq!(
        place.rows(select),
        ["0.6|0.6|PAUSED|-3|2026-06-01 00:00:00.000000"]
    );
    assert_eq!(runs(&place.read().state, "web"), ["0-11 exp active"]);
    let complete = json!({"from": "paused", "to": "completed", "winner": "blue",
        "slots": counts([12, 0], [0, 0])});
    place
        .apply(&[change_exp("complete", &complete)])
        .expect("applied");
    let select = "SELECT status, traffic_allocation FROM experiments";
    assert_eq!(
        place.rows(select),
        ["COMPLETED|{\"control\": 0.0, \"blue\": 1.0}"]
    );
    // Free slots keep their rows.
    let select = "SELECT count(*), count(experiment_id), count(reserved_experiment_id)
        FROM layer_slots";
    assert_eq!(place.rows(select), ["20|0|0"]);
}

#[test]
fn the_journal_says_what_was_done() {
    let place = Place::with_experiment();
    let base = place.revision();
    let pause = change_exp("set_status", &json!({"from": "active", "to": "paused"}));
    let applied = place.apply(std::slice::from_ref(&pause)).expect("applied");
    assert_eq!((applied.applied, applied.journal_id), (1, Some(2)));
    let entries = place.store.journal(JournalQuery::All).expect("a journal");
    let ids: Vec<_> = entries.iter().map(|entry| entry.journal_id).collect();
    assert_eq!(ids, [2, 1]);
    let runs = json!([[0, 4, "exp", "active"], [5, 9, "exp", "reserved"]]);
    assert_eq!(
        serde_json::to_value(&entries[0]).expect("JSON"),
        json!({"kind": "apply", "reason": null, "ticket": null, "git": null,
            "journal_id": 2, "applied_at": "2026-05-06T07:08:09.123456Z",
            "actor": "ada@example", "plan_id": entries[0].plan_id, "base_revision": base,
            "revision": place.revision(), "changes": [pause],
            "diff": "--- database\n+++ files\n",
            "slots": [{"layer_id": "web", "before": runs, "after": runs}]})
    );
    // The creation of an experiment reads back whole.
    let Action::CreateExperiment { experiment, .. } = &entries[1].changes[1].action else {
        panic!("{:?}", entries[1].changes);
    };
    assert!(experiment.to_experiment().is_ok());
    assert!(entries[1].slots[0].before.is_empty());
    assert_eq!(
        place
            .store
            .journal(JournalQuery::One(1))
            .expect("a journal")
            .len(),
        1
    );
    assert!(
        place
            .store
            .journal(JournalQuery::One(9))
            .expect("a journal")
            .is_empty()
    );
}

#[test]
fn a_database_of_2025_is_extended_in_place() {
    let place = Place::with_reference("python_2025.db");
    let layers = place.rows("SELECT * FROM layers");
    let untouched = "SELECT * FROM layer_slots WHERE layer_id <> 'pricing' OR slot_index < 100";
    let slots = place.rows(untouched);
    let new = create_experiment(
        "pricing",
        "new",
        &json!({"reserved_percentage": 0.2,
        "traffic_percentage": 0.1}),
        [20, 20],
    );
    let complete = json!({"layer_id": "pricing", "experiment_id": "price_seg", "kind": "complete",
        "from": "active", "to": "completed", "winner": null, "slots": counts([60, 0], [0, 0])});
    place.apply(&[complete, new]).expect("applied");

    let with_hash = layers.iter().map(|row| format!("{row}|md5"));
    assert_eq!(
        place.rows("SELECT * FROM layers"),
        with_hash.collect::<Vec<_>>()
    );
    let with_reserve = slots.iter().map(|row| format!("{row}|NULL"));
    assert_eq!(place.rows(untouched), with_reserve.collect::<Vec<_>>());
    assert_eq!(
        place.rows(
            "SELECT experiment_id, reserved_experiment_id, min(slot_index), max(slot_index)
            FROM layer_slots WHERE layer_id = 'pricing' GROUP BY 1, 2 ORDER BY 3"
        ),
        [
            "price_geo|NULL|0|99",
            "new|new|100|119",
            "NULL|new|120|139",
            "NULL|NULL|140|199"
        ]
    );
    assert_eq!(
        place.rows(
            "SELECT experiment_id, reserved_percentage, status FROM experiments
            WHERE layer_id = 'pricing'"
        ),
        [
            "price_geo|NULL|ACTIVE",
            "price_seg|NULL|COMPLETED",
            "new|0.2|ACTIVE"
        ]
    );
    assert_eq!(
        place.rows("SELECT * FROM avos_meta"),
        ["default_hash_algorithm|md5"]
    );
    assert_eq!(place.rows("PRAGMA foreign_key_check"), [""; 0]);
    // What the program of 2025 writes goes on working.
    place.execute("INSERT INTO layers VALUES ('late', 's', 1, 1.0, 'then', 'then', 'md5')");
    place.execute(
        "INSERT INTO layer_slots (layer_id, slot_index, experiment_id) VALUES ('late', 0, NULL)",
    );
    assert_eq!(place.read().state.layers.len(), 4);
}

#[test]
fn a_database_of_2026_is_extended_in_place() {
    let place = Place::with_reference("python_2026.db");
    let experiments = place.rows("SELECT * FROM experiments");
    let reserve = json!({"layer_id": "pricing", "experiment_id": "price_geo", "kind": "reserve",
        "from": 0.5, "to": 0.6, "slots": counts([500, 0], [500, 100])});
    place.apply(&[reserve]).expect("applied");
    let changed = "SELECT * FROM experiments WHERE experiment_id <> 'price_geo'";
    let others: Vec<_> = experiments
        .into_iter()
        .filter(|row| !row.starts_with("price_geo|"))
        .collect();
    assert_eq!(place.rows(changed), others);
    assert_eq!(
        place.rows(
            "SELECT experiment_id, reserved_experiment_id, count(*), min(slot_index)
            FROM layer_slots WHERE layer_id = 'pricing' GROUP BY 1, 2 ORDER BY 4"
        ),
        [
            "price_geo|price_geo|500|0",
            "price_seg|price_seg|300|500",
            "NULL|price_geo|100|800",
            "NULL|NULL|100|900"
        ]
    );
    assert_eq!(
        place.rows("SELECT DISTINCT hash_algorithm FROM layers"),
        ["md5"]
    );
}

#[test]
fn a_stale_plan_is_refused_and_nothing_written() {
    let place = Place::with_experiment();
    let pause = change_exp("set_status", &json!({"from": "active", "to": "paused"}));
    let stale = place.plan(&[pause]);
    place.execute("UPDATE experiments SET priority = 1");
    let before = std::fs::read(&place.path).expect("a file");
    let refused = place
        .store
        .apply(&stale, &Author::new("ada", at()))
        .expect_err("stale");
    let StoreError::Stale { layers } = &refused else {
        panic!("{refused:?}");
    };
    assert_eq!(*layers, ["web".into()]);
    assert!(refused.help().is_some());
    assert!(std::fs::read(&place.path).expect("a file") == before);
    // A plan of another layer isn't.
    let other = place.plan(&[create_layer("shop", 10)]);
    place.execute("UPDATE experiments SET priority = 2");
    let applied = place.store.apply(&other, &Author::new("ada", at()));
    assert_eq!(applied.expect("applied").applied, 1);
}

#[test]
fn a_plan_that_does_not_fit_leaves_every_byte() {
    for name in ["python_2025.db", "python_2026.db"] {
        let place = Place::with_reference(name);
        let before = std::fs::read(&place.path).expect("a file");
        let twice = create_experiment("pricing", "price_geo", &json!({}), [1, 0]);
        let refused = place.apply(&[create_layer("new", 1_000), twice]);
        assert!(matches!(refused, Err(StoreError::Replay(_))), "{refused:?}");
        // The same id on two layers.
        let elsewhere = create_experiment("new", "price_geo", &json!({}), [1, 0]);
        let refused = place.apply(&[create_layer("new", 1_000), elsewhere]);
        assert!(
            matches!(&refused, Err(StoreError::Stale { layers }) if *layers == ["new".into()]),
            "{refused:?}"
        );
        assert!(
            std::fs::read(&place.path).expect("a file") == before,
            "{name}"
        );
        assert_eq!(place.names(), ["avos.db"]);
    }
}

#[test]
fn what_would_not_read_back_is_rolled_back() {
    let place = Place::with_experiment();
    // A trigger stands for whatever keeps a write from arriving.
    place.execute(
        "CREATE TRIGGER spoil AFTER UPDATE OF priority ON experiments
           BEGIN UPDATE experiments SET priority = 99; END",
    );
    refuses_to_edit(&place);
    assert_eq!(place.applies(), 1);
}

/// An edit isn't found as it was written: it is refused, and nothing of it stays.
fn refuses_to_edit(place: &Place) {
    let before = place.revision();
    let edit = change_exp("edit", &json!({"field": "priority", "from": 0, "to": 1}));
    let refused = place.apply(&[edit]);
    assert!(
        matches!(refused, Err(StoreError::Inconsistent)),
        "{refused:?}"
    );
    assert_eq!(place.revision(), before);
}

#[test]
fn what_a_trigger_writes_to_another_layer_is_rolled_back() {
    let place = Place::with_experiment();
    place.apply(&[create_layer("shop", 10)]).expect("applied");
    place.execute(
        "CREATE TRIGGER spoil AFTER UPDATE OF priority ON experiments
           BEGIN UPDATE layers SET total_traffic_percentage = 0.5 WHERE layer_id = 'shop'; END",
    );
    refuses_to_edit(&place);
    assert_eq!(place.applies(), 2);
}

#[test]
fn an_apply_whose_entry_is_not_kept_is_rolled_back() {
    for spoil in [
        "DELETE FROM avos_journal WHERE journal_id = new.journal_id",
        "UPDATE avos_journal SET revision = 'other' WHERE journal_id = new.journal_id",
        "UPDATE avos_journal SET journal_id = 7 WHERE journal_id = new.journal_id",
        "INSERT INTO avos_journal SELECT new.journal_id + 1, applied_at, actor, 'other', base_revision,
            revision, changes, diff, slots, kind, reason, ticket, git_commit, git_dirty, base
            FROM avos_journal WHERE journal_id = new.journal_id",
    ] {
        let place = Place::with_experiment();
        place.execute(&format!(
            "CREATE TRIGGER spoil AFTER INSERT ON avos_journal BEGIN {spoil}; END"
        ));
        let before = place.revision();
        let refused = place.apply(&[create_layer("shop", 10)]);
        assert!(
            matches!(refused, Err(StoreError::JournalLost)),
            "{spoil}: {refused:?}"
        );
        assert_eq!((place.revision(), place.applies()), (before, 1), "{spoil}");
        place.execute("DROP TRIGGER spoil");
        place.apply(&[create_layer("shop", 10)]).expect("applied");
    }
}

#[test]
fn an_entry_needs_a_number() {
    let place = Place::with_experiment();
    place.execute(&format!(
        "UPDATE avos_journal SET journal_id = {}",
        i64::MAX
    ));
    let before = place.revision();
    let refused = place.apply(&[create_layer("shop", 10)]);
    assert!(
        matches!(refused, Err(StoreError::JournalFull)),
        "{refused:?}"
    );
    assert_eq!(place.revision(), before);
}

#[test]
fn a_lost_journal_begins_anew_with_what_is_there() {
    for lost in ["avos_journal", "avos_holds"] {
        let place = Place::with_experiment();
        place.execute(&format!("DROP TABLE {lost}"));
        let before: Vec<_> = place.state().layers.into_keys().collect();
        place.apply(&[create_layer("shop", 10)]).expect("applied");
        let entries = place.store.journal(JournalQuery::All).expect("a journal");
        // Without the entry that told them, the layers from before are in the new one.
        let base = entries[0].base.clone();
        let base = base.map(|layers| layers.into_keys().collect::<Vec<_>>());
        assert_eq!(base, (lost == "avos_journal").then_some(before), "{lost}");
    }
}

#[test]
fn values_of_wrong_types_in_the_journal_are_told_with_their_place() {
    for (column, value) in [
        ("applied_at", "x'00'"),
        ("actor", "x'00'"),
        ("revision", "x'00'"),
        ("changes", "x'00'"),
        ("slots", "x'00'"),
        ("diff", "x'00'"),
        ("kind", "x'00'"),
        ("reason", "x'00'"),
        ("git_dirty", "'a while'"),
    ] {
        let place = Place::with_experiment();
        place.execute(&format!("UPDATE avos_journal SET {column} = {value}"));
        let read = place.store.journal(JournalQuery::All).map(|_| ());
        let error = read.expect_err(column).to_string();
        assert!(
            error.contains("avos_journal \"1\"") && error.contains(column),
            "{column}: {error}"
        );
    }
}

#[test]
fn the_journal_mode_of_a_database_stays() {
    let place = Place::with_reference("python_2025.db");
    place.execute("PRAGMA journal_mode = WAL");
    place.apply(&[create_layer("new", 10)]).expect("applied");
    assert_eq!(place.rows("PRAGMA journal_mode"), ["wal"]);
    assert_eq!(place.names(), ["avos.db"]);
}

#[test]
fn of_two_applies_of_one_plan_one_wins() {
    let place = Place::with_experiment();
    let plan = place.plan(&[create_layer("shop", 2_000)]);
    let store = place
        .store
        .clone()
        .with_patience(std::time::Duration::from_secs(30));
    let start = std::sync::Barrier::new(2);
    let results = std::thread::scope(|scope| {
        let apply = || {
            start.wait();
            store.apply(&plan, &Author::new("ada", at()))
        };
        [scope.spawn(apply), scope.spawn(apply)].map(|thread| thread.join().expect("no panic"))
    });
    assert!(
        matches!(
            &results,
            [Ok(_), Err(StoreError::Reapplied { journal_id: 2 })]
                | [Err(StoreError::Reapplied { journal_id: 2 }), Ok(_)]
        ),
        "{results:?}"
    );
    assert_eq!(place.applies(), 2);
}

#[test]
fn the_heads_of_the_journal_are_those_of_its_entries() {
    let place = Place::with_experiment();
    place
        .apply(&[create_layer("b\"'\u{1b}中", 5), create_layer("a", 5)])
        .expect("applied");
    let heads = place.store.journal_heads().expect("heads");
    let entries = place.store.journal(JournalQuery::All).expect("entries");
    assert_eq!((heads.len(), heads[0].changes, heads[1].changes), (2, 2, 2));
    assert_eq!(heads[0].layers, ["a".into(), "b\"'\u{1b}中".into()]);
    for (head, entry) in heads.iter().zip(&entries) {
        let layers = entry.slots.iter().map(|slots| &slots.layer_id);
        assert!(head.layers.iter().eq(layers));
        assert_eq!(head.changes as usize, entry.changes.len());
        let experiments: BTreeSet<_> = entry
            .changes
            .iter()
            .filter_map(|change| change.experiment_id.clone())
            .collect();
        assert!(head.experiments.iter().eq(&experiments));
        let of_head = (
            head.journal_id,
            head.applied_at,
            &head.actor,
            &head.revision,
        );
        let of_entry = (
            entry.journal_id,
            entry.applied_at,
            &entry.actor,
            &entry.revision,
        );
        assert_eq!(of_head, of_entry);
    }
    place.execute("UPDATE avos_journal SET changes = 'no JSON' WHERE journal_id = 1");
    let refused = place
        .store
        .journal_heads()
        .expect_err("refused")
        .to_string();
    assert!(refused.contains("avos_journal \"1\": changes"), "{refused}");
}
