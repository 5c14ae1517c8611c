//! The state of a database over time, by its journal.

use avos::domain::State;
use avos::plan::{BaseLayers, Change, Plan};
use avos::store::{Author, SqliteStore, StateStore};
use avos::timeline::{Era, Timeline};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::stories::{retell, stories};
use crate::support::cases::with_cases;
use crate::support::histories::{History, histories};
use crate::support::reviewing::id_of_plan;
use crate::support::world::{InDatabase, World, said};

/// A world that remembers every state that it had.
struct Remembering {
    world: InDatabase,
    states: Vec<State>,
}

impl World for Remembering {
    fn state(&self) -> State {
        self.world.state()
    }

    fn apply(&mut self, plan: &Plan) {
        self.world.apply(plan);
        // Nothing to do leaves no entry.
        if !plan.changes.is_empty() {
            self.states.push(self.world.state());
        }
    }
}

fn said_of_state(state: &State) -> Vec<String> {
    said(&state.layers)
}

fn said_of_era(era: &Era) -> Vec<String> {
    said(&era.layers)
}

fn timeline(store: &SqliteStore) -> Timeline {
    let (snapshot, entries) = store.snapshot_with_journal().expect("a state");
    Timeline::new(&snapshot.state, &entries)
}

fn certain(timeline: &Timeline) -> Vec<bool> {
    timeline.eras().iter().map(|era| era.is_certain).collect()
}

/// Another program's statements.
fn execute(store: &SqliteStore, sql: &str) {
    let connection = Connection::open(store.path()).expect("a connection");
    connection.execute_batch(sql).expect("valid SQL");
}

/// Every state of these stories comes back, whether entries are taken back or carried out again.
fn come_back(file: &str, reference: &str) {
    for story in stories(file) {
        let mut world = Remembering {
            world: InDatabase::emptied(reference),
            states: Vec::new(),
        };
        world.states.push(world.state());
        retell(&story, &mut world);
        let Remembering { world, states } = world;
        let whole = timeline(&world.store);
        assert!(certain(&whole).iter().all(|is_certain| *is_certain));
        assert_eq!(whole.eras().len(), states.len());
        execute(
            &world.store,
            "UPDATE layers SET layer_salt = layer_salt || 'x'",
        );
        let spoilt = timeline(&world.store);
        let (last, before) = spoilt.eras().split_last().expect("eras");
        assert_eq!(last.is_certain, states.len() == 1, "no layer, no change");
        assert!(before.iter().all(|era| era.is_certain));
        for (index, state) in states.iter().enumerate() {
            let at = format!("story {}, era {index}", story.seed);
            assert_eq!(
                said_of_era(&whole.eras()[index]),
                said_of_state(state),
                "{at}"
            );
            if let Some(era) = before.get(index) {
                assert_eq!(said_of_era(era), said_of_state(state), "{at}");
            }
        }
    }
}

#[test]
fn every_state_of_the_stories_comes_back() {
    come_back("sync_scenarios.json", "python_2025.db");
}

#[test]
fn every_state_of_the_stories_with_a_reserve_comes_back() {
    come_back("sync_scenarios_reserved.json", "python_2026.db");
}

/// Applies all steps of a history that may be, another program writing after the one of this number,
/// and gives the states before the first and after each.
fn lived(history: &History, spoilt_after: Option<usize>, world: &mut InDatabase) -> Vec<State> {
    let mut states = vec![world.state()];
    for changes in history.written() {
        world.apply(&Plan {
            plan_id: id_of_plan(&changes, &world.state()),
            base_layers: BaseLayers::of(&changes, &world.state()),
            is_for_empty_database: world.state().layers.is_empty(),
            changes,
            diff: String::new(),
        });
        states.push(world.state());
        if spoilt_after == Some(states.len() - 1) {
            // A value that no plan looks at, for a plan must still fit.
            execute(&world.store, "UPDATE layers SET layer_salt = 'pepper'");
        }
    }
    states
}

proptest! {
    #![proptest_config(with_cases(24))]

    #[test]
    fn every_state_of_a_history_comes_back(history in histories(), spoilt in 0..6_usize) {
        let mut world = InDatabase::emptied("python_2025.db");
        let states = lived(&history, Some(spoilt), &mut world);
        let timeline = timeline(&world.store);
        prop_assert_eq!(timeline.eras().len(), states.len());
        for (index, (era, state)) in timeline.eras().iter().zip(&states).enumerate() {
            // Nothing is spoilt where there is nothing.
            prop_assert_eq!(era.is_certain, index != spoilt || index == 0, "{}", index);
            if index != spoilt {
                prop_assert_eq!(said_of_era(era), said_of_state(state), "{}", index);
            }
        }
    }
}

/// A plan that the files of a test make of the state of a database.
fn apply(store: &SqliteStore, changes: &[Value], at: Timestamp) {
    let change = |json: &Value| serde_json::from_value(json.clone()).expect("a change");
    let changes: Vec<Change> = changes.iter().map(change).collect();
    let state = store.snapshot().expect("a state").state;
    let plan = Plan {
        plan_id: id_of_plan(&changes, &state),
        base_layers: BaseLayers::of(&changes, &state),
        is_for_empty_database: state.layers.is_empty(),
        changes,
        diff: String::new(),
    };
    store
        .apply(&plan, &Author::new("test@host", at))
        .expect("an apply");
}

/// A database that the original made, in a directory to be kept.
fn adopted() -> (tempfile::TempDir, SqliteStore) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("avos.db");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference");
    std::fs::copy(format!("{root}/python_2025.db"), &path).expect("a copy");
    (directory, SqliteStore::new(path))
}

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().expect("a time")
}

/// Takes from the entries the layers that they found.
fn as_an_earlier_version_wrote(store: &SqliteStore) {
    execute(store, "UPDATE avos_journal SET base = NULL");
}

/// The end of `price_seg`, with a winner.
fn completion() -> Value {
    json!({"layer_id": "pricing", "experiment_id": "price_seg", "kind": "complete",
        "from": "active", "to": "completed", "winner": "y",
        "allocation_before": {"z": 0.33, "y": 0.33, "x": 0.34},
        "slots": {"active_before": 60, "active_after": 0, "reserved_before": 0,
            "reserved_after": 0}})
}

#[test]
fn a_database_that_was_adopted_is_known_from_its_first_apply_on() {
    let (_directory, store) = adopted();
    let before = store.snapshot().expect("a state").state;
    apply(&store, &[completion()], now());
    let timeline = timeline(&store);
    assert_eq!(certain(&timeline), [false, true]);
    assert_eq!(said_of_era(&timeline.eras()[0]), said_of_state(&before));
    assert!(timeline.eras()[0].apply.is_none());
    assert_eq!(timeline.index_at(now() - SignedDuration::from_nanos(1)), 0);
    assert_eq!(
        timeline
            .at(now())
            .apply
            .as_ref()
            .expect("an apply")
            .journal_id,
        1
    );
}

#[test]
fn a_winner_without_the_allocation_before_hides_what_was_before() {
    let (_directory, store) = adopted();
    let rename = json!({"layer_id": "pricing", "experiment_id": "price_geo", "kind": "edit",
        "field": "name", "from": "?", "to": "!"});
    apply(&store, &[rename], now());
    let mut completion = completion();
    completion
        .as_object_mut()
        .expect("an object")
        .remove("allocation_before");
    apply(&store, &[completion], now());
    // The first entry kept what it found, from which the second one is redone.
    assert_eq!(certain(&timeline(&store)), [false, true, true]);
    as_an_earlier_version_wrote(&store);
    let timeline = timeline(&store);
    assert_eq!(certain(&timeline), [false, false, true]);
    let layers: Vec<usize> = timeline.eras().iter().map(|era| era.layers.len()).collect();
    assert_eq!(layers, [0, 0, 3]);
    assert_eq!(timeline.applies().count(), 2);
}

#[test]
fn what_other_programs_wrote_is_certain_only_afterwards() {
    let (_directory, store) = adopted();
    let rename = |to: &str| {
        json!({"layer_id": "pricing", "experiment_id": "price_geo", "kind": "edit",
            "field": "name", "from": "?", "to": to})
    };
    apply(&store, &[rename("1")], now());
    apply(&store, &[rename("2")], now());
    execute(&store, "UPDATE experiments SET status = 'PAUSED'");
    apply(&store, &[rename("3")], now());
    // The first and the last entry kept what they found.
    assert_eq!(certain(&timeline(&store)), [false, true, false, true]);
    execute(&store, "UPDATE experiments SET status = 'ACTIVE'");
    assert_eq!(certain(&timeline(&store)), [false, true, false, false]);
    let outside = timeline(&store).outside_changes().collect::<Vec<_>>();
    let whole = outside.iter().map(|it| {
        (
            it.after.journal_id,
            it.before.is_some(),
            it.layers.is_some(),
        )
    });
    assert_eq!(
        whole.collect::<Vec<_>>(),
        [(2, true, true), (3, true, true)]
    );
    // Without that, nobody knows which of the experiments ran before.
    as_an_earlier_version_wrote(&store);
    assert_eq!(certain(&timeline(&store)), [false; 4]);
    let outside = timeline(&store).outside_changes().collect::<Vec<_>>();
    let whole = outside.iter().map(|it| {
        (
            it.after.journal_id,
            it.before.is_some(),
            it.layers.is_some(),
        )
    });
    assert_eq!(
        whole.collect::<Vec<_>>(),
        [(2, false, false), (3, false, true)]
    );
    execute(
        &store,
        "UPDATE experiments SET status = 'PAUSED' WHERE layer_id <> 'pricing'",
    );
    execute(&store, "DELETE FROM avos_journal WHERE journal_id > 2");
    assert_eq!(certain(&timeline(&store)), [false; 3]);
}

#[test]
fn where_a_clock_was_put_back_the_later_apply_counts() {
    let (_directory, store) = adopted();
    let rename = |to: &str| {
        json!({"layer_id": "pricing", "experiment_id": "price_geo", "kind": "edit",
            "field": "name", "from": "?", "to": to})
    };
    let minute = SignedDuration::from_mins(1);
    for (to, at) in [("1", now()), ("2", now() - minute), ("3", now() + minute)] {
        apply(&store, &[rename(to)], at);
    }
    let timeline = timeline(&store);
    let index = |at| timeline.index_at(at);
    assert_eq!(
        [index(now() - minute), index(now()), index(now() + minute)],
        [0, 2, 3]
    );
}
