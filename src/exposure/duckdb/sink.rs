//! Writes rows to the table, a batch in one transaction, with DuckDB's appender.

use std::path::{Path, PathBuf};

use duckdb::types::{TimeUnit, Value};
use duckdb::{Connection, params};

use super::super::columns::COLUMNS;
use super::super::queue::RowBatch;
use super::super::{LogError, engine};
use super::hold::FileHold;
use super::open::duckdb_error;
use super::table;

/// A log that is open for appending.
pub(in super::super) struct DuckDbSink {
    connection: Connection,
    path: PathBuf,
    /// What stands in each row's column `source`.
    source: Option<String>,
    _hold: FileHold,
}

impl DuckDbSink {
    /// Opens the log, or creates it.
    pub(in super::super) fn open(path: &Path, source: Option<&str>) -> Result<Self, LogError> {
        let hold = FileHold::for_writing(path)?;
        Ok(Self {
            connection: table::open_writer(path)?,
            path: path.to_path_buf(),
            source: source.map(str::to_owned),
            _hold: hold,
        })
    }
}

impl engine::LogSink for DuckDbSink {
    fn write(&mut self, batch: &RowBatch) -> Result<(), LogError> {
        let inserted = insert(&mut self.connection, batch, self.source.as_deref());
        inserted.map_err(duckdb_error(&self.path))
    }

    fn merge(&mut self) -> Result<(), LogError> {
        let merged = self.connection.execute_batch("CHECKPOINT");
        merged.map_err(duckdb_error(&self.path))
    }
}

fn insert(
    connection: &mut Connection,
    batch: &RowBatch,
    source: Option<&str>,
) -> duckdb::Result<()> {
    let transaction = connection.transaction()?;
    {
        let mut appender = transaction.appender_with_columns("user_assignments", &COLUMNS)?;
        for row in batch.rows() {
            let [unit, layer, experiment, name, variant, group] = row.texts;
            let at = Value::Timestamp(TimeUnit::Microsecond, row.at.as_microsecond());
            appender.append_row(params![
                unit,
                layer,
                row.slot_index.0,
                experiment,
                name,
                variant,
                row.status.as_str(),
                at,
                group,
                source,
                row.revision,
            ])?;
        }
        appender.flush()?;
    }
    transaction.commit()
}
