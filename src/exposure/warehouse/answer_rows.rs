//! The values of an answer, whichever of Arrow's types a driver chose for them.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use super::source::WarehouseSource;
use crate::exposure::LogError;

/// A row of an answer.
#[derive(Clone, Copy)]
pub(super) struct AnswerRow<'b> {
    source: &'b WarehouseSource,
    batch: &'b RecordBatch,
    row: usize,
}

impl<'b> AnswerRow<'b> {
    pub(super) fn new(source: &'b WarehouseSource, batch: &'b RecordBatch, row: usize) -> Self {
        Self { source, batch, row }
    }

    /// Returns the number in this column; `None` for NULL.
    pub(super) fn number(self, column: usize) -> Result<Option<i64>, LogError> {
        let array = self.column(column)?;
        if array.is_null(self.row) {
            return Ok(None);
        }
        match array.data_type() {
            DataType::Int64 => Ok(Some(array.as_primitive::<Int64Type>().value(self.row))),
            DataType::Int32 => {
                let number = array.as_primitive::<Int32Type>().value(self.row);
                Ok(Some(number.into()))
            }
            _ => Err(self.wrong_type(column, "a whole number")),
        }
    }

    /// Returns the count in this column.
    pub(super) fn count(self, column: usize) -> Result<u64, LogError> {
        let number = self.number(column)?;
        let count = number.and_then(|number| u64::try_from(number).ok());
        count.ok_or_else(|| self.wrong_type(column, "a count"))
    }

    /// Returns the time in this column, in microseconds since 1970.
    pub(super) fn micros(self, column: usize) -> Result<i64, LogError> {
        let number = self.number(column)?;
        number.ok_or_else(|| self.wrong_type(column, "a time"))
    }

    /// Returns the text in this column; `None` for NULL.
    pub(super) fn text(self, column: usize) -> Result<Option<&'b str>, LogError> {
        let array = self.column(column)?;
        if array.is_null(self.row) {
            return Ok(None);
        }
        match array.data_type() {
            DataType::Utf8 => Ok(Some(array.as_string::<i32>().value(self.row))),
            DataType::LargeUtf8 => Ok(Some(array.as_string::<i64>().value(self.row))),
            DataType::Utf8View => Ok(Some(array.as_string_view().value(self.row))),
            _ => Err(self.wrong_type(column, "a text")),
        }
    }

    /// Returns the text in this column, which has no NULL.
    pub(super) fn known_text(self, column: usize) -> Result<&'b str, LogError> {
        let text = self.text(column)?;
        text.ok_or_else(|| self.wrong_type(column, "a text"))
    }

    fn column(self, column: usize) -> Result<&'b dyn Array, LogError> {
        let array = self.batch.columns().get(column);
        let array = array.map(AsRef::as_ref);
        array.ok_or_else(|| self.unexpected(format!("the answer has no column {column}")))
    }

    fn wrong_type(self, column: usize, expected: &str) -> LogError {
        let schema = self.batch.schema();
        let field = schema.field(column);
        self.unexpected(format!(
            "expected {expected} in `{}`, found {}",
            field.name(),
            field.data_type()
        ))
    }

    fn unexpected(self, reason: String) -> LogError {
        LogError::Query {
            source_name: self.source.name.clone(),
            reason,
        }
    }
}
