//! Writes rows to the table, a batch in one transaction.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

use super::super::columns::COLUMNS;
use super::super::queue::RowBatch;
use super::super::{Durability, LogError, engine};
use super::table::{self, sqlite_error};
use crate::sqlite::time_text;

/// A log that is open for appending.
pub(in super::super) struct SqliteSink {
    connection: Connection,
    path: PathBuf,
    /// The statement that adds a row.
    insert: String,
}

impl engine::LogSink for SqliteSink {
    fn write(&mut self, batch: &RowBatch) -> Result<(), LogError> {
        self.insert(batch).map_err(sqlite_error(&self.path))
    }

    fn merge(&mut self) -> Result<(), LogError> {
        // This waits for readers of older pages.
        let merge = "PRAGMA wal_checkpoint(FULL)";
        let is_kept: bool = self
            .connection
            .query_row(merge, (), |row| row.get(0))
            .map_err(sqlite_error(&self.path))?;
        if is_kept {
            let path = self.path.clone();
            return Err(LogError::Locked { log: path.into() });
        }
        Ok(())
    }
}

impl SqliteSink {
    /// Opens the log, or creates it.
    pub(in super::super) fn open(path: &Path, durability: Durability) -> Result<Self, LogError> {
        Ok(Self {
            connection: table::open_writer(path, durability)?,
            path: path.to_path_buf(),
            insert: format!(
                "INSERT INTO user_assignments ({}) VALUES ({})",
                COLUMNS.join(", "),
                ["?"; COLUMNS.len()].join(", ")
            ),
        })
    }

    fn insert(&mut self, batch: &RowBatch) -> rusqlite::Result<()> {
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior)?;
        {
            let mut statement = transaction.prepare_cached(&self.insert)?;
            let mut time = (Timestamp::UNIX_EPOCH, time_text(Timestamp::UNIX_EPOCH));
            for row in batch.rows() {
                // Rows that were logged together have the same time.
                if time.0 != row.at {
                    time = (row.at, time_text(row.at));
                }
                let [unit, layer, experiment, name, variant, group] = row.texts;
                statement.execute((
                    unit,
                    layer,
                    row.slot_index.0,
                    experiment,
                    name,
                    variant,
                    row.status.as_str(),
                    &time.1,
                    group,
                ))?;
            }
        }
        transaction.commit()
    }
}
