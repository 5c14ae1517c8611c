//! Reads the rows of Parquet and CSV files, in the order of the files' names and of the rows in each.
//!
//! Each file is a view with the columns of a log in its turn. The id of a row tells its file and its place in it,
//! from 1.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use duckdb::{Connection, Params, params};

use super::super::super::columns::Further;
use super::super::super::engine::{
    LastRow, LogIdentity, LogSource, RowRange, StampedFile, TakeValues,
};
use super::super::super::value::Values;
use super::super::super::{LogError, LogLocation};
use super::super::attach;
use super::super::open::duckdb_error;
use super::super::row_query::{CHUNK, RowQuery, pass_rows};
use super::column_map::ColumnMap;
use super::file_set::{check_unchanged, find_files};
use super::file_table::FileTable;

/// How far the ids of the first rows of neighboring files lie apart. No file has as many rows, and people can read
/// file and row in an id.
const FILE_STEP: i64 = 1_000_000_000_000;

/// Files that are open for reading.
pub(in super::super::super) struct FilesSource {
    connection: Connection,
    files: Arc<[StampedFile]>,
    /// What is read besides the columns that are counted.
    further: Further,
}

impl FilesSource {
    /// Finds the files; `further` is read besides the columns that are counted.
    pub(in super::super::super) fn open(
        location: &LogLocation,
        further: &Further,
    ) -> Result<Self, LogError> {
        let connection = attach::connect().map_err(duckdb_error(location.file()?))?;
        let files = find_files(&connection, location)?;
        Ok(Self {
            connection,
            files,
            further: further.clone(),
        })
    }

    /// Reads the rows of a chunk, which may be of several files.
    fn read_chunk(
        &self,
        chunk: RowRange,
        unit_id: Option<&str>,
        rows: &mut dyn TakeValues,
    ) -> Result<(), LogError> {
        let mut next_id = 0;
        for file in self.files.iter() {
            let first_id = next_id;
            next_id += FILE_STEP;
            if next_id <= chunk.first || first_id > chunk.last {
                continue;
            }
            let read = self.read_file(file, first_id, chunk, unit_id, rows);
            // What was read of a file that changed meanwhile is worth nothing, nor is what DuckDB said of it.
            check_unchanged(file)?;
            if read?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Reads those rows of a file that are in the chunk.
    fn read_file(
        &self,
        file: &StampedFile,
        first_id: i64,
        chunk: RowRange,
        unit_id: Option<&str>,
        rows: &mut dyn TakeValues,
    ) -> Result<ControlFlow<()>, LogError> {
        let table = FileTable::open(&self.connection, &file.path)?;
        let log = LogLocation::from(&file.path);
        let map = ColumnMap::find(&table.columns, &self.further, &log)?;
        let shape = map.shape(&self.further, &file.path)?;
        // Numbers the rows in their order in the file, without keeping them.
        let view = format!(
            "CREATE OR REPLACE TEMP VIEW user_assignments AS
             SELECT row_number() OVER () + {} AS rowid, {} FROM {}",
            first_id,
            map.select_list(),
            table.sql
        );
        let mut rows = FileRows {
            has_layers: map.has_layers(),
            rows,
        };
        let mut read = || {
            self.connection.execute_batch(&view)?;
            let query = RowQuery::new(&self.connection, &shape)?;
            match unit_id {
                None => self.pass(&query.select, CHUNK, [chunk.first, chunk.last], &mut rows),
                Some(unit_id) => {
                    let parameters = params![chunk.first, chunk.last, unit_id];
                    self.pass(&query.select, &query.unit_filter, parameters, &mut rows)
                }
            }
        };
        read().map_err(file_error(&file.path))
    }

    /// Passes rows as they are read: a file may be larger than the memory.
    fn pass(
        &self,
        select: &str,
        which: &str,
        parameters: impl Params,
        rows: &mut dyn TakeValues,
    ) -> duckdb::Result<ControlFlow<()>> {
        let query = format!("{select} WHERE {which}");
        let mut statement = self.connection.prepare(&query)?;
        drop(statement.stream_arrow(parameters)?);
        pass_rows(&statement, rows)
    }
}

impl LogSource for FilesSource {
    fn bounds(&self, from: i64) -> Result<Option<(i64, i64)>, LogError> {
        // How many rows there are isn't known before they are read.
        let files = i64::try_from(self.files.len()).unwrap_or(i64::MAX);
        let end = files.saturating_mul(FILE_STEP);
        let first = from.max(0);
        Ok((first < end).then_some((first, end - 1)))
    }

    fn last_row(&self, last: i64) -> Result<Option<LastRow>, LogError> {
        // Whether the row is still the same, the files' stamps tell.
        Ok(Some(LastRow {
            id: last,
            fingerprint: 0,
        }))
    }

    fn identity(&self) -> LogIdentity {
        LogIdentity::Files(Arc::clone(&self.files))
    }

    fn chunk_rows(&self) -> u64 {
        FILE_STEP.unsigned_abs()
    }

    fn read(&self, chunk: RowRange, rows: &mut dyn TakeValues) -> Result<(), LogError> {
        self.read_chunk(chunk, None, rows)
    }

    fn read_unit(
        &self,
        chunk: RowRange,
        unit_id: &str,
        rows: &mut dyn TakeValues,
    ) -> Result<(), LogError> {
        self.read_chunk(chunk, Some(unit_id), rows)
    }

    fn reopen(&self) -> Result<Box<dyn LogSource>, LogError> {
        let path = self.files.first().map_or(Path::new(""), |file| &file.path);
        Ok(Box::new(Self {
            connection: self.connection.try_clone().map_err(duckdb_error(path))?,
            files: Arc::clone(&self.files),
            further: self.further.clone(),
        }))
    }
}

/// Passes the rows of a file on, without a layer where it has none.
struct FileRows<'r> {
    has_layers: bool,
    rows: &'r mut dyn TakeValues,
}

impl TakeValues for FileRows<'_> {
    fn take(&mut self, values: &Values, id: &dyn Fn() -> i64) -> ControlFlow<()> {
        let layer = values.layer.filter(|_| self.has_layers);
        self.rows.take(&Values { layer, ..*values }, id)
    }
}

/// Maps DuckDB's error and adds the file's name, and the line of a fault in a CSV file.
fn file_error(path: &Path) -> impl Fn(duckdb::Error) -> LogError {
    move |error| {
        attach::discard_engine();
        match csv_fault(&error.to_string()) {
            Some(reason) => LogError::DuckDb {
                log: path.into(),
                reason,
            },
            None => duckdb_error(path)(error),
        }
    }
}

/// Returns the line and the fault that DuckDB names, without the row itself and the advice.
fn csv_fault(said: &str) -> Option<String> {
    let (_, from_line) = said.split_once("CSV Error on Line: ")?;
    let (line, rest) = from_line.split_once('\n')?;
    let before_advice = rest
        .lines()
        .take_while(|line| !line.starts_with("Possible "));
    let fault = before_advice.filter(|line| !line.is_empty()).last()?;
    Some(format!("line {line}: {fault}"))
}
