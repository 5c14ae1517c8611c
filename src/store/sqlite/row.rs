//! Rows as they are in the database, with checked access to their values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::failure::Failure;
use crate::domain::LayerId;
use crate::store::StoreError;
use crate::store::revision::{Fields, RowDigest};

/// What a revision leaves out of a row: when it was written.
const CLOCK_COLUMNS: [&str; 2] = ["created_at", "updated_at"];

/// One row: every column of the table by name, including those of other programs.
pub(super) struct SqlRow<'a> {
    table: &'static str,
    /// The value of its key column, which names it.
    pub(super) key: String,
    /// The values by the names of their columns.
    pub(super) cells: BTreeMap<&'a str, Value>,
}

/// Gives `take` the rows of a table, for all layers or one, in the order of insertion. One at a time:
/// there may be many, and a row takes several times the memory of what is kept of it.
pub(super) fn read_rows(
    connection: &Connection,
    table: &'static str,
    key_column: &str,
    layer: Option<&LayerId>,
    mut take: impl FnMut(&SqlRow<'_>) -> Result<(), StoreError>,
) -> Result<(), Failure> {
    let of_layer = of_layer(layer);
    let select = format!("SELECT * FROM {table} {of_layer} ORDER BY rowid");
    let mut select = connection.prepare(&select)?;
    let names = column_names(connection, table)?;
    let mut found = select.query(params_from_iter(layer.map(LayerId::as_str)))?;
    while let Some(found) = found.next()? {
        let mut row = SqlRow {
            table,
            key: "?".to_owned(),
            cells: BTreeMap::new(),
        };
        for (index, name) in names.iter().enumerate() {
            let value = Value::try_from(found.get_ref(index)?)
                .map_err(|_| row.corrupt(&format!("{name} isn't UTF-8 text")))?;
            if name == key_column
                && let Value::Text(key) = &value
            {
                row.key.clone_from(key);
            }
            row.cells.insert(name, value);
        }
        take(&row)?;
    }
    Ok(())
}

/// Returns the names of a table's columns, in the order of `SELECT *`.
///
/// Not those of the statement: for a name that a damaged file made invalid, `rusqlite` panics.
fn column_names(connection: &Connection, table: &'static str) -> Result<Vec<String>, Failure> {
    let mut select =
        connection.prepare("SELECT name FROM pragma_table_xinfo(?1) WHERE hidden <> 1")?;
    let names = select.query_map([table], |row| row.get(0))?;
    names
        .collect::<Result<_, _>>()
        .map_err(|error| match error {
            rusqlite::Error::Utf8Error(..) => {
                StoreError::corrupt(table, "?", "a column's name isn't UTF-8 text").into()
            }
            error => error.into(),
        })
}

/// Returns the condition for rows of this layer, and its only parameter.
pub(super) fn of_layer(layer: Option<&LayerId>) -> &'static str {
    match layer {
        Some(_) => "WHERE layer_id = ?1",
        None => "",
    }
}

impl SqlRow<'_> {
    /// Returns this row's part of the revision: every column by name, including those of other
    /// programs. `column` counts as `meant`, whatever is stored there: so neither a column that
    /// this program adds nor its default changes the revision.
    pub(super) fn digest(&self, column: &str, meant: &Value) -> RowDigest {
        let mut cells: BTreeMap<&str, &Value> = self
            .cells
            .iter()
            .map(|(name, value)| (*name, value))
            .filter(|(name, _)| !CLOCK_COLUMNS.contains(name))
            .collect();
        cells.insert(column, meant);
        let mut fields = Fields::new("row");
        for (name, value) in cells {
            fields.text(name);
            let (kind, bytes): (_, Cow<'_, [u8]>) = match value {
                Value::Null => ("null", Cow::Borrowed(&[])),
                Value::Integer(number) => ("integer", number.to_be_bytes().to_vec().into()),
                Value::Real(number) => ("real", number.to_be_bytes().to_vec().into()),
                Value::Text(text) => ("text", text.as_bytes().into()),
                Value::Blob(bytes) => ("blob", bytes.into()),
            };
            fields.text(kind);
            fields.bytes(&bytes);
        }
        fields.finish()
    }

    /// Creates an error about this row.
    pub(super) fn corrupt(&self, what: &str) -> StoreError {
        StoreError::corrupt(self.table, &self.key, what)
    }

    fn cell(&self, column: &str) -> Result<&Value, StoreError> {
        let missing = || self.corrupt(&format!("the table has no column {column}"));
        self.cells.get(column).ok_or_else(missing)
    }

    /// Returns a required text.
    pub(super) fn text(&self, column: &str) -> Result<&str, StoreError> {
        self.optional_text(column)?
            .ok_or_else(|| self.corrupt(&format!("{column} is missing")))
    }

    /// Returns a text, or `None` for NULL.
    pub(super) fn optional_text(&self, column: &str) -> Result<Option<&str>, StoreError> {
        match self.cell(column)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            _ => Err(self.corrupt(&format!("{column} isn't text"))),
        }
    }

    /// Returns a required whole number.
    pub(super) fn integer(&self, column: &str) -> Result<i64, StoreError> {
        match self.cell(column)? {
            Value::Integer(number) => Ok(*number),
            _ => Err(self.corrupt(&format!("{column} is not a whole number"))),
        }
    }

    /// Returns a number, or `None` for NULL.
    pub(super) fn optional_float(&self, column: &str) -> Result<Option<f64>, StoreError> {
        match self.cell(column)? {
            Value::Null => Ok(None),
            Value::Real(number) => Ok(Some(*number)),
            Value::Integer(number) => Ok(Some(*number as f64)),
            _ => Err(self.corrupt(&format!("{column} is not a number"))),
        }
    }
}
