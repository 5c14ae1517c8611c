//! Places for databases, hand-made plans, looks at raw rows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use avos::domain::{Revision, SlotUse, State};
use avos::plan::{BaseLayers, Change, Plan};
use avos::store::{Applied, Author, JournalQuery, Snapshot, SqliteStore, StateStore, StoreError};
use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::types::Value;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::support::reviewing::id_of_plan;

/// A directory with a database in it, which may not exist yet.
pub(super) struct Place {
    directory: TempDir,
    pub(super) path: PathBuf,
    pub(super) store: SqliteStore,
}

impl Place {
    /// Without a database.
    pub(super) fn empty() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("avos.db");
        // Nothing here should wait; where it does, it is the lock that a test holds.
        let store = SqliteStore::new(&path).with_patience(Duration::from_millis(20));
        Self {
            directory,
            path,
            store,
        }
    }

    /// With a copy of a reference database.
    pub(super) fn with_reference(name: &str) -> Self {
        let place = Self::empty();
        std::fs::copy(reference(name), &place.path).expect("a copy");
        place
    }

    /// With a database in which `exp` is active on the lower half of `web`, 10 slots of 20
    /// reserved for it in all.
    pub(super) fn with_experiment() -> Self {
        let place = Self::empty();
        place
            .apply(&[create_layer("web", 20), create_exp()])
            .expect("applied");
        place
    }

    /// Takes the database back to schema version 1: without what version 2 added.
    pub(super) fn make_version_1(&self) {
        let added = [
            "kind",
            "reason",
            "ticket",
            "git_commit",
            "git_dirty",
            "base",
        ];
        for column in added {
            self.execute(&format!("ALTER TABLE avos_journal DROP COLUMN {column}"));
        }
        self.execute("DROP TABLE avos_holds; PRAGMA user_version = 1");
    }

    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The names in the directory, in order.
    pub(super) fn names(&self) -> Vec<String> {
        names(self.directory())
    }

    pub(super) fn read(&self) -> Snapshot {
        self.store.snapshot().expect("a readable database")
    }

    /// How many applies the journal has.
    pub(super) fn applies(&self) -> usize {
        let entries = self.store.journal(JournalQuery::All);
        entries.expect("a journal").len()
    }

    pub(super) fn state(&self) -> State {
        self.read().state
    }

    /// The revision.
    pub(super) fn revision(&self) -> Revision {
        self.read().state.revision
    }

    /// Applies changes made for what is there now.
    pub(super) fn apply(&self, changes: &[Json]) -> Result<Applied, StoreError> {
        self.store
            .apply(&self.plan(changes), &Author::new("ada@example", at()))
    }

    /// A plan of these changes for what is there now.
    pub(super) fn plan(&self, changes: &[Json]) -> Plan {
        let base = if self.path.exists() {
            self.state()
        } else {
            Snapshot::empty().state
        };
        plan(&base, changes)
    }

    /// Another program's connection.
    pub(super) fn other_program(&self) -> Connection {
        Connection::open(&self.path).expect("a connection")
    }

    /// Another program's statements.
    pub(super) fn execute(&self, sql: &str) {
        self.other_program().execute_batch(sql).expect("valid SQL");
    }

    /// The raw rows of a query, values separated by `|`, as `sqlite3` prints them.
    pub(super) fn rows(&self, sql: &str) -> Vec<String> {
        let connection = self.other_program();
        let mut select = connection.prepare(sql).expect("valid SQL");
        let columns = select.column_count();
        let rows = select.query_map([], |row| {
            let values = (0..columns).map(|index| row.get::<_, Value>(index).map(shown));
            Ok(values.collect::<Result<Vec<_>, _>>()?.join("|"))
        });
        rows.expect("a query")
            .map(|row| row.expect("a row"))
            .collect()
    }
}

fn shown(value: Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("{bytes:?}"),
    }
}

pub(super) fn reference(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/reference")
        .join(name)
}

pub(super) fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

pub(super) fn at() -> Timestamp {
    "2026-05-06T07:08:09.123456Z".parse().expect("a time")
}

/// A plan of these changes for this state.
pub(crate) fn plan(base: &State, changes: &[Json]) -> Plan {
    let change = |json: &Json| serde_json::from_value(json.clone()).expect("a change");
    let changes: Vec<Change> = changes.iter().map(change).collect();
    Plan {
        plan_id: id_of_plan(&changes, base),
        base_layers: BaseLayers::of(&changes, base),
        is_for_empty_database: base.layers.is_empty(),
        changes,
        diff: "--- database\n+++ files\n".to_owned(),
    }
}

pub(crate) fn create_layer(id: &str, total_slots: u32) -> Json {
    json!({"layer_id": id, "experiment_id": null, "kind": "create_layer",
        "layer_salt": format!("{id}_salt"), "total_slots": total_slots,
        "total_traffic_percentage": 1.0, "hash_algorithm": "sha256"})
}

/// The creation of `exp` on `web`.
pub(super) fn create_exp() -> Json {
    create_experiment("web", "exp", &json!({"reserved_percentage": 0.5}), [5, 5])
}

/// The creation of an experiment with a quarter of the traffic, an active one with two variants;
/// `more` adds and replaces keys. It gets so many active slots and ones that are reserved only.
pub(crate) fn create_experiment(layer: &str, id: &str, more: &Json, slots: [u32; 2]) -> Json {
    let mut experiment = json!({"experiment_id": id, "layer_id": layer, "name": "An experiment",
        "variants": ["control", "blue"], "traffic_allocation": {"control": 0.5, "blue": 0.5},
        "status": "active", "splitter_type": "hash", "traffic_percentage": 0.25});
    for (key, value) in more.as_object().expect("a map") {
        experiment[key] = value.clone();
    }
    json!({"layer_id": layer, "experiment_id": id, "kind": "create_experiment",
        "experiment": experiment, "slots": counts([0, 0], slots)})
}

/// Active and reserved-only slots before and afterwards.
pub(super) fn counts(before: [u32; 2], after: [u32; 2]) -> Json {
    json!({"active_before": before[0], "active_after": after[0],
        "reserved_before": before[1], "reserved_after": after[1]})
}

/// A change of `exp` on `web` of this kind with these keys.
pub(super) fn change_exp(kind: &str, more: &Json) -> Json {
    let mut change = json!({"layer_id": "web", "experiment_id": "exp", "kind": kind});
    for (key, value) in more.as_object().expect("a map") {
        change[key] = value.clone();
    }
    change
}

/// The runs of a layer, like `0-4 exp active`.
pub(super) fn runs(state: &State, layer: &str) -> Vec<String> {
    let runs = state.layers[layer].slots.runs();
    let run = runs.map(|run| {
        let usage = match run.usage {
            SlotUse::Active => "active",
            SlotUse::Reserved => "reserved",
        };
        format!("{}-{} {} {usage}", run.first, run.last, run.experiment_id)
    });
    run.collect()
}

/// Applies changes made for what is there now, in any store.
#[cfg(feature = "postgres")]
pub(super) fn apply(store: &dyn StateStore, changes: &[Json]) {
    let state = store.snapshot().expect("a state").state;
    let author = Author::new("ada@example", at());
    store
        .apply(&plan(&state, changes), &author)
        .expect("applied");
}
