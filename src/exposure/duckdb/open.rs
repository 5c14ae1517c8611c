//! Opens connections to a DuckDB file, and maps DuckDB's errors.

use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use duckdb::{AccessMode, Config, Connection};

use super::super::LogError;
use crate::sqlite::{self, FileError};

/// How often a writer tries to get the lock: for 5 seconds in all, since readers release it soon. DuckDB
/// itself can't wait.
const MAX_TRIES: u32 = 250;
/// The pause between two tries.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// Maps DuckDB's error and adds the file's name.
pub(super) fn duckdb_error(path: &Path) -> impl Fn(duckdb::Error) -> LogError {
    move |error| {
        let said = error.to_string();
        // DuckDB's errors differ only in their text.
        if said.contains("Could not set lock on file") {
            return LogError::Locked { log: path.into() };
        }
        if said.contains("not a valid DuckDB database file") || said.contains("sqlite_scanner") {
            return LogError::NotDuckDb { log: path.into() };
        }
        // The other lines are advice for people who type SQL.
        let reason = said.lines().next().unwrap_or_default().to_owned();
        if said.contains("created with a newer version of DuckDB") {
            return LogError::NewerDuckDb {
                log: path.into(),
                reason,
            };
        }
        LogError::DuckDb {
            log: path.into(),
            reason,
        }
    }
}

/// Opens a connection for writing; creates the file if there is none. Waits for readers in other programs.
pub(super) fn connect_to_write(path: &Path) -> Result<Connection, LogError> {
    if sqlite::stamp(path)?.is_none() {
        check_creatable(path)?;
    }
    retry_while_locked(MAX_TRIES, &mut || thread::sleep(RETRY_PAUSE), &mut || {
        connect(path)
    })
}

/// Retries while the log is locked, up to `most_tries` times in all with pauses in between.
fn retry_while_locked<T>(
    most_tries: u32,
    pause: &mut dyn FnMut(),
    attempt: &mut dyn FnMut() -> Result<T, LogError>,
) -> Result<T, LogError> {
    for _ in 1..most_tries {
        match attempt() {
            Err(LogError::Locked { .. }) => pause(),
            outcome => return outcome,
        }
    }
    attempt()
}

/// Checks that a file can be created at the path.
fn check_creatable(path: &Path) -> Result<(), FileError> {
    let path = path.to_path_buf();
    if path.is_symlink() {
        return Err(FileError::DanglingLink { path });
    }
    let directory = sqlite::parent_directory(&path);
    match directory.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(FileError::MissingDirectory { path: directory })
        }
        _ => Ok(()),
    }
}

/// Opens a connection for writing without waiting.
fn connect(path: &Path) -> Result<Connection, LogError> {
    let absolute = absolute_path(path)?;
    let open =
        || Connection::open_with_flags(absolute, config()?.access_mode(AccessMode::ReadWrite)?);
    open().map_err(duckdb_error(path))
}

/// Returns the absolute path of a file, which keeps DuckDB from seeing `:memory:` or another scheme in its
/// name. Refuses directories and devices before DuckDB sees them.
pub(super) fn absolute_path(path: &Path) -> Result<PathBuf, LogError> {
    sqlite::stamp(path)?;
    Ok(std::path::absolute(path).map_err(|error| FileError::io(path, error))?)
}

/// Returns the path as a text, which DuckDB needs.
pub(super) fn utf8_path(path: &Path) -> Result<&str, LogError> {
    path.to_str().ok_or_else(|| {
        let reason = "DuckDB reads only files whose paths are UTF-8";
        FileError::io(path, io::Error::new(io::ErrorKind::InvalidFilename, reason)).into()
    })
}

/// Returns the settings of every DuckDB. Otherwise it would look for an extension on the network to read a
/// file of another kind.
pub(super) fn config() -> duckdb::Result<Config> {
    Config::default().enable_autoload_extension(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the outcome and the number of pauses for a log that is locked for this many tries.
    fn waited(locked_for: u32) -> (Result<u32, LogError>, u32) {
        let (mut tries, mut pauses) = (0, 0);
        let outcome = retry_while_locked(3, &mut || pauses += 1, &mut || {
            tries += 1;
            let path = "a";
            if tries <= locked_for {
                return Err(LogError::Locked { log: path.into() });
            }
            Ok(tries)
        });
        (outcome, pauses)
    }

    #[test]
    fn a_lock_is_waited_for_with_so_much_patience() {
        assert!(matches!(waited(0), (Ok(1), 0)));
        assert!(matches!(waited(2), (Ok(3), 2)));
        assert!(matches!(waited(3), (Err(LogError::Locked { .. }), 2)));
    }

    #[test]
    fn nothing_but_a_lock_is_waited_for() {
        let mut tries = 0;
        let outcome: Result<(), _> = retry_while_locked(3, &mut || {}, &mut || {
            tries += 1;
            Err(LogError::Ended)
        });
        assert!(matches!((outcome, tries), (Err(LogError::Ended), 1)));
    }
}
