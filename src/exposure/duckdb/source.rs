//! Rows from the table, by row id, as Arrow's columns.

use std::path::{Path, PathBuf};

use duckdb::arrow::array::{Array, AsArray, StringArray, StructArray};
use duckdb::arrow::datatypes::{Float64Type, Int64Type};
use duckdb::{Params, params};

use super::super::LogError;
use super::super::columns::Wanted;
use super::super::engine::{self, LastRow};
use super::super::row::fingerprint;
use super::super::scan::{Range, TakeValues};
use super::super::value::{Value, Values};
use super::hold::Reader;
use super::open::at;
use super::table::{self, Table, Times};
use crate::store::FileId;

/// The rows from one row id to another. DuckDB keeps rows in the order of their ids, and gives them
/// so (`preserve_insertion_order`).
const PIECE: &str = "rowid >= ? AND rowid <= ?";
/// Those of a unit: the column may be of numbers.
const UNIT: &str = "rowid >= ? AND rowid <= ? AND CAST(unit_id AS VARCHAR) = ?";
/// How many rows DuckDB keeps together: a part of them costs as much as all.
const ROW_GROUP: u64 = 122_880;
/// A row by its id, which DuckDB finds at once.
const ROW: &str = "rowid = ?";
/// The last row up to an id, for which DuckDB reads all ids.
const LAST: &str = "rowid = (SELECT max(rowid) FROM user_assignments WHERE rowid <= ?)";
const BOUNDS: &str = "SELECT min(rowid), max(rowid) FROM user_assignments WHERE rowid >= ?";

/// A log that is read.
pub(in super::super) struct Source {
    reader: Reader,
    /// What is selected of a row.
    select: String,
    path: PathBuf,
}

impl Source {
    /// Opens the log.
    pub(in super::super) fn open(path: &Path, wanted: Wanted) -> Result<Self, LogError> {
        let reader = Reader::open(path)?;
        let table = table::table(&reader.connection, wanted.columns(), path)?;
        Ok(Self {
            reader,
            select: select(&table),
            path: path.to_path_buf(),
        })
    }

    fn read_rows(
        &self,
        which: &str,
        parameters: impl Params,
        rows: &mut dyn TakeValues,
    ) -> duckdb::Result<()> {
        let query = format!("{} WHERE {which}", self.select);
        let mut statement = self.reader.connection.prepare_cached(&query)?;
        // The whole piece is read here: what comes of its iterator would panic on an error.
        drop(statement.query_arrow(parameters)?);
        while let Some(batch) = statement.step()? {
            let columns = Columns::of(&batch)?;
            for row in 0..batch.len() {
                let id = || columns.id(row);
                if rows.take(&columns.values(row), &id).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn find(&self, which: &str, id: i64) -> duckdb::Result<Option<LastRow>> {
        let query = format!("{} WHERE {which}", self.select);
        let mut statement = self.reader.connection.prepare_cached(&query)?;
        drop(statement.query_arrow([id])?);
        let Some(batch) = statement.step()?.filter(|batch| !batch.is_empty()) else {
            return Ok(None);
        };
        let columns = Columns::of(&batch)?;
        let id = columns.id(0);
        let fingerprint = fingerprint(id, &columns.values(0));
        Ok(Some(LastRow { id, fingerprint }))
    }

    fn find_last(&self, through: i64) -> duckdb::Result<Option<LastRow>> {
        match self.find(ROW, through)? {
            Some(row) => Ok(Some(row)),
            None => self.find(LAST, through),
        }
    }
}

impl engine::Source for Source {
    fn bounds(&self, from: i64) -> Result<Option<(i64, i64)>, LogError> {
        let bounds = |row: &duckdb::Row| Ok(row.get::<_, Option<i64>>(0)?.zip(row.get(1)?));
        let found = self.reader.connection.query_row(BOUNDS, [from], bounds);
        found.map_err(at(&self.path))
    }

    fn last_row(&self, through: i64) -> Result<Option<LastRow>, LogError> {
        self.find_last(through).map_err(at(&self.path))
    }

    fn file(&self) -> FileId {
        self.reader.file
    }

    fn piece(&self) -> u64 {
        ROW_GROUP
    }

    fn read(&self, piece: Range, rows: &mut dyn TakeValues) -> Result<(), LogError> {
        let ids = [piece.first, piece.through];
        let read = self.read_rows(PIECE, ids, rows);
        read.map_err(at(&self.path))
    }

    fn read_unit(
        &self,
        piece: Range,
        unit_id: &str,
        rows: &mut dyn TakeValues,
    ) -> Result<(), LogError> {
        let of_unit = params![piece.first, piece.through, unit_id];
        let read = self.read_rows(UNIT, of_unit, rows);
        read.map_err(at(&self.path))
    }

    fn again(&self) -> Result<Box<dyn engine::Source>, LogError> {
        Ok(Box::new(Self {
            reader: self.reader.again().map_err(at(&self.path))?,
            select: self.select.clone(),
            path: self.path.clone(),
        }))
    }
}

/// A row's id and values, of few types whatever those of the table are.
fn select(table: &Table) -> String {
    let text = |column: &str| format!("CAST({column} AS VARCHAR)");
    let shape = table.shape;
    let [group, layer, slot] = [shape.group(), shape.layer(), shape.slot()];
    let time = match table.times {
        Times::Time => "epoch_us(assignment_timestamp)".to_owned(),
        Times::Number => "CAST(assignment_timestamp AS DOUBLE)".to_owned(),
        Times::Text => text("assignment_timestamp"),
    };
    let texts = [
        "unit_id",
        "experiment_id",
        "variant",
        "status",
        group,
        layer,
        slot,
    ]
    .map(text);
    format!(
        "SELECT rowid, {}, {time} FROM user_assignments",
        texts.join(", ")
    )
}

/// The columns of a batch: what [`select`] asks for.
struct Columns<'b> {
    ids: &'b [i64],
    texts: [&'b StringArray; 7],
    times: &'b dyn Array,
}

impl<'b> Columns<'b> {
    fn of(batch: &'b StructArray) -> duckdb::Result<Self> {
        let columns = batch.columns();
        let [
            ids,
            unit,
            experiment,
            variant,
            status,
            group,
            layer,
            slot,
            times,
        ] = columns
        else {
            return Err(duckdb::Error::InvalidColumnIndex(columns.len()));
        };
        let text = |column: &'b dyn Array| {
            let wrong = || duckdb::Error::InvalidQuery;
            column.as_string_opt::<i32>().ok_or_else(wrong)
        };
        Ok(Self {
            ids: ids.as_primitive::<Int64Type>().values(),
            texts: [
                text(unit)?,
                text(experiment)?,
                text(variant)?,
                text(status)?,
                text(group)?,
                text(layer)?,
                text(slot)?,
            ],
            times,
        })
    }

    fn id(&self, row: usize) -> i64 {
        self.ids[row]
    }

    fn values(&self, row: usize) -> Values<'b> {
        let texts = self.texts.map(|texts| text(texts, row));
        let [unit, experiment, variant, status, group, layer, slot] = texts;
        Values {
            unit,
            experiment,
            variant,
            status,
            time: time(self.times, row),
            group,
            layer,
            slot,
        }
    }
}

fn text(texts: &StringArray, row: usize) -> Value<'_> {
    if texts.is_null(row) {
        return Value::Null;
    }
    Value::Text(texts.value(row).as_bytes())
}

fn time(times: &dyn Array, row: usize) -> Value<'_> {
    if times.is_null(row) {
        Value::Null
    } else if let Some(micros) = times.as_primitive_opt::<Int64Type>() {
        Value::Time(micros.value(row))
    } else if let Some(seconds) = times.as_primitive_opt::<Float64Type>() {
        Value::Real(seconds.value(row))
    } else {
        times
            .as_string_opt()
            .map_or(Value::Null, |times| text(times, row))
    }
}
