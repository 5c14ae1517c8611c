//! Noticing that something wrote to the database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::open::{self, FileStamp};
use super::{StoreError, error::Failure};

/// Tells cheaply whether the database changed since the last question. It holds no lock between
/// questions, and sees the file being created, replaced and deleted too.
///
/// It may say so once too often, when a program begins a change without finishing it; a look at the
/// revision then tells. This process's own applies count as well.
#[derive(Debug)]
pub struct ChangeProbe {
    path: PathBuf,
    stamp: Option<FileStamp>,
    connection: Option<Connection>,
    version: Option<i64>,
}

impl ChangeProbe {
    /// A probe that answers for the time from now on. Make it before reading the state, so that no
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

    /// Whether the database changed since the last call. Failing to read it is a change too: what
    /// is wrong, a read will tell.
    pub fn changed(&mut self) -> Result<bool, StoreError> {
        let stamp = open::stamp(&self.path)?;
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

    /// SQLite's counter of other connections' commits; none while the file can't be read.
    fn data_version(&mut self) -> Option<i64> {
        if self.connection.is_none() {
            // Never waits: who asks this does so again soon.
            self.connection = open::reader(&self.path, Duration::ZERO).ok();
        }
        let connection = self.connection.as_ref()?;
        let version = connection.pragma_query_value(None, "data_version", |row| row.get(0));
        match version.map_err(|error| Failure::from(error).at(&self.path)) {
            Ok(version) => Some(version),
            // A change under way: it will show when it is done.
            Err(StoreError::Busy { .. }) => self.version,
            Err(_) => {
                self.connection = None;
                None
            }
        }
    }
}
