//! Reads rows from the table by row id.

use std::path::{Path, PathBuf};

use duckdb::arrow::array::Array;
use duckdb::{Params, params};

use super::super::LogError;
use super::super::columns::Further;
use super::super::decode::fingerprint;
use super::super::engine::{self, LastRow, LogIdentity, RowRange, TakeValues};
use super::hold::DuckDbReader;
use super::open::duckdb_error;
use super::row_query::{ArrowColumns, CHUNK, RowQuery, pass_rows};
use super::table;

/// The number of rows that DuckDB stores together: reading a part of them costs as much as all.
const ROW_GROUP: u64 = 122_880;
/// A row by its id, which is fast.
const ROW: &str = "rowid = ?";
/// The last row up to an id, for which DuckDB scans all ids.
const LAST: &str = "rowid = (SELECT max(rowid) FROM user_assignments WHERE rowid <= ?)";
const BOUNDS: &str = "SELECT min(rowid), max(rowid) FROM user_assignments WHERE rowid >= ?";

/// A log that is open for reading.
pub(in super::super) struct DuckDbSource {
    reader: DuckDbReader,
    query: RowQuery,
    path: PathBuf,
}

impl DuckDbSource {
    /// Opens the log; `further` is read besides the columns that are counted.
    pub(in super::super) fn open(path: &Path, further: &Further) -> Result<Self, LogError> {
        let reader = DuckDbReader::open(path)?;
        let shape = table::shape(reader.connection(), further, path)?;
        let query = RowQuery::new(reader.connection(), &shape).map_err(duckdb_error(path))?;
        Ok(Self {
            reader,
            query,
            path: path.to_path_buf(),
        })
    }

    fn read_rows(
        &self,
        which: &str,
        parameters: impl Params,
        rows: &mut dyn TakeValues,
    ) -> duckdb::Result<()> {
        let query = format!("{} WHERE {which}", self.query.select);
        let mut statement = self.reader.connection().prepare_cached(&query)?;
        // This runs the query. Its iterator would panic on an error, so the batches are taken without it.
        drop(statement.query_arrow(parameters)?);
        pass_rows(&statement, rows).map(drop)
    }

    fn find(&self, which: &str, id: i64) -> duckdb::Result<Option<LastRow>> {
        let query = format!("{} WHERE {which}", self.query.select);
        let mut statement = self.reader.connection().prepare_cached(&query)?;
        drop(statement.query_arrow([id])?);
        let Some(batch) = statement.step()?.filter(|batch| !batch.is_empty()) else {
            return Ok(None);
        };
        let columns = ArrowColumns::from_batch(&batch)?;
        let id = columns.id(0);
        let fingerprint = fingerprint(id, &columns.values(0));
        Ok(Some(LastRow { id, fingerprint }))
    }

    fn find_last(&self, up_to: i64) -> duckdb::Result<Option<LastRow>> {
        match self.find(ROW, up_to)? {
            Some(row) => Ok(Some(row)),
            None => self.find(LAST, up_to),
        }
    }
}

impl engine::LogSource for DuckDbSource {
    fn bounds(&self, from: i64) -> Result<Option<(i64, i64)>, LogError> {
        let bounds = |row: &duckdb::Row| Ok(row.get::<_, Option<i64>>(0)?.zip(row.get(1)?));
        let found = self.reader.connection().query_row(BOUNDS, [from], bounds);
        found.map_err(duckdb_error(&self.path))
    }

    fn last_row(&self, up_to: i64) -> Result<Option<LastRow>, LogError> {
        self.find_last(up_to).map_err(duckdb_error(&self.path))
    }

    fn identity(&self) -> LogIdentity {
        LogIdentity::File(self.reader.file)
    }

    fn chunk_rows(&self) -> u64 {
        ROW_GROUP
    }

    fn read(&self, chunk: RowRange, rows: &mut dyn TakeValues) -> Result<(), LogError> {
        let ids = [chunk.first, chunk.last];
        let read = self.read_rows(CHUNK, ids, rows);
        read.map_err(duckdb_error(&self.path))
    }

    fn read_unit(
        &self,
        chunk: RowRange,
        unit_id: &str,
        rows: &mut dyn TakeValues,
    ) -> Result<(), LogError> {
        let parameters = params![chunk.first, chunk.last, unit_id];
        let read = self.read_rows(&self.query.unit_filter, parameters, rows);
        read.map_err(duckdb_error(&self.path))
    }

    fn reopen(&self) -> Result<Box<dyn engine::LogSource>, LogError> {
        Ok(Box::new(Self {
            reader: self.reader.try_clone().map_err(duckdb_error(&self.path))?,
            query: self.query.clone(),
            path: self.path.clone(),
        }))
    }
}
