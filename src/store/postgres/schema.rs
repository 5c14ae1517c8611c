//! The tables, and who may write them. Only `init` and `migrate` change them, never an apply.

use std::collections::HashMap;

use postgres::types::Type;
use postgres::{Client, GenericClient};

use super::failure::Failure;
use super::{PostgresUrl, ServerError};
use crate::domain::{HashAlgorithm, UnknownName};
use crate::store::revision::empty_revision;
use crate::store::{SCHEMA_VERSION, StoreError};

const VERSION: &str = "schema_version";
const DEFAULT_HASH_ALGORITHM: &str = "default_hash_algorithm";

/// Ids are compared byte by byte, whatever the database's language. JSON is kept as it was written.
const CREATE_TABLES: &str = r#"
CREATE SCHEMA IF NOT EXISTS avos;
CREATE TABLE IF NOT EXISTS avos.meta (
	key text COLLATE "C" PRIMARY KEY,
	value text NOT NULL
);
CREATE TABLE IF NOT EXISTS avos.state (
	one smallint PRIMARY KEY CHECK (one = 1),
	serial bigint NOT NULL,
	revision text NOT NULL,
	foreign_writes bigint NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS avos.layers (
	layer_id text COLLATE "C" PRIMARY KEY,
	layer_salt text NOT NULL,
	total_slots integer NOT NULL,
	total_traffic_percentage float8 NOT NULL,
	hash_algorithm text NOT NULL,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS avos.experiments (
	experiment_id text COLLATE "C" PRIMARY KEY,
	layer_id text COLLATE "C" NOT NULL,
	place integer NOT NULL,
	name text NOT NULL,
	variants json NOT NULL,
	traffic_allocation json NOT NULL,
	status text NOT NULL,
	start_date timestamptz,
	end_date timestamptz,
	splitter_type text NOT NULL,
	group_allocations json,
	traffic_percentage float8 NOT NULL,
	reserved_percentage float8 NOT NULL,
	priority bigint NOT NULL,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS avos.slot_runs (
	layer_id text COLLATE "C" NOT NULL,
	first_slot integer NOT NULL,
	last_slot integer NOT NULL,
	experiment_id text COLLATE "C" NOT NULL,
	usage text NOT NULL,
	PRIMARY KEY (layer_id, first_slot)
);
CREATE TABLE IF NOT EXISTS avos.holds (
	experiment_id text COLLATE "C" PRIMARY KEY,
	layer_id text COLLATE "C" NOT NULL,
	since timestamptz NOT NULL,
	until timestamptz,
	reason text NOT NULL,
	actor text NOT NULL
);
CREATE TABLE IF NOT EXISTS avos.journal (
	journal_id bigint PRIMARY KEY,
	applied_at timestamptz NOT NULL,
	actor text NOT NULL,
	plan_id text COLLATE "C" NOT NULL,
	base_revision text NOT NULL,
	revision text NOT NULL,
	began_empty boolean NOT NULL,
	kind text NOT NULL,
	changes json NOT NULL,
	slots json NOT NULL,
	diff text NOT NULL,
	reason text,
	ticket text,
	git_commit text,
	git_dirty boolean,
	base json
);
CREATE INDEX IF NOT EXISTS journal_plan_id ON avos.journal (plan_id);
"#;

/// The tables whose rows are the state.
const STATE_TABLES: [&str; 4] = ["layers", "experiments", "slot_runs", "holds"];

/// Counts and announces writes of other programs. An apply announces itself.
const CREATE_TRIGGER_FUNCTION: &str = "
CREATE OR REPLACE FUNCTION avos.note_foreign_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('avos.is_applying', true) IS DISTINCT FROM 'on' THEN
		UPDATE avos.state SET foreign_writes = foreign_writes + 1;
		PERFORM pg_notify('avos', 'foreign write');
	END IF;
	RETURN NULL;
END $$;";

/// Creates what is missing, and the triggers if they are asked for; returns whether the database was new.
pub(super) fn init(client: &mut Client, has_triggers: bool) -> Result<bool, Failure> {
    let mut transaction = client.transaction()?;
    transaction.batch_execute(CREATE_TABLES)?;
    let default = HashAlgorithm::Sha256;
    let meta = |key, value: String| format!("('{key}', '{value}')");
    let rows = transaction.execute(
        &format!(
            "INSERT INTO avos.meta (key, value) VALUES {}, {} ON CONFLICT DO NOTHING",
            meta(VERSION, SCHEMA_VERSION.to_string()),
            meta(DEFAULT_HASH_ALGORITHM, default.to_string()),
        ),
        &[],
    )?;
    transaction.execute_typed(
        "INSERT INTO avos.state (one, serial, revision) VALUES (1, 0, $1) ON CONFLICT DO NOTHING",
        &[(&empty_revision(default).as_str(), Type::TEXT)],
    )?;
    if has_triggers {
        transaction.batch_execute(CREATE_TRIGGER_FUNCTION)?;
        for table in STATE_TABLES {
            transaction.batch_execute(&format!(
                "DROP TRIGGER IF EXISTS note_foreign_write ON avos.{table};
                 CREATE TRIGGER note_foreign_write
                 AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON avos.{table}
                 FOR EACH STATEMENT EXECUTE FUNCTION avos.note_foreign_write();"
            ))?;
        }
    }
    transaction.commit()?;
    Ok(rows > 0)
}

/// Extends the tables of an earlier version; returns which it was, if there was anything to do.
pub(super) fn migrate(client: &mut Client, url: &PostgresUrl) -> Result<Option<i64>, Failure> {
    let found = match Meta::read(client, url) {
        Ok(_) => return Ok(None),
        Err(Failure::Complete(StoreError::Server(ServerError::OlderVersion { found, .. }))) => {
            found
        }
        Err(failure) => return Err(failure),
    };
    let mut transaction = client.transaction()?;
    transaction.batch_execute(CREATE_TABLES)?;
    transaction.execute_typed(
        "UPDATE avos.meta SET value = $2 WHERE key = $1",
        &[
            (&VERSION, Type::TEXT),
            (&SCHEMA_VERSION.to_string(), Type::TEXT),
        ],
    )?;
    transaction.commit()?;
    Ok(Some(found))
}

/// What the table `meta` says.
pub(super) struct Meta {
    pub(super) default_hash_algorithm: HashAlgorithm,
}

impl Meta {
    /// Reads it. Tables of another version are an error.
    pub(super) fn read(
        client: &mut impl GenericClient,
        url: &PostgresUrl,
    ) -> Result<Self, Failure> {
        let rows = client.query_typed("SELECT key, value FROM avos.meta", &[])?;
        let mut values = HashMap::new();
        for row in rows {
            values.insert(row.try_get::<_, String>(0)?, row.try_get::<_, String>(1)?);
        }
        let corrupt = |key: &str, what: String| StoreError::corrupt("meta", key, what);
        let value = |key: &str| {
            let value = values.get(key);
            value.ok_or_else(|| corrupt(key, "the row is missing".to_owned()))
        };
        let version = value(VERSION)?;
        let version: i64 = version
            .parse()
            .map_err(|_| corrupt(VERSION, format!("{version:?} isn't a number")))?;
        if version < SCHEMA_VERSION {
            let database = url.clone();
            let found = version;
            return Err(ServerError::OlderVersion { database, found }.into());
        }
        if version > SCHEMA_VERSION {
            return Err(Failure::Complete(StoreError::NewerVersion {
                database: url.clone().into(),
                found: version,
                known: SCHEMA_VERSION,
            }));
        }
        let hash = value(DEFAULT_HASH_ALGORITHM)?.parse();
        Ok(Self {
            default_hash_algorithm: hash
                .map_err(|error: UnknownName| corrupt(DEFAULT_HASH_ALGORITHM, error.to_string()))?,
        })
    }
}

/// Sets the hash of new layers.
pub(super) fn set_default_hash(
    client: &mut impl GenericClient,
    hash: HashAlgorithm,
) -> Result<(), Failure> {
    client.execute_typed(
        "UPDATE avos.meta SET value = $2 WHERE key = $1",
        &[
            (&DEFAULT_HASH_ALGORITHM, Type::TEXT),
            (&hash.as_str(), Type::TEXT),
        ],
    )?;
    Ok(())
}

/// Returns whether the user may apply: has the rights, and isn't connected to a standby.
pub(super) fn is_writable(client: &mut impl GenericClient) -> Result<bool, Failure> {
    let row = client.query_one(
        "SELECT has_table_privilege('avos.state', 'UPDATE')
            AND has_table_privilege('avos.journal', 'INSERT')
            AND NOT pg_is_in_recovery()
            AND current_setting('default_transaction_read_only') = 'off'",
        &[],
    )?;
    Ok(row.try_get(0)?)
}
