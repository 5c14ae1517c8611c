//! The tables: those of the Python AVOS, and the additions to them.
//!
//! The schema version is in `PRAGMA user_version`. Other programs' databases are recognized by
//! their tables and extended only inside the transaction of an apply. The added columns have
//! defaults, so that the Python program can continue to read and write an extended database.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::Connection;

use super::failure::Failure;
use crate::domain::HashAlgorithm;
use crate::store::{Origin, SCHEMA_VERSION, StoreError};

/// The meta key of the hash that a new layer gets.
pub(super) const DEFAULT_HASH_ALGORITHM: &str = "default_hash_algorithm";

/// The table of holds, which came with version 2.
pub(super) const HOLDS: &str = "avos_holds";

/// The tables that identify an AVOS database, each with a column that another program's table of
/// this name would hardly have.
const TABLES: [(&str, &str); 3] = [
    ("layers", "layer_salt"),
    ("experiments", "traffic_allocation"),
    ("layer_slots", "slot_index"),
];

const CREATE_TABLES: &str = "
CREATE TABLE layers (
	layer_id VARCHAR NOT NULL,
	layer_salt VARCHAR NOT NULL,
	total_slots INTEGER NOT NULL,
	total_traffic_percentage FLOAT NOT NULL,
	created_at DATETIME NOT NULL,
	updated_at DATETIME NOT NULL,
	hash_algorithm VARCHAR NOT NULL DEFAULT 'md5',
	PRIMARY KEY (layer_id)
);
CREATE TABLE experiments (
	experiment_id VARCHAR NOT NULL,
	layer_id VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	variants VARCHAR NOT NULL,
	traffic_allocation VARCHAR NOT NULL,
	start_date DATETIME,
	end_date DATETIME,
	segment_allocations VARCHAR,
	geo_allocations VARCHAR,
	stratum_allocations VARCHAR,
	splitter_type VARCHAR NOT NULL,
	traffic_percentage FLOAT NOT NULL,
	reserved_percentage FLOAT,
	status VARCHAR(9) NOT NULL,
	priority INTEGER NOT NULL,
	created_at DATETIME NOT NULL,
	updated_at DATETIME NOT NULL,
	PRIMARY KEY (experiment_id),
	FOREIGN KEY(layer_id) REFERENCES layers (layer_id)
);
CREATE TABLE layer_slots (
	layer_id VARCHAR NOT NULL,
	slot_index INTEGER NOT NULL,
	experiment_id VARCHAR,
	reserved_experiment_id VARCHAR,
	PRIMARY KEY (layer_id, slot_index),
	FOREIGN KEY(layer_id) REFERENCES layers (layer_id),
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id),
	FOREIGN KEY(reserved_experiment_id) REFERENCES experiments (experiment_id)
);";

/// The table of the journal.
pub(super) const JOURNAL: &str = "avos_journal";

const CREATE_OURS: &str = "
CREATE TABLE IF NOT EXISTS avos_meta (
	key VARCHAR NOT NULL,
	value VARCHAR NOT NULL,
	PRIMARY KEY (key)
);
CREATE TABLE IF NOT EXISTS avos_journal (
	journal_id INTEGER NOT NULL,
	applied_at DATETIME NOT NULL,
	actor VARCHAR NOT NULL,
	plan_id VARCHAR NOT NULL,
	base_revision VARCHAR NOT NULL,
	revision VARCHAR NOT NULL,
	changes VARCHAR NOT NULL,
	diff VARCHAR NOT NULL,
	slots VARCHAR NOT NULL,
	kind VARCHAR,
	reason VARCHAR,
	ticket VARCHAR,
	git_commit VARCHAR,
	git_dirty BOOLEAN,
	base VARCHAR,
	PRIMARY KEY (journal_id)
);
CREATE TABLE IF NOT EXISTS avos_holds (
	experiment_id VARCHAR NOT NULL,
	layer_id VARCHAR NOT NULL,
	since DATETIME NOT NULL,
	until DATETIME,
	reason VARCHAR NOT NULL,
	actor VARCHAR NOT NULL,
	PRIMARY KEY (experiment_id)
);";

/// The columns that the original lacks, and those of ours that came with version 2: table, column,
/// definition for `ALTER TABLE`.
const ADDED_COLUMNS: [(&str, &str, &str); 9] = [
    ("layers", "hash_algorithm", "VARCHAR NOT NULL DEFAULT 'md5'"),
    ("experiments", "reserved_percentage", "FLOAT"),
    (
        "layer_slots",
        "reserved_experiment_id",
        "VARCHAR REFERENCES experiments (experiment_id)",
    ),
    ("avos_journal", "kind", "VARCHAR"),
    ("avos_journal", "reason", "VARCHAR"),
    ("avos_journal", "ticket", "VARCHAR"),
    ("avos_journal", "git_commit", "VARCHAR"),
    ("avos_journal", "git_dirty", "BOOLEAN"),
    ("avos_journal", "base", "VARCHAR"),
];

/// Detects who made the database, by its tables; a database that isn't ours is refused.
pub(super) fn origin(connection: &Connection, path: &Path) -> Result<Origin, Failure> {
    let tables = tables(connection)?;
    if tables.is_empty() {
        return Ok(Origin::Empty);
    }
    let mut has_all = true;
    for (table, column) in TABLES {
        has_all = has_all && has_column(connection, table, column)?;
    }
    let is_extended = tables.contains("avos_meta");
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > SCHEMA_VERSION && (has_all || is_extended) {
        return Err(Failure::from(StoreError::NewerVersion {
            database: path.into(),
            found,
            known: SCHEMA_VERSION,
        }));
    }
    if !has_all {
        return Err(Failure::from(StoreError::NotAvos {
            database: path.into(),
            tables: tables.into_iter().collect(),
        }));
    }
    if is_extended {
        Ok(Origin::Avos {
            schema_version: found,
        })
    } else if has_column(connection, "layer_slots", "reserved_experiment_id")? {
        Ok(Origin::Python2026)
    } else {
        Ok(Origin::Python2025)
    }
}

/// Migrates the database to the current schema; call it inside the transaction of an apply.
pub(super) fn migrate(connection: &Connection, origin: Origin) -> Result<(), Failure> {
    let default = match origin {
        // A lost table must not keep everybody from applying.
        Origin::Avos {
            schema_version: SCHEMA_VERSION,
        } if has_table(connection, JOURNAL)? && has_table(connection, HOLDS)? => return Ok(()),
        Origin::Missing | Origin::Empty => {
            connection.execute_batch(CREATE_TABLES)?;
            Some(HashAlgorithm::Sha256)
        }
        Origin::Python2025 | Origin::Python2026 => Some(HashAlgorithm::Md5),
        Origin::Avos { .. } => None,
    };
    connection.execute_batch(CREATE_OURS)?;
    for (table, column, definition) in ADDED_COLUMNS {
        if !has_column(connection, table, column)? {
            let add = format!("ALTER TABLE {table} ADD COLUMN {column} {definition}");
            connection.execute_batch(&add)?;
        }
    }
    if let Some(default) = default {
        let insert = "INSERT INTO avos_meta (key, value) VALUES (?1, ?2)";
        connection.execute(insert, (DEFAULT_HASH_ALGORITHM, default.as_str()))?;
    }
    connection.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    Ok(())
}

/// Sets the hash of new layers.
pub(super) fn set_default_hash(
    connection: &Connection,
    hash: HashAlgorithm,
) -> rusqlite::Result<()> {
    let update = "UPDATE avos_meta SET value = ?2 WHERE key = ?1";
    connection.execute(update, (DEFAULT_HASH_ALGORITHM, hash.as_str()))?;
    Ok(())
}

/// Returns the names of the tables, except SQLite's own.
fn tables(connection: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    let mut select = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let names = select.query_map([], |row| row.get(0))?;
    names.collect()
}

/// Returns whether the table exists.
pub(super) fn has_table(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    connection
        .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1")?
        .exists([table])
}

/// Returns whether another program left triggers, which write where this one doesn't.
pub(super) fn has_triggers(connection: &Connection) -> Result<bool, Failure> {
    let select = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger')";
    Ok(connection.query_row(select, [], |row| row.get(0))?)
}

/// Returns whether the table has this column.
pub(super) fn has_column(
    connection: &Connection,
    table: &str,
    column: &str,
) -> rusqlite::Result<bool> {
    connection
        .prepare("SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2")?
        .exists([table, column])
}
