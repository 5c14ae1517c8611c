//! Notices that some program wrote to the database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use crate::sqlite::{self, FileError, FileStamp};
use crate::store::{ChangeProbe, StoreError};

/// Compares the file's stamp and SQLite's counter of commits. It holds no lock between calls.
#[derive(Debug)]
pub(super) struct SqliteProbe {
    path: PathBuf,
    stamp: Option<FileStamp>,
    connection: Option<Connection>,
    version: Option<i64>,
}

impl SqliteProbe {
    /// Creates a probe for changes from now on. Create it before reading the state, so that no
    /// change falls between the two.
    pub(super) fn new(path: &Path) -> Result<Self, StoreError> {
        let mut probe = Self {
            path: path.to_path_buf(),
            stamp: None,
            connection: None,
            version: None,
        };
        probe.changed()?;
        Ok(probe)
    }

    /// Returns SQLite's counter of other connections' commits; `None` while the file can't be read.
    fn data_version(&mut self) -> Option<i64> {
        if self.connection.is_none() {
            // Never waits: callers ask again soon.
            self.connection = sqlite::open_reader(&self.path, Duration::ZERO).ok();
        }
        let connection = self.connection.as_ref()?;
        let version = connection.pragma_query_value(None, "data_version", |row| row.get(0));
        match version.map_err(|error| FileError::sqlite(&self.path, error)) {
            Ok(version) => Some(version),
            // A change is in progress: it will show when it is done.
            Err(FileError::Busy { .. }) => self.version,
            Err(_) => {
                self.connection = None;
                None
            }
        }
    }
}

impl ChangeProbe for SqliteProbe {
    fn changed(&mut self) -> Result<bool, StoreError> {
        let stamp = sqlite::stamp(&self.path)?;
        let is_other_file = stamp.map(|stamp| stamp.id) != self.stamp.map(|stamp| stamp.id);
        if is_other_file {
            self.connection = None;
        }
        let version = if stamp.is_some() {
            self.data_version()
        } else {
            None
        };
        let changed = stamp != self.stamp || version != self.version;
        self.stamp = stamp;
        self.version = version;
        Ok(changed)
    }
}
