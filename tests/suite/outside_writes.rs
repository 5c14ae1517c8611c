//! What another program changed is told until an entry of the journal sets it or it is changed back, whatever
//! is applied to other layers and experiments meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use avos::domain::{
    Experiment, ExperimentId, Fraction, HashAlgorithm, Layers, Revision, State, Status,
};
use avos::plan::{Action, BaseLayers, Change, ChangedThing, Plan};
use avos::store::{Author, JournalQuery, MemoryStore, Snapshot, StateStore};
use avos::timeline::read_with_drift;
use proptest::prelude::*;

use crate::support::cases::with_cases;
use crate::support::histories::{History, histories};
use crate::support::reviewing::{id_of_plan, now};

/// What another program writes: a value of a layer or of an experiment, both by number. No later plan trips
/// over it.
#[derive(Clone, Debug)]
enum OutsideWrite {
    Cap(usize, f64),
    Status(usize, Status),
    Priority(usize, i64),
}

fn write() -> impl Strategy<Value = OutsideWrite> {
    use Status::{Active, Draft, Paused};
    let status = prop::sample::select(vec![Active, Paused, Draft]);
    // Of few values, so that some come back.
    prop_oneof![
        1 => (0..2_usize, prop::sample::select(vec![0.9, 1.0])).prop_map(|(at, to)| OutsideWrite::Cap(at, to)),
        3 => (0..6_usize, status).prop_map(|(at, to)| OutsideWrite::Status(at, to)),
        2 => (0..6_usize, 0..2_i64).prop_map(|(at, to)| OutsideWrite::Priority(at, to)),
    ]
}

/// What other programs write after each entry.
fn writes() -> impl Strategy<Value = Vec<Vec<OutsideWrite>>> {
    let after_entry = prop_oneof![
        2 => Just(Vec::new()),
        1 => prop::collection::vec(write(), 1..4),
    ];
    prop::collection::vec(after_entry, 16)
}

/// A database that another program can write to.
trait WrittenOutside {
    fn store(&self) -> &dyn StateStore;
    fn set_cap(&mut self, layer: &str, to: f64);
    fn set_status(&mut self, experiment: &str, to: Status);
    fn set_priority(&mut self, experiment: &str, to: i64);
}

fn state(store: &dyn StateStore) -> State {
    let snapshot = match store.snapshot() {
        Err(error) if error.is_missing() => Snapshot::empty(),
        read => read.expect("a state"),
    };
    snapshot.state
}

/// The number-th of these; `None` of none.
fn pick<T>(all: impl IntoIterator<Item = T>, number: usize) -> Option<T> {
    let mut all: Vec<T> = all.into_iter().collect();
    let index = number.checked_rem(all.len())?;
    Some(all.swap_remove(index))
}

fn write_outside(database: &mut impl WrittenOutside, write: &OutsideWrite) {
    let layers = state(database.store()).layers;
    let experiment = |number: &usize| {
        let all = layers.values().flat_map(|layer| &layer.experiments);
        Some(pick(all, *number)?.experiment_id.to_string())
    };
    match write {
        OutsideWrite::Cap(number, to) => {
            if let Some(id) = pick(layers.keys(), *number) {
                database.set_cap(id.as_str(), *to);
            }
        }
        OutsideWrite::Status(number, to) => {
            if let Some(id) = experiment(number) {
                database.set_status(&id, *to);
            }
        }
        OutsideWrite::Priority(number, to) => {
            if let Some(id) = experiment(number) {
                database.set_priority(&id, *to);
            }
        }
    }
}

/// The values of a thing, by name.
type Values = BTreeMap<&'static str, String>;

/// All values of all things.
fn values(layers: &Layers) -> BTreeMap<ChangedThing, Values> {
    let mut all = BTreeMap::new();
    for (layer_id, layer) in layers {
        let thing = |id: Option<&ExperimentId>| ChangedThing {
            layer_id: layer_id.clone(),
            experiment_id: id.cloned(),
        };
        let cap = layer.layer.total_traffic_percentage.to_string();
        all.insert(thing(None), [("cap", cap)].into());
        for it in &layer.experiments {
            let id = &it.experiment_id;
            let shares = (it.traffic_percentage, it.reserved_percentage);
            let values = [
                ("status", format!("{:?}", it.status)),
                ("hold", format!("{:?}", layer.holds.get(id))),
                (
                    "slots",
                    format!("{:?}", layer.slots.runs_of(id).collect::<Vec<_>>()),
                ),
                ("rest", format!("{}{shares:?}{}", it.name, it.priority)),
            ];
            all.insert(thing(Some(id)), values.into());
        }
    }
    all
}

/// What should be told, kept by plain rules.
#[derive(Default)]
struct Model {
    /// Every thing as the journal says that it is.
    left: BTreeMap<ChangedThing, Values>,
    /// The entry after which each thing that isn't so was changed.
    since: BTreeMap<ChangedThing, i64>,
    /// What was changed since the last entry.
    recent: BTreeSet<ChangedThing>,
}

impl Model {
    /// An entry was written with these changes, and left this.
    fn entry(&mut self, changes: &[Change], now: &BTreeMap<ChangedThing, Values>) {
        let is_hold = |it: &Change| matches!(it.action, Action::Hold { .. });
        let is_release = |it: &Change| matches!(it.action, Action::Release { .. });
        for change in changes {
            let thing = ChangedThing::of(change);
            let now = &now[&thing];
            let keys: &[&str] = if changes.iter().all(is_hold) {
                &["hold", "status"]
            } else if changes.iter().all(is_release) {
                &["hold"]
            } else {
                self.left.insert(thing, now.clone());
                continue;
            };
            let left = self.left.get_mut(&thing).expect("a thing that is held");
            for key in keys {
                left.insert(key, now[key].clone());
            }
        }
        self.recent.clear();
        self.settle(now);
    }

    /// Another program wrote after this entry.
    fn outside(
        &mut self,
        after: i64,
        before: &BTreeMap<ChangedThing, Values>,
        now: &BTreeMap<ChangedThing, Values>,
    ) {
        for (thing, values) in now {
            if before[thing] != *values {
                self.since.entry(thing.clone()).or_insert(after);
                self.recent.insert(thing.clone());
            }
        }
        self.settle(now);
    }

    fn settle(&mut self, now: &BTreeMap<ChangedThing, Values>) {
        let left = &self.left;
        self.since.retain(|thing, _| left[thing] != now[thing]);
    }

    /// What differs, since when, and whether the files may end it.
    fn told(&self) -> Vec<(ChangedThing, i64, bool)> {
        let told = self.since.iter();
        told.map(|(thing, since)| {
            let hold = self.left[thing].get("hold");
            let is_held = hold.is_some_and(|hold| hold != "None");
            let ends_with_files = !self.recent.contains(thing) && !is_held;
            (thing.clone(), *since, ends_with_files)
        })
        .collect()
    }
}

fn told(store: &dyn StateStore) -> Vec<(ChangedThing, i64, bool)> {
    let (_, notes) = read_with_drift(store).expect("a state");
    let told = notes.into_iter().map(|it| {
        let (_, since) = it
            .note
            .message
            .rsplit_once("since journal ")
            .expect("since when");
        let thing = ChangedThing {
            layer_id: it.note.layer_id,
            experiment_id: it.note.experiment_id,
        };
        (thing, since.parse().expect("a number"), it.ends_with_files)
    });
    told.collect()
}

/// Applies what may be applied of a history, with other programs' writes in between, and compares after each.
fn is_told(history: &History, writes: &[Vec<OutsideWrite>], database: &mut impl WrittenOutside) {
    let mut model = Model::default();
    for (changes, writes) in history.written().into_iter().zip(writes.iter().cycle()) {
        let before = state(database.store());
        let plan = Plan {
            plan_id: id_of_plan(&changes, &before),
            base_layers: BaseLayers::of(&changes, &before),
            is_for_empty_database: before.layers.is_empty(),
            changes,
            diff: String::new(),
        };
        let author = Author::new("ada@example", now());
        let applied = database.store().apply(&plan, &author).expect("an apply");
        let entry = applied.journal_id.expect("an entry");
        let left = values(&state(database.store()).layers);
        model.entry(&plan.changes, &left);
        assert_eq!(told(database.store()), model.told(), "after entry {entry}");
        for write in writes {
            write_outside(database, write);
        }
        // Between two entries, what counts is what the next one finds.
        model.outside(entry, &left, &values(&state(database.store()).layers));
        assert_eq!(told(database.store()), model.told(), "after writes");
    }
}

/// A database in memory that another program can write to: such a write makes a new one with the old journal.
struct InMemory {
    store: MemoryStore,
    writes: u32,
}

impl InMemory {
    fn change(&mut self, change: impl FnOnce(&mut State)) {
        let mut state = state(&self.store);
        change(&mut state);
        self.writes += 1;
        state.revision = Revision::new(format!("outside {}", self.writes));
        let entries = self.store.journal(JournalQuery::All).expect("a journal");
        self.store = MemoryStore::new(HashAlgorithm::Sha256);
        self.store.fill(&state, &entries, now()).expect("a copy");
    }

    fn change_experiment(&mut self, id: &str, change: impl FnOnce(&mut Experiment)) {
        self.change(|state| {
            let layers = state.layers.values_mut().map(Arc::make_mut);
            let mut all = layers.flat_map(|layer| &mut layer.experiments);
            change(
                all.find(|it| it.experiment_id.as_str() == id)
                    .expect("known"),
            );
        });
    }
}

impl WrittenOutside for InMemory {
    fn store(&self) -> &dyn StateStore {
        &self.store
    }

    fn set_cap(&mut self, layer: &str, to: f64) {
        self.change(|state| {
            let layer = state.layers.get_mut(layer).expect("known");
            Arc::make_mut(layer).layer.total_traffic_percentage =
                Fraction::new(to).expect("a share");
        });
    }

    fn set_status(&mut self, experiment: &str, to: Status) {
        self.change_experiment(experiment, |it| it.status = to);
    }

    fn set_priority(&mut self, experiment: &str, to: i64) {
        self.change_experiment(experiment, |it| it.priority = to);
    }
}

#[cfg(any(feature = "store", feature = "postgres"))]
fn status_name(status: Status, is_upper: bool) -> String {
    let name = status.as_str();
    if is_upper {
        name.to_uppercase()
    } else {
        name.to_owned()
    }
}

#[cfg(feature = "store")]
struct InSqlite {
    store: avos::store::SqliteStore,
}

#[cfg(feature = "store")]
impl InSqlite {
    fn execute(&self, sql: &str, values: impl rusqlite::Params) {
        let database = rusqlite::Connection::open(self.store.path()).expect("a database");
        database.execute(sql, values).expect("valid SQL");
    }
}

#[cfg(feature = "store")]
impl WrittenOutside for InSqlite {
    fn store(&self) -> &dyn StateStore {
        &self.store
    }

    fn set_cap(&mut self, layer: &str, to: f64) {
        let sql = "UPDATE layers SET total_traffic_percentage = ?2 WHERE layer_id = ?1";
        self.execute(sql, (layer, to));
    }

    fn set_status(&mut self, experiment: &str, to: Status) {
        let sql = "UPDATE experiments SET status = ?2 WHERE experiment_id = ?1";
        self.execute(sql, (experiment, status_name(to, true)));
    }

    fn set_priority(&mut self, experiment: &str, to: i64) {
        let sql = "UPDATE experiments SET priority = ?2 WHERE experiment_id = ?1";
        self.execute(sql, (experiment, to));
    }
}

#[cfg(feature = "postgres")]
struct InPostgres {
    database: crate::support::postgres::TestDatabase,
    store: avos::store::PostgresStore,
}

#[cfg(feature = "postgres")]
impl WrittenOutside for InPostgres {
    fn store(&self) -> &dyn StateStore {
        &self.store
    }

    fn set_cap(&mut self, layer: &str, to: f64) {
        self.database.execute(&format!(
            "UPDATE avos.layers SET total_traffic_percentage = {to} WHERE layer_id = '{layer}'"
        ));
    }

    fn set_status(&mut self, experiment: &str, to: Status) {
        let to = status_name(to, false);
        self.database.execute(&format!(
            "UPDATE avos.experiments SET status = '{to}' WHERE experiment_id = '{experiment}'"
        ));
    }

    fn set_priority(&mut self, experiment: &str, to: i64) {
        self.database.execute(&format!(
            "UPDATE avos.experiments SET priority = {to} WHERE experiment_id = '{experiment}'"
        ));
    }
}

proptest! {
    #![proptest_config(with_cases(96))]

    #[test]
    fn what_others_wrote_is_told_until_it_is_set(history in histories(), writes in writes()) {
        let store = MemoryStore::new(HashAlgorithm::Sha256);
        is_told(&history, &writes, &mut InMemory { store, writes: 0 });
    }
}

#[cfg(feature = "store")]
proptest! {
    #![proptest_config(with_cases(12))]

    #[test]
    fn what_others_wrote_to_a_file_is_told_until_it_is_set(
        history in histories(),
        writes in writes(),
    ) {
        let directory = tempfile::tempdir().expect("a directory");
        let store = avos::store::SqliteStore::new(directory.path().join("avos.db"));
        is_told(&history, &writes, &mut InSqlite { store });
    }
}

#[cfg(feature = "postgres")]
proptest! {
    #![proptest_config(with_cases(12))]

    #[test]
    #[ignore = "needs a PostgreSQL server"]
    fn what_others_wrote_to_postgres_is_told_until_it_is_set(
        history in histories(),
        writes in writes(),
    ) {
        let database = crate::support::postgres::TestDatabase::new();
        let store = database.store();
        is_told(&history, &writes, &mut InPostgres { database, store });
    }
}
