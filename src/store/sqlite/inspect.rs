//! A look at the database file itself, for those who must find out what is wrong with it. Changes
//! no byte of it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::failure::Failure;
use crate::sqlite::{self, FileError};
use crate::store::StoreError;

/// How many complaints of the integrity check are told; the first ones say enough.
const MAX_COMPLAINTS: usize = 5;

/// The file as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Its length in bytes.
    pub bytes: u64,
    /// What a change that isn't finished, or was never merged, left beside it: the file's name.
    /// Nothing more is known then, since reading the database would finish or undo the change.
    pub pending: Option<String>,
    /// What SQLite says of it; `None` where something is pending.
    pub inside: Option<Inside>,
}

/// What SQLite says of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// The journal mode, such as `delete` or `wal`.
    pub journal_mode: String,
    /// Whether it can be written.
    pub is_writable: bool,
    /// The first complaints of `PRAGMA quick_check`; none for a sound file.
    pub complaints: Vec<String>,
}

/// Looks at the file at this path.
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
    let connection = sqlite::reader(path, patience)?;
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

/// The version of the SQLite that is built in.
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}
