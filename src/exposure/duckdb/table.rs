//! The log's table in a DuckDB file: inspecting, creating and extending it.

use std::path::Path;

use duckdb::Connection;
use duckdb::arrow::datatypes::SchemaRef;

use super::super::LogError;
use super::super::columns::{CREATE_TABLE, Further, TableShape, check_readable, check_writable};
use super::open::{connect_to_write, duckdb_error};

/// Opens a connection for appending; creates the log if there is none.
pub(super) fn open_writer(path: &Path) -> Result<Connection, LogError> {
    let connection = connect_to_write(path)?;
    let names = tables(&connection).map_err(duckdb_error(path))?;
    if names.is_empty() {
        connection
            .execute_batch(CREATE_TABLE)
            .map_err(duckdb_error(path))?;
    } else {
        let shape = check_writable(&columns(&connection, path)?, path)?;
        let added = shape.add_columns_sql().unwrap_or_default();
        connection
            .execute_batch(&added)
            .map_err(duckdb_error(path))?;
    }
    Ok(connection)
}

fn tables(connection: &Connection) -> duckdb::Result<Vec<String>> {
    let query = "SELECT table_name FROM information_schema.tables
                 WHERE table_catalog = current_database() ORDER BY table_name";
    let mut statement = connection.prepare(query)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// Returns which columns the log's table has, if these and what `further` says can be read.
pub(super) fn shape(
    connection: &Connection,
    further: &Further,
    path: &Path,
) -> Result<TableShape, LogError> {
    check_readable(&columns(connection, path)?, further, path)
}

/// Returns the columns of the log's table.
fn columns(connection: &Connection, path: &Path) -> Result<Vec<String>, LogError> {
    let schema = schema(connection, "rowid, *");
    let schema = schema.map_err(|error| explain_failure(connection, error, path))?;
    // The first one is the row id.
    let fields = schema.fields()[1..].iter();
    Ok(fields.map(|field| field.name().clone()).collect())
}

/// Returns the schema of a query for these columns.
pub(super) fn schema(connection: &Connection, selected: &str) -> duckdb::Result<SchemaRef> {
    let query = format!("SELECT {selected} FROM user_assignments LIMIT 0");
    let mut statement = connection.prepare(&query)?;
    Ok(statement.query_arrow([])?.get_schema())
}

/// Returns why the log's table can't be inspected.
fn explain_failure(connection: &Connection, error: duckdb::Error, path: &Path) -> LogError {
    let tables = match tables(connection) {
        Ok(tables) => tables,
        Err(error) => return duckdb_error(path)(error),
    };
    let is_log = |name: &String| name.eq_ignore_ascii_case("user_assignments");
    if !tables.iter().any(is_log) {
        return LogError::NotALog {
            log: path.into(),
            tables,
        };
    }
    if error.to_string().contains("rowid") {
        return LogError::NoRowIds { log: path.into() };
    }
    duckdb_error(path)(error)
}
