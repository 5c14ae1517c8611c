//! Reads rows from the table by row id.

use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Params, Row};

use super::super::columns::Further;
use super::super::decode::fingerprint;
use super::super::engine::{self, LastRow, LogIdentity, RowRange, TakeValues};
use super::super::scan::BLOCK;
use super::super::value::{Value, Values};
use super::super::{LogError, open};
use super::table::{SqliteReader, sqlite_error};
use crate::sqlite::{self, FileId};

/// The rows from one row id to another.
const CHUNK: &str = "_rowid_ >= ?1 AND _rowid_ <= ?2 ORDER BY _rowid_";
/// The last row up to an id.
const LAST: &str = "_rowid_ <= ?1 ORDER BY _rowid_ DESC LIMIT 1";
/// As two queries: a single one for both would read the whole log.
const BOUNDS: &str = "SELECT (SELECT min(_rowid_) FROM user_assignments WHERE _rowid_ >= ?1), \
                      (SELECT max(_rowid_) FROM user_assignments WHERE _rowid_ >= ?1)";

/// A log that is open for reading.
pub(in super::super) struct SqliteSource {
    reader: SqliteReader,
    path: PathBuf,
    file: FileId,
    /// What is read besides the columns that are counted.
    further: Further,
}

impl SqliteSource {
    /// Opens the log; `further` is read besides the columns that are counted.
    pub(in super::super) fn open(path: &Path, further: &Further) -> Result<Self, LogError> {
        let before = open::file_id(path)?;
        let reader = SqliteReader::open(path, further)?;
        let file = open::file_id(path)?.filter(|file| before == Some(*file));
        Ok(Self {
            reader,
            path: path.to_path_buf(),
            file: file.ok_or_else(|| replaced(path))?,
            further: further.clone(),
        })
    }

    /// Returns the query for the rows that the condition `which` selects.
    fn select_query(&self, which: &str) -> String {
        let shape = &self.reader.shape;
        let columns = [
            "unit_id",
            "experiment_id",
            "variant",
            "status",
            "assignment_timestamp",
            "layer_id",
            "slot_index",
        ];
        let columns = columns.into_iter().map(|column| shape.column_sql(column));
        let further = shape.further_sql.iter().cloned();
        let columns: Vec<_> = columns.chain([shape.group_sql()]).chain(further).collect();
        let columns = columns.join(", ");
        format!("SELECT _rowid_, {columns} FROM user_assignments WHERE {which}")
    }

    /// Returns the condition for a unit's rows in a chunk. The column may hold numbers or blobs. All rows
    /// with a float are included, since SQLite's text of a float may differ from the id.
    fn unit_filter(&self) -> String {
        let unit = self.reader.shape.column_sql("unit_id");
        format!(
            "_rowid_ >= ?1 AND _rowid_ <= ?2 AND (typeof({unit}) = 'real' OR \
             CAST({unit} AS TEXT) IN (?3, char(65279) || ?3)) ORDER BY _rowid_"
        )
    }

    fn read_rows(
        &self,
        which: &str,
        parameters: impl Params,
        taker: &mut dyn TakeValues,
    ) -> rusqlite::Result<()> {
        let query = self.select_query(which);
        let further = self.reader.shape.further_sql.len();
        let mut statement = self.reader.connection.prepare_cached(&query)?;
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            if taker.take(&values(row, further)?, &|| id(row)).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Checks that an unlocked file wasn't changed while it was read.
    fn check_unchanged(&self) -> Result<(), LogError> {
        let Some(stamp) = self.reader.unlocked else {
            return Ok(());
        };
        if sqlite::stamp(&self.path)? == Some(stamp) {
            return Ok(());
        }
        Err(replaced(&self.path))
    }
}

impl engine::LogSource for SqliteSource {
    fn bounds(&self, from: i64) -> Result<Option<(i64, i64)>, LogError> {
        let bounds = |row: &Row| Ok(row.get::<_, Option<i64>>(0)?.zip(row.get(1)?));
        let found = self.reader.connection.query_row(BOUNDS, (from,), bounds);
        found.map_err(sqlite_error(&self.path))
    }

    fn last_row(&self, up_to: i64) -> Result<Option<LastRow>, LogError> {
        let last = |row: &Row| {
            let id = id(row);
            let fingerprint = fingerprint(id, &values(row, 0)?);
            Ok(LastRow { id, fingerprint })
        };
        let find = || {
            let query = self.select_query(LAST);
            let mut statement = self.reader.connection.prepare_cached(&query)?;
            statement.query_row((up_to,), last).optional()
        };
        find().map_err(sqlite_error(&self.path))
    }

    fn identity(&self) -> LogIdentity {
        LogIdentity::File(self.file)
    }

    fn chunk_rows(&self) -> u64 {
        BLOCK
    }

    fn read(&self, chunk: RowRange, rows: &mut dyn TakeValues) -> Result<(), LogError> {
        let ids = (chunk.first, chunk.last);
        let read = self.read_rows(CHUNK, ids, rows);
        read.map_err(sqlite_error(&self.path))?;
        self.check_unchanged()
    }

    fn read_unit(
        &self,
        chunk: RowRange,
        unit_id: &str,
        rows: &mut dyn TakeValues,
    ) -> Result<(), LogError> {
        let parameters = (chunk.first, chunk.last, unit_id);
        let read = self.read_rows(&self.unit_filter(), parameters, rows);
        read.map_err(sqlite_error(&self.path))?;
        self.check_unchanged()
    }

    fn reopen(&self) -> Result<Box<dyn engine::LogSource>, LogError> {
        let other = Self::open(&self.path, &self.further)?;
        if other.file != self.file {
            return Err(replaced(&self.path));
        }
        Ok(Box::new(other))
    }
}

fn replaced(path: &Path) -> LogError {
    LogError::Replaced { log: path.into() }
}

/// Returns a row's id, which every row has.
fn id(row: &Row) -> i64 {
    row.get(0).unwrap_or_default()
}

/// Returns the values of a row, with this many that are read besides.
fn values<'r>(row: &'r Row, further: usize) -> rusqlite::Result<Values<'r>> {
    let further = |index| {
        if index < further {
            value(row, 9 + index)
        } else {
            Ok(Value::Null)
        }
    };
    Ok(Values {
        unit: value(row, 1)?,
        experiment: value(row, 2)?,
        variant: value(row, 3)?,
        status: value(row, 4)?,
        time: value(row, 5)?,
        layer: Some(value(row, 6)?),
        slot: value(row, 7)?,
        group: value(row, 8)?,
        further: [further(0)?, further(1)?],
    })
}

fn value<'r>(row: &'r Row, column: usize) -> rusqlite::Result<Value<'r>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Value::Text(bytes),
    })
}
