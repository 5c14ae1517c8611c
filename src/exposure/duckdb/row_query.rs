//! The query for the rows of the table, and its answer in Arrow columns.

use std::borrow::Cow;
use std::ops::ControlFlow;

use duckdb::arrow::array::{Array, AsArray, Float64Array, StringArray, StructArray};
use duckdb::arrow::datatypes::{DataType, Float64Type, Int64Type};
use duckdb::{Connection, Statement};

use super::super::columns::TableShape;
use super::super::engine::TakeValues;
use super::super::value::{Value, Values};
use super::table;

/// The rows from one row id to another. DuckDB stores rows in the order of their ids, and returns them in
/// this order (`preserve_insertion_order`).
pub(super) const CHUNK: &str = "rowid >= ? AND rowid <= ?";

/// Passes the rows of a query that was run to `rows` until it breaks.
pub(super) fn pass_rows(
    statement: &Statement,
    rows: &mut dyn TakeValues,
) -> duckdb::Result<ControlFlow<()>> {
    while let Some(batch) = statement.step()? {
        let columns = ArrowColumns::from_batch(&batch)?;
        for row in 0..batch.len() {
            let id = || columns.id(row);
            if rows.take(&columns.values(row), &id).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// The SQL that reads rows.
#[derive(Clone)]
pub(super) struct RowQuery {
    /// Selects a row's id and values, cast to a few types.
    pub(super) select: String,
    /// The condition for a unit's rows in a chunk.
    pub(super) unit_filter: String,
}

impl RowQuery {
    pub(super) fn new(connection: &Connection, shape: &TableShape) -> duckdb::Result<Self> {
        let unit = shape.column_sql("unit_id");
        let time = shape.column_sql("assignment_timestamp");
        let further = |index| {
            let column: Option<&Cow<'static, str>> = shape.further_sql.get(index);
            column.cloned().unwrap_or("NULL".into())
        };
        let others = [
            unit.clone(),
            shape.column_sql("experiment_id"),
            shape.column_sql("variant"),
            shape.column_sql("status"),
            shape.group_sql(),
            shape.column_sql("layer_id"),
            shape.column_sql("slot_index"),
            further(0),
            further(1),
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
pub(super) struct ArrowColumns<'b> {
    ids: &'b [i64],
    values: [ArrowColumn<'b>; 9],
    times: &'b dyn Array,
}

impl<'b> ArrowColumns<'b> {
    pub(super) fn from_batch(batch: &'b StructArray) -> duckdb::Result<Self> {
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
            further,
            more,
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
                ArrowColumn::from_array(further)?,
                ArrowColumn::from_array(more)?,
            ],
            times,
        })
    }

    pub(super) fn id(&self, row: usize) -> i64 {
        self.ids[row]
    }

    pub(super) fn values(&self, row: usize) -> Values<'b> {
        let values = self.values.map(|column| column.value(row));
        let [
            unit,
            experiment,
            variant,
            status,
            group,
            layer,
            slot,
            further,
            more,
        ] = values;
        Values {
            unit,
            experiment,
            variant,
            status,
            time: time(self.times, row),
            group,
            layer: Some(layer),
            slot,
            further: [further, more],
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
