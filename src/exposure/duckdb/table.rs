//! The log's table in a DuckDB file: telling, creating and extending it.

use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use duckdb::arrow::datatypes::{DataType, SchemaRef};
use duckdb::{AccessMode, Config, Connection};

use super::super::LogError;
use super::super::columns::{ADD_GROUP, CREATE, Shape, Wanted, original, shape};
use crate::store::{self, StoreError};

/// How long a writer waits for the lock, which readers give back soon.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);
/// How often it asks: DuckDB can't wait.
const ASK_AGAIN: Duration = Duration::from_millis(20);

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

/// DuckDB's error with the file's name.
pub(super) fn at(path: &Path) -> impl Fn(duckdb::Error) -> LogError {
    move |error| {
        let path = path.to_path_buf();
        let said = error.to_string();
        // DuckDB tells its errors apart by their text alone.
        if said.contains("Could not set lock on file") {
            return LogError::Locked { path };
        }
        if said.contains("not a valid DuckDB database file") || said.contains("sqlite_scanner") {
            return LogError::NotDuckDb { path };
        }
        // What follows is advice for people who type SQL.
        let reason = said.lines().next().unwrap_or_default().to_owned();
        LogError::DuckDb { path, reason }
    }
}

/// A connection that reads the log and leaves no trace in it.
pub(super) fn reader(path: &Path, wanted: Wanted) -> Result<(Connection, Table), LogError> {
    let connection = connect(path, AccessMode::ReadOnly)?;
    let table = table(&connection, wanted.columns(), path)?;
    Ok((connection, table))
}

/// A connection that appends to the log, which is created where there is none.
pub(super) fn writer(path: &Path) -> Result<Connection, LogError> {
    if store::stamp(path)?.is_none() {
        check_place(path)?;
    }
    let deadline = Instant::now() + WRITE_PATIENCE;
    let connection = loop {
        match connect(path, AccessMode::ReadWrite) {
            Err(LogError::Locked { .. }) if Instant::now() < deadline => thread::sleep(ASK_AGAIN),
            connection => break connection?,
        }
    };
    let names = tables(&connection).map_err(at(path))?;
    if names.is_empty() {
        connection.execute_batch(CREATE).map_err(at(path))?;
    } else if !table(&connection, original(), path)?.shape.has_group {
        connection.execute_batch(ADD_GROUP).map_err(at(path))?;
    }
    Ok(connection)
}

/// Whether a file can be created there.
fn check_place(path: &Path) -> Result<(), StoreError> {
    let path = path.to_path_buf();
    if path.is_symlink() {
        return Err(StoreError::DanglingLink { path });
    }
    let directory = store::directory(&path);
    match directory.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(StoreError::MissingDirectory { path: directory })
        }
        _ => Ok(()),
    }
}

fn connect(path: &Path, mode: AccessMode) -> Result<Connection, LogError> {
    // Not even a directory or a device is left to DuckDB.
    store::stamp(path)?;
    // An absolute path keeps DuckDB from seeing `:memory:` or another scheme in a file's name.
    let absolute = std::path::absolute(path).map_err(|error| StoreError::io(path, error))?;
    let open = || {
        // Without this, a file of another kind makes DuckDB look for an extension in the network.
        let config = Config::default().enable_autoload_extension(false)?;
        Connection::open_with_flags(absolute, config.access_mode(mode)?)
    };
    open().map_err(at(path))
}

fn tables(connection: &Connection) -> duckdb::Result<Vec<String>> {
    let query = "SELECT table_name FROM information_schema.tables ORDER BY table_name";
    let mut statement = connection.prepare(query)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// The log's table, if it has the columns that are needed.
fn table(connection: &Connection, needed: &[&'static str], path: &Path) -> Result<Table, LogError> {
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
