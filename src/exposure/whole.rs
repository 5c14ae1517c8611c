//! Whole rows of a log, for who looks at each of them.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::clock::Clock;
use super::kind::text;
use super::scan::{Decode, Range, Scan, id};
use super::table::{self, Shape, at};
use super::{LogError, Progress};
use crate::store;

/// A row as the log has it.
#[derive(Clone, Debug)]
pub(crate) struct LoggedRow<'r> {
    pub(crate) unit_id: Cow<'r, str>,
    pub(crate) layer_id: Cow<'r, str>,
    pub(crate) slot_index: Option<i64>,
    pub(crate) experiment_id: Option<Cow<'r, str>>,
    pub(crate) variant: Option<Cow<'r, str>>,
    pub(crate) status: Cow<'r, str>,
    pub(crate) group: Option<Cow<'r, str>>,
    pub(crate) at: Timestamp,
}

/// Takes the rows of a log, on one of several threads.
pub(crate) trait TakeRows {
    /// What became of neighbouring rows.
    type Block: Send;
    /// Takes a row by its id, or what is wrong with it.
    fn take(&mut self, row_id: i64, row: Result<LoggedRow<'_>, &'static str>);
    /// What became of those since the last block.
    fn finish_block(&mut self) -> Self::Block;
}

/// Reads the rows that there are at the start, from this time on, and hands over each block in
/// order, until it is told to stop. `taker` makes one for each thread.
pub(crate) fn read_rows<T: TakeRows>(
    path: &Path,
    since: Option<Timestamp>,
    taker: &(dyn Fn() -> T + Sync),
    merge: &mut dyn FnMut(T::Block, Progress) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, LogError> {
    table::refuse_duckdb(path)?;
    if store::stamp(path)?.is_none() {
        let path = path.to_path_buf();
        return Err(LogError::Missing { path });
    }
    let (connection, shape) = table::reader(path, Decoder::<T>::COLUMNS)?;
    let Some(range) = Range::of_all(&connection).map_err(at(path))? else {
        return Ok(ControlFlow::Continue(()));
    };
    let scan = Scan {
        path,
        range,
        decoder: &|| Decoder {
            taker: taker(),
            clock: Clock::default(),
            since: since.unwrap_or(Timestamp::MIN),
            rows: 0,
        },
    };
    let mut rows = 0;
    scan.run(&connection, &shape, &mut |_, block| {
        rows += block.rows;
        let fraction = range.fraction(block.through);
        merge(block.taken, Progress { rows, fraction })
    })
}

struct Decoder<T> {
    taker: T,
    clock: Clock,
    since: Timestamp,
    rows: u64,
}

struct Block<B> {
    taken: B,
    rows: u64,
    through: i64,
}

impl<T: TakeRows> Decode for Decoder<T> {
    type Block = Block<T::Block>;

    const COLUMNS: &'static [&'static str] = &[
        "unit_id",
        "layer_id",
        "slot_index",
        "experiment_id",
        "variant",
        "status",
        "assignment_timestamp",
    ];

    fn query(shape: &Shape, which: &str) -> String {
        let group = shape.group();
        format!(
            "SELECT _rowid_, unit_id, layer_id, slot_index, experiment_id, variant, status, \
             assignment_timestamp, {group} FROM user_assignments WHERE {which}"
        )
    }

    fn take(&mut self, row: &Row) -> rusqlite::Result<()> {
        self.rows += 1;
        let at = self.clock.micros(row.get_ref(7)?);
        let at = at.and_then(|micros| Timestamp::from_microsecond(micros).ok());
        if at.is_none_or(|at| at >= self.since) {
            self.taker.take(id(row)?, logged(row, at));
        }
        Ok(())
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn finish_block(&mut self, through: i64) -> Self::Block {
        Block {
            taken: self.taker.finish_block(),
            rows: std::mem::take(&mut self.rows),
            through,
        }
    }
}

/// The row, or what is wrong with it.
fn logged<'r>(row: &'r Row, at: Option<Timestamp>) -> Result<LoggedRow<'r>, &'static str> {
    let value = |column| row.get_ref(column).unwrap_or(ValueRef::Null);
    Ok(LoggedRow {
        unit_id: text(value(1), "its unit_id is no text")?.ok_or("it has no unit_id")?,
        layer_id: text(value(2), "its layer_id is no text")?.ok_or("it has no layer_id")?,
        slot_index: slot(value(3))?,
        experiment_id: text(value(4), "its experiment_id is no text")?,
        variant: text(value(5), "its variant is no text")?,
        status: text(value(6), "its status is no text")?.ok_or("it has no status")?,
        group: text(value(8), "its group_key is no text")?,
        at: at.ok_or("its assignment_timestamp is no time")?,
    })
}

fn slot(value: ValueRef) -> Result<Option<i64>, &'static str> {
    match value {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(slot) => Ok(Some(slot)),
        _ => Err("its slot_index is no whole number"),
    }
}
