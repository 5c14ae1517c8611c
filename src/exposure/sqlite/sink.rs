//! Writes rows to the table, a batch in one transaction.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, TransactionBehavior};

use super::super::columns::COLUMNS;
use super::super::queue::{BatchRow, RowBatch};
use super::super::{LogError, LoggerOptions, engine};
use super::table::{self, sqlite_error};
use crate::sqlite::time_text;

/// How many rows a statement adds. A statement costs as much as binding several rows; from here on, more
/// rows hardly save anything.
const ROWS_TOGETHER: usize = 8;

/// A log that is open for appending.
pub(in super::super) struct SqliteSink {
    connection: Connection,
    path: PathBuf,
    /// What stands in each row's column `source`.
    source: Option<String>,
    /// The statements that add [`ROWS_TOGETHER`] rows, and one.
    insert_many: String,
    insert_one: String,
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
    pub(in super::super) fn open(path: &Path, options: &LoggerOptions) -> Result<Self, LogError> {
        Ok(Self {
            connection: table::open_writer(path, options.durability)?,
            path: path.to_path_buf(),
            source: options.source.clone(),
            insert_many: insert_sql(ROWS_TOGETHER),
            insert_one: insert_sql(1),
        })
    }

    fn insert(&mut self, batch: &RowBatch) -> rusqlite::Result<()> {
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior)?;
        {
            let mut rows = batch.rows();
            let together = batch.len() - batch.len() % ROWS_TOGETHER;
            let many = transaction.prepare_cached(&self.insert_many)?;
            let source = self.source.as_deref();
            let mut many = RowInsert::new(many, ROWS_TOGETHER, source)?;
            for row in rows.by_ref().take(together) {
                many.add(&row)?;
            }
            let one = transaction.prepare_cached(&self.insert_one)?;
            let mut one = RowInsert::new(one, 1, source)?;
            for row in rows {
                one.add(&row)?;
            }
        }
        transaction.commit()
    }
}

/// Returns the statement that adds this many rows.
fn insert_sql(rows: usize) -> String {
    let row = format!("({})", ["?"; COLUMNS.len()].join(", "));
    let columns = COLUMNS.join(", ");
    let rows = vec![row; rows].join(", ");
    format!("INSERT INTO user_assignments ({columns}) VALUES {rows}")
}

/// A statement that adds some rows. It keeps its parameters from one execution to the next, and most of a
/// row is as in an earlier one, so only what differs is bound.
struct RowInsert<'c, 'b> {
    statement: CachedStatement<'c>,
    /// What is bound for each of the rows.
    bound: Vec<BoundRow<'b>>,
    /// How many of the rows are new since the last execution.
    ready: usize,
    /// The last time and its text. Rows that were logged together have the same.
    time: (Timestamp, String),
}

#[derive(Clone)]
struct BoundRow<'b> {
    values: [ValueRef<'b>; VALUE_COLUMNS.len()],
    at: Option<Timestamp>,
}

impl<'c, 'b> RowInsert<'c, 'b> {
    fn new(
        mut statement: CachedStatement<'c>,
        rows: usize,
        source: Option<&str>,
    ) -> rusqlite::Result<Self> {
        statement.clear_bindings();
        for row in 0..rows {
            statement.raw_bind_parameter(row * COLUMNS.len() + 1 + SOURCE_COLUMN, source)?;
        }
        let unbound = BoundRow {
            values: [ValueRef::Null; _],
            at: None,
        };
        Ok(Self {
            statement,
            bound: vec![unbound; rows],
            ready: 0,
            time: (Timestamp::UNIX_EPOCH, time_text(Timestamp::UNIX_EPOCH)),
        })
    }

    /// Adds a row: with the others, as soon as there are enough.
    fn add(&mut self, row: &BatchRow<'b>) -> rusqlite::Result<()> {
        let bound = &mut self.bound[self.ready];
        let first = self.ready * COLUMNS.len() + 1;
        let values = values(row);
        let changes = bound.values.iter_mut().zip(values).zip(VALUE_COLUMNS);
        for ((bound, value), column) in changes.filter(|((bound, value), _)| **bound != *value) {
            let parameter = ToSqlOutput::Borrowed(value);
            self.statement
                .raw_bind_parameter(first + column, parameter)?;
            *bound = value;
        }
        if bound.at != Some(row.at) {
            if self.time.0 != row.at {
                self.time = (row.at, time_text(row.at));
            }
            self.statement
                .raw_bind_parameter(first + TIME_COLUMN, &self.time.1)?;
            bound.at = Some(row.at);
        }
        self.ready += 1;
        if self.ready == self.bound.len() {
            self.statement.raw_execute()?;
            self.ready = 0;
        }
        Ok(())
    }
}

/// Where the time and the source stand among [`COLUMNS`], and where the other values stand.
const TIME_COLUMN: usize = 7;
const SOURCE_COLUMN: usize = 9;
const VALUE_COLUMNS: [usize; COLUMNS.len() - 2] = [0, 1, 2, 3, 4, 5, 6, 8, 10];

/// The values of a row in the order of [`VALUE_COLUMNS`].
fn values<'b>(row: &BatchRow<'b>) -> [ValueRef<'b>; VALUE_COLUMNS.len()] {
    let [unit, layer, experiment, name, variant, group] = row.texts.map(ValueRef::from);
    let slot = ValueRef::Integer(row.slot_index.0.into());
    let status = ValueRef::from(row.status.as_str());
    let revision = ValueRef::from(row.revision);
    [
        unit, layer, slot, experiment, name, variant, status, group, revision,
    ]
}
