//! The log's table in a DuckDB file: telling, creating and extending it.

use std::path::Path;

use duckdb::Connection;
use duckdb::arrow::datatypes::{DataType, SchemaRef};

use super::super::LogError;
use super::super::columns::{ADD_GROUP, CREATE, Shape, original, shape};
use super::open::{at, connect_to_write};

/// What a log's table has, and how its times are kept.
pub(super) struct Table {
    pub(super) shape: Shape,
    pub(super) times: Times,
}

/// The type of the times' column.
#[derive(Clone, Copy)]
pub(super) enum Times {
    /// Times with or without an offset, or dates.
    Time,
    /// Numbers: seconds since 1970.
    Number,
    /// Anything else, as text.
    Text,
}

/// A connection that appends to the log, which is created where there is none.
pub(super) fn writer(path: &Path) -> Result<Connection, LogError> {
    let connection = connect_to_write(path)?;
    let names = tables(&connection).map_err(at(path))?;
    if names.is_empty() {
        connection.execute_batch(CREATE).map_err(at(path))?;
    } else if !table(&connection, original(), path)?.shape.has_group {
        connection.execute_batch(ADD_GROUP).map_err(at(path))?;
    }
    Ok(connection)
}

fn tables(connection: &Connection) -> duckdb::Result<Vec<String>> {
    let query = "SELECT table_name FROM information_schema.tables ORDER BY table_name";
    let mut statement = connection.prepare(query)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// The log's table, if it has the columns that are needed.
pub(super) fn table(
    connection: &Connection,
    needed: &[&'static str],
    path: &Path,
) -> Result<Table, LogError> {
    let schema = match schema(connection) {
        Ok(schema) => schema,
        Err(error) => return Err(why_not(connection, error, path)),
    };
    // The first one is the row id.
    let fields = &schema.fields()[1..];
    let names: Vec<String> = fields.iter().map(|field| field.name().clone()).collect();
    let shape = shape(&names, needed, path)?;
    let is_time = |name: &String| name.eq_ignore_ascii_case("assignment_timestamp");
    let times = names.iter().position(is_time);
    let times = times.map_or(Times::Text, |index| match fields[index].data_type() {
        DataType::Timestamp(..) | DataType::Date32 => Times::Time,
        kind if kind.is_numeric() => Times::Number,
        _ => Times::Text,
    });
    Ok(Table { shape, times })
}

/// The columns of the log's table, after that of its row ids.
fn schema(connection: &Connection) -> duckdb::Result<SchemaRef> {
    let mut statement = connection.prepare("SELECT rowid, * FROM user_assignments LIMIT 0")?;
    Ok(statement.query_arrow([])?.get_schema())
}

/// Why the log's table can't be looked at.
fn why_not(connection: &Connection, error: duckdb::Error, path: &Path) -> LogError {
    let tables = match tables(connection) {
        Ok(tables) => tables,
        Err(error) => return at(path)(error),
    };
    let is_it = |name: &String| name.eq_ignore_ascii_case("user_assignments");
    let path = path.to_path_buf();
    if !tables.iter().any(is_it) {
        return LogError::NotALog { path, tables };
    }
    if error.to_string().contains("rowid") {
        return LogError::NoRowIds { path };
    }
    at(&path)(error)
}
