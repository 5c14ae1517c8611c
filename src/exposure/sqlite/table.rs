//! The log's table in a SQLite file: opening, inspecting, creating and extending it.

use std::fmt::Write;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::super::columns::{CREATE_TABLE, Further, TableShape, check_readable, check_writable};
use super::super::{Durability, LogError};
use crate::sqlite::{self, FileError, FileStamp};

/// How long a read waits for another program's lock.
const READ_PATIENCE: Duration = Duration::from_secs(2);
/// How long a write waits for another program's lock. Callers don't wait for it.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);

/// A log is written and read sequentially, so pages four times as large as SQLite's default save steps from
/// page to page. A transaction of few rows writes a whole page.
const PAGE_SIZE: i64 = 16384;
/// The bytes after which the write-ahead log is merged into the file. Each merge costs two syncs; SQLite's
/// default of 1000 pages would cause several a second under load.
const MERGE_BYTES: i64 = 32 << 20;

/// Adds the file's name to SQLite's error.
pub(super) fn sqlite_error(path: &Path) -> impl Fn(rusqlite::Error) -> LogError {
    move |error| FileError::sqlite(path, error).into()
}

/// A connection that reads the log without changing it.
pub(super) struct SqliteReader {
    pub(super) connection: Connection,
    pub(super) shape: TableShape,
    /// The stamp that a file read without locks must still have after each read.
    pub(super) unlocked: Option<FileStamp>,
}

impl SqliteReader {
    /// Opens the file; `further` is read besides.
    pub(super) fn open(path: &Path, further: &Further) -> Result<Self, LogError> {
        let connection = sqlite::open_reader(path, READ_PATIENCE)?;
        match columns(&connection, path) {
            Ok(columns) => Ok(Self {
                connection,
                shape: check_readable(&columns, further, path)?,
                unlocked: None,
            }),
            Err(error) if lacks_shared_memory(&error) => Self::open_unlocked(path, further),
            Err(error) => Err(error),
        }
    }

    /// Opens the file as immutable, without its sidecar files. That is the whole log if the last writer
    /// has closed it.
    fn open_unlocked(path: &Path, further: &Further) -> Result<Self, LogError> {
        let stamp = sqlite::stamp(path)?;
        let write_ahead_log = sqlite::sidecar(path, "-wal");
        if fs::metadata(write_ahead_log).is_ok_and(|metadata| metadata.len() > 0) {
            return Err(LogError::Unmerged { log: path.into() });
        }
        let absolute = std::path::absolute(path).map_err(|error| FileError::io(path, error))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(immutable_uri(&absolute), flags);
        let connection = connection.map_err(sqlite_error(path))?;
        sqlite::check_pages(&connection, path)?;
        let columns = columns(&connection, path)?;
        Ok(Self {
            connection,
            shape: check_readable(&columns, further, path)?,
            unlocked: stamp,
        })
    }
}

/// Whether SQLite could neither use nor create the sidecar files of a write-ahead log.
fn lacks_shared_memory(error: &LogError) -> bool {
    match error {
        LogError::Database(FileError::ReadOnly { .. }) => true,
        LogError::Database(error) => error.sqlite_code() == Some(ErrorCode::CannotOpen),
        _ => false,
    }
}

/// Returns the URI by which SQLite opens a file as immutable.
fn immutable_uri(absolute: &Path) -> String {
    let mut uri = "file:".to_owned();
    for byte in absolute.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                uri.push(char::from(*byte));
            }
            // Writing to a String can't fail.
            other => _ = write!(uri, "%{other:02x}"),
        }
    }
    uri + "?immutable=1"
}

/// Opens a connection for appending; creates the log if there is none.
pub(super) fn open_writer(path: &Path, durability: Durability) -> Result<Connection, LogError> {
    create_file(path)?;
    let mut connection = sqlite::open_writer(path, WRITE_PATIENCE)?;
    let tables = tables(&connection).map_err(sqlite_error(path))?;
    if tables.is_empty() {
        let size = connection.pragma_update(None, "page_size", PAGE_SIZE);
        size.map_err(sqlite_error(path))?;
    }
    let is_alone = matches!(&tables[..], [] | [_]);
    create_table(&mut connection, path)?;
    configure(&connection, is_alone, durability).map_err(sqlite_error(path))?;
    Ok(connection)
}

/// Creates an empty file, which SQLite treats as an empty database, unless there is a file.
fn create_file(path: &Path) -> Result<(), LogError> {
    if sqlite::stamp(path)?.is_some() {
        return Ok(());
    }
    let Err(wrong) = File::create_new(path) else {
        return Ok(());
    };
    let path = path.to_path_buf();
    Err(LogError::from(match wrong.kind() {
        io::ErrorKind::AlreadyExists if path.is_symlink() => FileError::DanglingLink { path },
        io::ErrorKind::AlreadyExists => return Ok(()),
        io::ErrorKind::NotFound => FileError::MissingDirectory {
            path: sqlite::parent_directory(&path),
        },
        _ => FileError::io(&path, wrong),
    }))
}

/// Creates the table in an empty database, or adds the columns that an older one lacks.
fn create_table(connection: &mut Connection, path: &Path) -> Result<(), LogError> {
    let added = |connection: &Connection| {
        Ok::<_, LogError>(check_writable(&columns(connection, path)?, path)?.add_columns_sql())
    };
    let is_missing = tables(connection).map_err(sqlite_error(path))?.is_empty();
    if !is_missing && added(connection)?.is_none() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = transaction.map_err(sqlite_error(path))?;
    // Check again: another program may have been first.
    if tables(&transaction).map_err(sqlite_error(path))?.is_empty() {
        remove_leftovers(path)?;
        transaction
            .execute_batch(CREATE_TABLE)
            .map_err(sqlite_error(path))?;
    } else if let Some(added) = added(&transaction)? {
        transaction
            .execute_batch(&added)
            .map_err(sqlite_error(path))?;
    }
    transaction.commit().map_err(sqlite_error(path))
}

/// Removes sidecar files beside an empty file. They belong to a log of the same name that was moved while
/// it was read, and SQLite would use them for the new one. Only its readers still use them: the
/// transaction keeps others from starting a write-ahead log for the empty file.
fn remove_leftovers(path: &Path) -> Result<(), LogError> {
    for ending in ["-wal", "-shm"] {
        match fs::remove_file(sqlite::sidecar(path, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(FileError::io(path, error).into());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Configures a connection for appending. A write-ahead log lets readers read meanwhile. In a database
/// with other tables, the journal mode is left to their owner. SQLite also leaves it unchanged if the
/// file system can't share memory.
fn configure(
    connection: &Connection,
    is_alone: bool,
    durability: Durability,
) -> rusqlite::Result<()> {
    if is_alone {
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    }
    let page_size: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    connection.pragma_update(None, "wal_autocheckpoint", MERGE_BYTES / page_size)?;
    let synchronous = match durability {
        Durability::Program => "normal",
        Durability::Power => "full",
    };
    connection.pragma_update(None, "synchronous", synchronous)
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let query = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') \
                 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let mut statement = connection.prepare(query)?;
    statement.query_map((), |row| row.get(0))?.collect()
}

/// Returns the columns of the log's table.
fn columns(connection: &Connection, path: &Path) -> Result<Vec<String>, LogError> {
    let kind = "SELECT type = 'table' AND NOT wr FROM pragma_table_list('user_assignments')";
    let has_row_ids = connection.query_row(kind, (), |row| row.get(0));
    match has_row_ids {
        Ok(true) => {}
        Ok(false) => {
            return Err(LogError::NoRowIds { log: path.into() });
        }
        Err(rusqlite::Error::QueryReturnedNoRows) => {
            let tables = tables(connection).map_err(sqlite_error(path))?;
            return Err(LogError::NotALog {
                log: path.into(),
                tables,
            });
        }
        Err(error) => return Err(sqlite_error(path)(error)),
    }
    let names = || {
        let query = "SELECT name FROM pragma_table_xinfo('user_assignments')";
        let mut statement = connection.prepare(query)?;
        let names = statement.query_map((), |row| row.get(0))?;
        names.collect::<rusqlite::Result<Vec<String>>>()
    };
    let names = names().map_err(sqlite_error(path))?;
    // A column with this name hides the row ids.
    if names
        .iter()
        .any(|name| name.eq_ignore_ascii_case("_rowid_"))
    {
        return Err(LogError::NoRowIds { log: path.into() });
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_is_opened_as_it_is() {
        let directory = tempfile::tempdir().expect("a directory");
        for name in ["plain.db", "a b?c#d%41&mode=rw.db", "ü:memory:.db"] {
            let path = directory.path().join(name);
            let connection = Connection::open(&path).expect("a database");
            connection.execute_batch(CREATE_TABLE).expect("a table");
            drop(connection);
            let reader = SqliteReader::open_unlocked(&path, &Further::Nothing).expect("a log");
            assert!(reader.shape.lacking.is_empty() && reader.unlocked.is_some());
        }
    }
}
