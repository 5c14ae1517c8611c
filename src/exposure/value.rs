//! The values of a log's rows, in whatever engine, and how they are read.
//!
//! Logs may have passed through data frames and CSV files: whole numbers become floats, NULL becomes an
//! empty text, and the first value of a file gets a byte order mark. That is undone here.

use std::borrow::Cow;

use jiff::Timestamp;

/// One value, borrowed from its row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'r> {
    Null,
    Integer(i64),
    Real(f64),
    /// A text, or a blob that may be a text.
    Text(&'r [u8]),
    /// A time in microseconds since 1970, for engines that have a type for it.
    #[cfg_attr(
        not(any(feature = "duckdb", test)),
        expect(dead_code, reason = "SQLite has no such type")
    )]
    Time(i64),
}

/// The values of a row that are read.
#[derive(Clone, Copy)]
pub(super) struct Values<'r> {
    pub(super) unit: Value<'r>,
    pub(super) experiment: Value<'r>,
    pub(super) variant: Value<'r>,
    pub(super) status: Value<'r>,
    pub(super) time: Value<'r>,
    pub(super) group: Value<'r>,
    /// `None` where the log has no column for it.
    pub(super) layer: Option<Value<'r>>,
    pub(super) slot: Value<'r>,
    /// What is read besides, in order; NULL where that is less.
    pub(super) further: [Value<'r>; 2],
}

/// A column whose value can be at fault. Any group can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogColumn {
    Unit,
    Layer,
    Slot,
    Experiment,
    Variant,
    Status,
    Time,
}

impl LogColumn {
    #[cfg(test)]
    pub(super) const ALL: [Self; 7] = [
        Self::Unit,
        Self::Layer,
        Self::Slot,
        Self::Experiment,
        Self::Variant,
        Self::Status,
        Self::Time,
    ];
}

impl<'r> Values<'r> {
    pub(super) fn get(&self, column: LogColumn) -> Value<'r> {
        match column {
            LogColumn::Unit => self.unit,
            LogColumn::Layer => self.layer.unwrap_or(Value::Null),
            LogColumn::Slot => self.slot,
            LogColumn::Experiment => self.experiment,
            LogColumn::Variant => self.variant,
            LogColumn::Status => self.status,
            LogColumn::Time => self.time,
        }
    }
}

/// Some programs begin CSV files with it. An importer may leave it in the first value.
pub(super) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A value doesn't have its column's type.
pub(super) struct WrongType;

/// Reads a unit's id, which may be empty; `None` for NULL. A whole number is read as its digits.
pub(super) fn read_id(value: Value<'_>) -> Result<Option<Cow<'_, str>>, WrongType> {
    match value {
        Value::Text(bytes) => {
            let text = str::from_utf8(strip_byte_order_mark(bytes)).map_err(|_| WrongType)?;
            Ok(Some(text.into()))
        }
        Value::Integer(number) => Ok(Some(number.to_string().into())),
        Value::Real(number) if number.is_nan() => Ok(None),
        Value::Real(number) => Ok(Some(whole_number(number)?.to_string().into())),
        Value::Null => Ok(None),
        Value::Time(_) => Err(WrongType),
    }
}

/// Reads a text of the other columns, in which an empty text is a NULL that went through CSV.
pub(super) fn read_text(value: Value<'_>) -> Result<Option<Cow<'_, str>>, WrongType> {
    Ok(read_id(value)?.filter(|text| !text.is_empty()))
}

/// Reads a value of any type as text.
pub(super) fn read_any_text(value: Value<'_>) -> Option<Cow<'_, str>> {
    read_text(value).unwrap_or_else(|WrongType| display_text(value))
}

/// Reads a slot's number, which a data frame may have turned into a float.
pub(super) fn read_slot(value: Value) -> Result<Option<i64>, WrongType> {
    match value {
        Value::Integer(slot) => Ok(Some(slot)),
        Value::Text(digits) => {
            let digits = strip_byte_order_mark(digits).trim_ascii();
            if digits.is_empty() {
                return Ok(None);
            }
            let text = str::from_utf8(digits).map_err(|_| WrongType)?;
            let whole = match text.split_once('.') {
                Some((whole, zeros)) if zeros.bytes().all(|digit| digit == b'0') => whole,
                _ => text,
            };
            whole.parse().map(Some).map_err(|_| WrongType)
        }
        Value::Real(number) if number.is_nan() => Ok(None),
        Value::Real(number) => whole_number(number).map(Some),
        Value::Null => Ok(None),
        Value::Time(_) => Err(WrongType),
    }
}

/// Formats a value; `None` for NULL.
pub(super) fn display_text(value: Value<'_>) -> Option<Cow<'_, str>> {
    Some(match value {
        Value::Null => return None,
        Value::Integer(number) => number.to_string().into(),
        Value::Real(number) => number.to_string().into(),
        Value::Text(bytes) => String::from_utf8_lossy(bytes),
        Value::Time(micros) => Timestamp::from_microsecond(micros)
            .map_or_else(|_| micros.to_string(), |time| time.to_string())
            .into(),
    })
}

/// Strips the byte order mark of a file's first value.
pub(super) fn strip_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK.as_bytes())
        .unwrap_or(text)
}

/// Converts a float to a whole number. From 2^53 on, floats can't distinguish neighboring numbers.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a whole number below 2^53 is cast exactly"
)]
fn whole_number(number: f64) -> Result<i64, WrongType> {
    const LIMIT: f64 = (1_u64 << 53) as f64;
    if number.fract() == 0.0 && number.abs() < LIMIT {
        Ok(number as i64)
    } else {
        Err(WrongType)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: Value) -> String {
        match read_text(value) {
            Ok(Some(text)) => format!("{text:?}"),
            Ok(None) => "none".to_owned(),
            Err(WrongType) => "unfit".to_owned(),
        }
    }

    #[test]
    fn ids_survive_data_frames_and_csv() {
        let limit = 2_f64.powi(53);
        let values = [
            Value::Text(b"u9"),
            Value::Text(b"\xef\xbb\xbfu9"),
            Value::Text(b"\xef\xbb\xbf"),
            Value::Text(b""),
            Value::Text(b" "),
            Value::Text(b"9.0"),
            Value::Text(b"\xff"),
            Value::Integer(-9),
            Value::Real(9.0),
            Value::Real(-0.0),
            Value::Real(limit - 1.0),
            Value::Real(limit),
            Value::Real(9.5),
            Value::Real(f64::NAN),
            Value::Real(f64::INFINITY),
            Value::Time(9),
            Value::Null,
        ];
        insta::assert_snapshot!(values.map(read).join(" "), @r#""u9" "u9" none none " " "9.0" unfit "-9" "9" "0" "9007199254740991" unfit unfit none unfit unfit none"#);
    }

    #[test]
    fn slots_survive_data_frames_and_csv() {
        let values = [
            Value::Integer(9),
            Value::Real(9.0),
            Value::Text(b"9"),
            Value::Text(b"\xef\xbb\xbf9.0"),
            Value::Text(b"9.000 "),
            Value::Text(b"9."),
        ];
        for value in values {
            assert!(matches!(read_slot(value), Ok(Some(9))), "{value:?}");
        }
        for value in [Value::Null, Value::Text(b""), Value::Real(f64::NAN)] {
            assert!(matches!(read_slot(value), Ok(None)), "{value:?}");
        }
        let unfit = [
            Value::Real(9.5),
            Value::Real(1e300),
            Value::Text(b"9.5"),
            Value::Text(b".0"),
            Value::Text(b"9.0.0"),
            Value::Text(b"many"),
            Value::Text(b"\xff"),
            Value::Time(9),
        ];
        for value in unfit {
            assert!(read_slot(value).is_err(), "{value:?}");
        }
    }
}
