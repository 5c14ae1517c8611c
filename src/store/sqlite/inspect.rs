//! Inspects the database file itself, to find out what is wrong with it. Changes nothing in it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::failure::Failure;
use crate::sqlite::{self, FileError};
use crate::store::StoreError;

/// How many complaints of the integrity check are reported; the first ones are enough.
const MAX_COMPLAINTS: usize = 5;

/// The file as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Its length in bytes.
    pub bytes: u64,
    /// The name of the file that an unfinished or unmerged change left beside it. Then nothing else
    /// is read, since that would finish or undo the change.
    pub pending: Option<String>,
    /// What SQLite says about it; `None` if a change is pending.
    pub inside: Option<Inside>,
}

/// What SQLite says about a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// The journal mode, such as `delete` or `wal`.
    pub journal_mode: String,
    /// Whether it can be written.
    pub is_writable: bool,
    /// The first complaints of `PRAGMA quick_check`; empty for a sound file.
    pub complaints: Vec<String>,
}

/// Inspects the file at this path.
pub(super) fn inspect(path: &Path, patience: Duration) -> Result<Inspection, StoreError> {
    let missing = || StoreError::Missing {
        database: path.into(),
    };
    sqlite::stamp(path)?.ok_or_else(missing)?;
    let metadata = fs::metadata(path).map_err(|error| FileError::io(path, error))?;
    let pending = sqlite::pending_journal(path);
    let pending =
        pending.and_then(|journal| Some(journal.file_name()?.to_string_lossy().into_owned()));
    let inside = match pending {
        Some(_) => None,
        None => Some(inside(path, patience)?),
    };
    Ok(Inspection {
        bytes: metadata.len(),
        pending,
        inside,
    })
}

fn inside(path: &Path, patience: Duration) -> Result<Inside, StoreError> {
    let connection = sqlite::open_reader(path, patience)?;
    let look = || {
        let text = |name| connection.pragma_query_value(None, name, |row| row.get::<_, String>(0));
        let check = format!("PRAGMA quick_check({MAX_COMPLAINTS})");
        let mut check = connection.prepare(&check)?;
        let found = check.query_map([], |row| row.get::<_, String>(0))?;
        let mut complaints = found.collect::<rusqlite::Result<Vec<_>>>()?;
        complaints.retain(|complaint| complaint != "ok");
        Ok(Inside {
            journal_mode: text("journal_mode")?,
            is_writable: !connection.is_readonly("main")?,
            complaints,
        })
    };
    look().map_err(|failure: Failure| failure.at(path))
}

/// Returns the version of the built-in SQLite.
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}
