//! What a log says of one unit.
//!
//! A log has no index by unit, so every row is looked at, a piece at a time and the newest first.
//! Who waits hears how far it is, and can stop it.

use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::{Value, ValueRef};

use super::LogError;
use super::clock::Clock;
use super::scan::{Range, pieces};
use super::table::{self, at};
use crate::domain::{ExperimentId, GroupName, LayerId, VariantName};
use crate::store;

/// The columns that are shown.
const COLUMNS: [&str; 7] = [
    "unit_id",
    "layer_id",
    "slot_index",
    "experiment_id",
    "variant",
    "status",
    "assignment_timestamp",
];

/// A unit's rows in a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitRows {
    /// The newest rows, in order of writing, the newest first.
    pub rows: Vec<UnitRow>,
    /// How many there are in all.
    pub total: u64,
    /// Whether all of the log was looked at; not where it was stopped.
    pub is_complete: bool,
}

/// A row of the log, as far as it says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// The layer.
    pub layer_id: Option<LayerId>,
    /// The slot.
    pub slot_index: Option<i64>,
    /// The experiment that was active on it.
    pub experiment_id: Option<ExperimentId>,
    /// What the unit got.
    pub variant: Option<VariantName>,
    /// Whether it was assigned, as a word.
    pub status: Option<String>,
    /// The group whose allocation decided.
    pub group: Option<GroupName>,
    /// When; none where the log's value is no time.
    pub at: Option<Timestamp>,
}

/// The rows of this unit that there are at the start: the newest ones, `most` at most, and how many
/// there are. `watch` is told now and then how much of the log was looked at, 0 to 1, and stops
/// the search where it says so.
///
/// ```no_run
/// use std::ops::ControlFlow;
///
/// let log = "exposures.db".as_ref();
/// let found = avos::exposure::rows_of(log, "user_1", 100, &mut |_| ControlFlow::Continue(()))?;
/// println!("{} rows", found.total);
/// # Ok::<(), avos::exposure::LogError>(())
/// ```
pub fn rows_of(
    path: &Path,
    unit_id: &str,
    most: usize,
    watch: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<UnitRows, LogError> {
    table::refuse_duckdb(path)?;
    if store::stamp(path)?.is_none() {
        let path = path.to_path_buf();
        return Err(LogError::Missing { path });
    }
    let (connection, shape) = table::reader(path, &COLUMNS)?;
    let mut found = UnitRows::default();
    let range = Range::of_all(&connection).map_err(at(path))?;
    let pieces = range.map(pieces).unwrap_or_default();
    let group = shape.group();
    let query = format!(
        "SELECT layer_id, slot_index, experiment_id, variant, status, assignment_timestamp, {group} \
         FROM user_assignments WHERE _rowid_ > ?1 AND _rowid_ <= ?2 AND unit_id IN (?3, ?4, ?5) \
         ORDER BY _rowid_ DESC"
    );
    let [text, bytes, number] = spellings(unit_id);
    let mut clock = Clock::default();
    let mut look = |piece: &Range| {
        let mut select = connection.prepare_cached(&query)?;
        let mut rows = select.query((piece.after, piece.through, &text, &bytes, &number))?;
        while let Some(row) = rows.next()? {
            found.total += 1;
            if found.rows.len() < most {
                found.rows.push(decoded(row, &mut clock)?);
            }
        }
        Ok(())
    };
    for (index, piece) in pieces.iter().rev().enumerate() {
        if watch(index as f64 / pieces.len() as f64).is_break() {
            return Ok(found);
        }
        look(piece).map_err(at(path))?;
    }
    found.is_complete = true;
    Ok(found)
}

/// The values that are this unit's: its text, the same as bytes, and its number where the text is
/// one, which a column without a type makes of it.
fn spellings(unit_id: &str) -> [Value; 3] {
    let number = unit_id.parse::<i64>().ok();
    let number = number.filter(|number| number.to_string() == unit_id);
    [
        Value::Text(unit_id.to_owned()),
        Value::Blob(unit_id.as_bytes().to_vec()),
        number.map_or(Value::Null, Value::Integer),
    ]
}

fn decoded(row: &Row, clock: &mut Clock) -> rusqlite::Result<UnitRow> {
    let micros = clock.micros(row.get_ref(5)?);
    Ok(UnitRow {
        layer_id: text(row.get_ref(0)?).map(LayerId::from),
        slot_index: match row.get_ref(1)? {
            ValueRef::Integer(slot) => Some(slot),
            _ => None,
        },
        experiment_id: text(row.get_ref(2)?).map(ExperimentId::from),
        variant: text(row.get_ref(3)?).map(VariantName::from),
        status: text(row.get_ref(4)?),
        group: text(row.get_ref(6)?).map(GroupName::from),
        at: micros.and_then(|micros| Timestamp::from_microsecond(micros).ok()),
    })
}

/// The value as text, whatever it is: it is only shown.
fn text(value: ValueRef) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}
