//! The log's table in a SQLite file: telling, creating and extending it.

use std::fmt::Write;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::super::columns::{
    ADD_GROUP_COLUMN, CREATE_TABLE, TableShape, check_readable, check_writable,
};
use super::super::{Durability, LogError};
use crate::sqlite::{self, FileError, FileStamp};

/// How long a read waits for another program's lock.
const READ_PATIENCE: Duration = Duration::from_secs(2);
/// How long a write, which nobody waits for, waits for another program's lock.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);

/// A log is written and read from its first row to its last: pages larger than SQLite's own 4 KiB
/// halve the steps from page to page.
const PAGE_SIZE: i64 = 8192;
/// After how many pages the write-ahead log is merged into the file: 32 MiB, each at the cost of
/// two syncs. SQLite's own 1000 pages would sync several times a second under load.
const AUTOCHECKPOINT: i64 = 4096;

/// SQLite's error with the file's name.
pub(super) fn sqlite_error(path: &Path) -> impl Fn(rusqlite::Error) -> LogError {
    move |error| FileError::sqlite(path, error).into()
}

/// A connection that reads the log and leaves no trace in it.
pub(super) struct SqliteReader {
    pub(super) connection: Connection,
    pub(super) shape: TableShape,
    /// What the file must still be after each reading: nothing locks it.
    pub(super) unlocked: Option<FileStamp>,
}

impl SqliteReader {
    pub(super) fn open(path: &Path) -> Result<Self, LogError> {
        let connection = sqlite::reader(path, READ_PATIENCE)?;
        match columns(&connection, path) {
            Ok(columns) => Ok(Self {
                connection,
                shape: check_readable(&columns, path)?,
                unlocked: None,
            }),
            Err(error) if lacks_shared_memory(&error) => Self::open_unlocked(path),
            Err(error) => Err(error),
        }
    }

    /// Reads the file alone, as if nobody could write it. That is all of the log if the last program
    /// that wrote it has closed it.
    fn open_unlocked(path: &Path) -> Result<Self, LogError> {
        let stamp = sqlite::stamp(path)?;
        let write_ahead_log = sqlite::sidecar(path, "-wal");
        if fs::metadata(write_ahead_log).is_ok_and(|metadata| metadata.len() > 0) {
            let path = path.to_path_buf();
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
            shape: check_readable(&columns, path)?,
            unlocked: stamp,
        })
    }
}

/// Whether SQLite could neither use nor create the files beside a log with a write-ahead log.
fn lacks_shared_memory(error: &LogError) -> bool {
    match error {
        LogError::Database(FileError::ReadOnly { .. }) => true,
        LogError::Database(error) => error.sqlite_code() == Some(ErrorCode::CannotOpen),
        _ => false,
    }
}

/// The name by which SQLite opens a file that nobody changes.
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

/// A connection that appends to the log, which is created where there is none.
pub(super) fn open_writer(path: &Path, durability: Durability) -> Result<Connection, LogError> {
    create_file(path)?;
    let mut connection = sqlite::writer(path, WRITE_PATIENCE)?;
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

/// An empty file, which SQLite takes for an empty database, unless there is one.
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
            path: sqlite::directory(&path),
        },
        _ => FileError::io(&path, wrong),
    }))
}

/// Creates the table in an empty database, and gives an older one our column.
fn create_table(connection: &mut Connection, path: &Path) -> Result<(), LogError> {
    let is_missing = tables(connection).map_err(sqlite_error(path))?.is_empty();
    if !is_missing && check_writable(&columns(connection, path)?, path)?.has_group {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = transaction.map_err(sqlite_error(path))?;
    // Looked at again: another program may have been first.
    if tables(&transaction).map_err(sqlite_error(path))?.is_empty() {
        remove_leftovers(path)?;
        transaction
            .execute_batch(CREATE_TABLE)
            .map_err(sqlite_error(path))?;
    } else if !check_writable(&columns(&transaction, path)?, path)?.has_group {
        transaction
            .execute_batch(ADD_GROUP_COLUMN)
            .map_err(sqlite_error(path))?;
    }
    transaction.commit().map_err(sqlite_error(path))
}

/// Removes what stands beside an empty file: it is of a log of the same name that was moved away
/// while others read it, and SQLite would take it for the new one's. Nobody but them uses it: the
/// transaction keeps others from giving the empty file a write-ahead log.
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

/// A log takes turns with its readers by a write-ahead log. Where the table stands among others,
/// the journal mode is theirs to choose; where the file system can't share memory, SQLite leaves
/// it as it is.
fn configure(
    connection: &Connection,
    is_alone: bool,
    durability: Durability,
) -> rusqlite::Result<()> {
    if is_alone {
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    }
    connection.pragma_update(None, "wal_autocheckpoint", AUTOCHECKPOINT)?;
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

/// The columns of the log's table.
fn columns(connection: &Connection, path: &Path) -> Result<Vec<String>, LogError> {
    let kind = "SELECT type = 'table' AND NOT wr FROM pragma_table_list('user_assignments')";
    let has_row_ids = connection.query_row(kind, (), |row| row.get(0));
    match has_row_ids {
        Ok(true) => {}
        Ok(false) => {
            let path = path.to_path_buf();
            return Err(LogError::NoRowIds { log: path.into() });
        }
        Err(rusqlite::Error::QueryReturnedNoRows) => {
            let tables = tables(connection).map_err(sqlite_error(path))?;
            let path = path.to_path_buf();
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
    // A column of that name hides the row ids.
    if names
        .iter()
        .any(|name| name.eq_ignore_ascii_case("_rowid_"))
    {
        let path = path.to_path_buf();
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
            let reader = SqliteReader::open_unlocked(&path).expect("a log");
            assert!(reader.shape.has_group && reader.unlocked.is_some());
        }
    }
}
