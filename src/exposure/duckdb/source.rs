//! Reads rows from the table by row id, as Arrow columns.

use std::path::{Path, PathBuf};

use duckdb::arrow::array::{Array, AsArray, Float64Array, StringArray, StructArray};
use duckdb::arrow::datatypes::{DataType, Float64Type, Int64Type};
use duckdb::{Connection, Params, params};

use super::super::LogError;
use super::super::columns::TableShape;
use super::super::decode::fingerprint;
use super::super::engine::{self, LastRow, RowRange, TakeValues};
use super::super::value::{Value, Values};
use super::hold::DuckDbReader;
use super::open::duckdb_error;
use super::table;
use crate::sqlite::FileId;

/// The rows from one row id to another. DuckDB stores rows in the order of their ids, and returns them in
/// this order (`preserve_insertion_order`).
const CHUNK: &str = "rowid >= ? AND rowid <= ?";
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
    /// Opens the log; `dimension` is a further column that is to be read.
    pub(in super::super) fn open(path: &Path, dimension: Option<&str>) -> Result<Self, LogError> {
        let reader = DuckDbReader::open(path)?;
        let shape = table::shape(reader.connection(), dimension, path)?;
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
        // This runs the query. Its iterator would panic on an error, so `step` returns the batches.
        drop(statement.query_arrow(parameters)?);
        while let Some(batch) = statement.step()? {
            let columns = ArrowColumns::from_batch(&batch)?;
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

    fn file(&self) -> FileId {
        self.reader.file
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

/// The SQL that reads rows.
#[derive(Clone)]
struct RowQuery {
    /// Selects a row's id and values, cast to a few types.
    select: String,
    /// The condition for a unit's rows in a chunk.
    unit_filter: String,
}

impl RowQuery {
    fn new(connection: &Connection, shape: &TableShape) -> duckdb::Result<Self> {
        let unit = shape.column_sql("unit_id");
        let time = shape.column_sql("assignment_timestamp");
        let others = [
            unit.clone(),
            shape.column_sql("experiment_id"),
            shape.column_sql("variant"),
            shape.column_sql("status"),
            shape.group_sql(),
            shape.column_sql("layer_id"),
            shape.column_sql("slot_index"),
            shape.dimension_sql().map_or("NULL".into(), Into::into),
        ];
        let selected = format!("{time}, {}", others.join(", "));
        let schema = table::schema(connection, &selected)?;
        let mut types = schema.fields().iter().map(|field| field.data_type());
        let time_type = types.next().unwrap_or(&DataType::Null);
        let types: Vec<&DataType> = types.collect();
        let columns = others.iter().zip(&types);
        let columns: Vec<String> = columns
            .map(|(column, kind)| value_sql(column, kind))
            .collect();
        let is_unit = if types.first().is_some_and(|kind| has_fraction(kind)) {
            format!("{unit} = TRY_CAST($3 AS DOUBLE)")
        } else {
            // The first value of a file may begin with a byte order mark.
            format!("CAST({unit} AS VARCHAR) IN ($3, chr(65279) || $3)")
        };
        Ok(Self {
            select: format!(
                "SELECT rowid, {}, {} FROM user_assignments",
                columns.join(", "),
                time_sql(&time, time_type)
            ),
            unit_filter: format!("rowid >= $1 AND rowid <= $2 AND {is_unit}"),
        })
    }
}

fn has_fraction(kind: &DataType) -> bool {
    match kind {
        DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => *scale > 0,
        kind => kind.is_floating(),
    }
}

/// Reads types with fractions as numbers, since a data frame turns 9 into 9.0, and all others as text.
fn value_sql(column: &str, kind: &DataType) -> String {
    let read_as = if has_fraction(kind) {
        "DOUBLE"
    } else {
        "VARCHAR"
    };
    format!("CAST({column} AS {read_as})")
}

fn time_sql(column: &str, kind: &DataType) -> String {
    match kind {
        DataType::Timestamp(..) | DataType::Date32 => format!("epoch_us({column})"),
        kind if kind.is_numeric() => format!("CAST({column} AS DOUBLE)"),
        _ => format!("CAST({column} AS VARCHAR)"),
    }
}

/// The values of a column.
#[derive(Clone, Copy)]
enum ArrowColumn<'b> {
    Texts(&'b StringArray),
    Reals(&'b Float64Array),
}

impl<'b> ArrowColumn<'b> {
    fn from_array(array: &'b dyn Array) -> duckdb::Result<Self> {
        if let Some(reals) = array.as_primitive_opt::<Float64Type>() {
            return Ok(Self::Reals(reals));
        }
        let texts = array.as_string_opt::<i32>();
        texts.map(Self::Texts).ok_or(duckdb::Error::InvalidQuery)
    }

    fn value(self, row: usize) -> Value<'b> {
        match self {
            Self::Texts(texts) => text(texts, row),
            Self::Reals(reals) if reals.is_null(row) => Value::Null,
            Self::Reals(reals) => Value::Real(reals.value(row)),
        }
    }
}

/// The columns of a batch, as a [`RowQuery`] selects them.
struct ArrowColumns<'b> {
    ids: &'b [i64],
    values: [ArrowColumn<'b>; 8],
    times: &'b dyn Array,
}

impl<'b> ArrowColumns<'b> {
    fn from_batch(batch: &'b StructArray) -> duckdb::Result<Self> {
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
            dimension,
            times,
        ] = columns
        else {
            return Err(duckdb::Error::InvalidColumnIndex(columns.len()));
        };
        Ok(Self {
            ids: ids.as_primitive::<Int64Type>().values(),
            values: [
                ArrowColumn::from_array(unit)?,
                ArrowColumn::from_array(experiment)?,
                ArrowColumn::from_array(variant)?,
                ArrowColumn::from_array(status)?,
                ArrowColumn::from_array(group)?,
                ArrowColumn::from_array(layer)?,
                ArrowColumn::from_array(slot)?,
                ArrowColumn::from_array(dimension)?,
            ],
            times,
        })
    }

    fn id(&self, row: usize) -> i64 {
        self.ids[row]
    }

    fn values(&self, row: usize) -> Values<'b> {
        let values = self.values.map(|column| column.value(row));
        let [
            unit,
            experiment,
            variant,
            status,
            group,
            layer,
            slot,
            dimension,
        ] = values;
        Values {
            unit,
            experiment,
            variant,
            status,
            time: time(self.times, row),
            group,
            layer,
            slot,
            dimension,
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
