//! Attaches files for reading to one DuckDB that stays in memory.
//!
//! Starting a DuckDB takes some 15 ms, and the console reads a log again after each of its changes.
//! Attaching a file to a running DuckDB takes less than one. Detaching it closes the file and releases its
//! lock, so that a writer can open it.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use duckdb::Connection;

use super::super::LogError;
use super::open::{absolute_path, config, duckdb_error, utf8_path};

/// The running DuckDB.
static ENGINE: Mutex<Option<Connection>> = Mutex::new(None);
/// Numbers the attached files.
static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

/// A file that is attached until this is dropped. Its readers must be dropped before.
pub(super) struct AttachedFile {
    /// Belongs to the DuckDB that has the file, and isn't used for reading.
    keeper: Connection,
    name: String,
}

impl AttachedFile {
    /// Opens the file for reading.
    pub(super) fn open(path: &Path) -> Result<Self, LogError> {
        let absolute = absolute_path(path)?;
        let absolute = utf8_path(&absolute)?;
        let mut engine = lock_engine();
        let attached = Self::attach(&mut engine, absolute).map_err(duckdb_error(path));
        attached.inspect_err(|error| {
            // An internal error makes a DuckDB refuse all further work.
            if !error.is_busy() {
                *engine = None;
            }
        })
    }

    fn attach(engine: &mut Option<Connection>, absolute: &str) -> duckdb::Result<Self> {
        let keeper = connect_to(engine)?;
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("log_{number}");
        let quoted = absolute.replace('\'', "''");
        let attach = format!("ATTACH '{quoted}' AS {name} (TYPE duckdb, READ_ONLY)");
        keeper.execute_batch(&attach)?;
        Ok(Self { keeper, name })
    }

    /// Connects a reader to the file.
    pub(super) fn connect(&self) -> duckdb::Result<FileConnection> {
        FileConnection::new(self.keeper.try_clone()?, self.name.clone())
    }
}

impl Drop for AttachedFile {
    fn drop(&mut self) {
        let detach = format!("DETACH {}", self.name);
        if self.keeper.execute_batch(&detach).is_err() {
            // It refuses all work. The file is closed with the last connection.
            discard_engine();
        }
    }
}

/// A connection to an attached file, whose tables need no further name.
pub(super) struct FileConnection {
    pub(super) connection: Connection,
    name: String,
}

impl FileConnection {
    fn new(connection: Connection, name: String) -> duckdb::Result<Self> {
        connection.execute_batch(&format!("USE {name}"))?;
        Ok(Self { connection, name })
    }

    /// Connects another reader.
    pub(super) fn try_clone(&self) -> duckdb::Result<Self> {
        Self::new(self.connection.try_clone()?, self.name.clone())
    }
}

/// Connects to the running DuckDB.
pub(super) fn connect() -> duckdb::Result<Connection> {
    connect_to(&mut lock_engine())
}

/// Leaves the running DuckDB to its connections: after an internal error it refuses all work.
pub(super) fn discard_engine() {
    *lock_engine() = None;
}

fn connect_to(engine: &mut Option<Connection>) -> duckdb::Result<Connection> {
    match engine {
        Some(running) => running.try_clone(),
        None => engine.insert(start_engine()?).try_clone(),
    }
}

/// Starts a DuckDB without threads of its own, which would wake up now and then: readers bring theirs.
fn start_engine() -> duckdb::Result<Connection> {
    Connection::open_in_memory_with_flags(config()?.threads(1)?)
}

/// A poisoned lock is fine: no code that holds it can panic halfway through a change.
fn lock_engine() -> MutexGuard<'static, Option<Connection>> {
    ENGINE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duckdb_that_fails_is_replaced() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("it's ü;\\\n.duckdb");
        drop(Connection::open(&path).expect("a database"));
        let attached = AttachedFile::open(&path).expect("a file");
        attached
            .keeper
            .execute_batch(&format!("DETACH {}", attached.name))
            .expect("detached");
        drop(attached);
        let attached = AttachedFile::open(&path).expect("a file");
        let connected = attached.connect().expect("connected");
        connected.try_clone().expect("connected again");
    }

    /// Whether this program has the file open.
    #[cfg(target_os = "linux")]
    fn is_open(path: &Path) -> bool {
        let open = std::fs::read_dir("/proc/self/fd").expect("open files");
        let mut targets = open.map(|file| std::fs::read_link(file.expect("a file").path()));
        targets.any(|target| target.is_ok_and(|target| target == path))
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_detached_file_is_closed() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.duckdb");
        drop(Connection::open(&path).expect("a database"));
        let attached = AttachedFile::open(&path).expect("a file");
        let connected = attached.connect().expect("connected");
        assert!(is_open(&path));
        drop(connected);
        drop(attached);
        assert!(!is_open(&path));
    }
}
