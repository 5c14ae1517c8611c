//! Engines to test with, and how rows get into them.

use std::env;
use std::fmt::Write;

use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_core::{Connection, Database, Driver, LOAD_FLAG_DEFAULT, Statement};
use adbc_driver_manager::ManagedDriver;
use jiff::Timestamp;

use super::reference::LogRow;
use crate::exposure::{Dialect, SecretText, SourceColumns, SourceRelation, WarehouseSource};

/// Returns a variable that `.ci/run` sets.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} isn't set; see CONTRIBUTING.md"))
}

/// A source in this engine, with the columns that AVOS writes.
pub(super) fn source(dialect: Dialect, relation: SourceRelation) -> WarehouseSource {
    let (driver, entrypoint, options) = match dialect {
        Dialect::PostgreSql => (
            variable("AVOS_TEST_ADBC_POSTGRESQL"),
            None,
            vec![("uri", variable("AVOS_TEST_POSTGRES"))],
        ),
        Dialect::DuckDb => (
            variable("AVOS_TEST_ADBC_DUCKDB"),
            Some("duckdb_adbc_init".to_owned()),
            vec![("path", ":memory:".to_owned())],
        ),
        Dialect::Spark => (
            variable("AVOS_TEST_ADBC_FLIGHTSQL"),
            None,
            vec![("uri", variable("AVOS_TEST_FLIGHTSQL"))],
        ),
        Dialect::BigQuery | Dialect::Snowflake | Dialect::Trino | Dialect::ClickHouse => {
            panic!("CI doesn't run {}", dialect.as_str())
        }
    };
    let options = options.into_iter();
    let options = options.map(|(name, value)| (name.to_owned(), SecretText::new(value, [])));
    WarehouseSource {
        name: dialect.as_str().to_owned(),
        driver,
        entrypoint,
        dialect,
        options: options.collect(),
        relation,
        columns: SourceColumns::default(),
        dimensions: Vec::new(),
    }
}

/// Runs statements in the source's engine.
pub(super) fn run(source: &WarehouseSource, statements: &[&str]) {
    let entrypoint = source.entrypoint.as_deref().map(str::as_bytes);
    let version = AdbcVersion::V110;
    let driver =
        ManagedDriver::load_from_name(&source.driver, entrypoint, version, LOAD_FLAG_DEFAULT, None);
    let options = source.options.iter().map(|(name, value)| {
        let value = OptionValue::String(value.reveal().to_owned());
        (OptionDatabase::from(name.as_str()), value)
    });
    let database = driver.expect("a driver").new_database_with_opts(options);
    let mut connection = database
        .expect("a database")
        .new_connection()
        .expect("a connection");
    for statement in statements {
        let mut prepared = connection.new_statement().expect("a statement");
        prepared.set_sql_query(statement).expect("a query");
        let answer = prepared.execute();
        let answer = answer.unwrap_or_else(|error| panic!("{statement}: {error}"));
        answer.for_each(|batch| drop(batch.expect("a batch")));
    }
}

/// Returns a query with these rows as its answer. Times are those of the engine's type with a zone.
pub(super) fn rows_query(dialect: Dialect, rows: &[LogRow]) -> String {
    let text = if dialect == Dialect::Spark {
        "STRING"
    } else {
        "VARCHAR"
    };
    let quoted = |value: &Option<String>| match value {
        Some(value) => format!("CAST('{}' AS {text})", value.replace('\'', "''")),
        None => format!("CAST(NULL AS {text})"),
    };
    let time = if dialect == Dialect::Spark {
        "TIMESTAMP"
    } else {
        "TIMESTAMP WITH TIME ZONE"
    };
    let mut values = String::new();
    for row in rows {
        let at = row.micros.map_or("NULL".to_owned(), |micros| {
            let at = Timestamp::from_microsecond(micros).expect("a time");
            format!("'{at}'")
        });
        let slot = row.slot.map_or("NULL".to_owned(), |slot| slot.to_string());
        let separator = if values.is_empty() { "" } else { ",\n" };
        let _ = write!(
            values,
            "{separator}({}, {}, CAST({slot} AS BIGINT), {}, {}, {}, CAST({at} AS {time}), {})",
            quoted(&row.unit),
            quoted(&row.layer),
            quoted(&row.experiment),
            quoted(&row.variant),
            quoted(&row.status),
            quoted(&row.group),
        );
    }
    format!(
        "SELECT * FROM (VALUES {values}) AS v(unit_id, layer_id, slot_index, experiment_id, variant, status, \
         assignment_timestamp, group_key)"
    )
}
