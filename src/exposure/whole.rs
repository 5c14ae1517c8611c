//! Whole rows of a log, for who looks at each of them.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;

use super::clock::Clock;
use super::columns::Wanted;
use super::engine::{self, Source};
use super::kind::text;
use super::scan::{Decode, Range, Scan};
use super::value::{Value, Values};
use super::{LogError, Progress};

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

/// The rows that a log has at one moment: what is appended later isn't among them.
pub struct LogRows {
    source: Box<dyn Source>,
    /// None where there are no rows.
    range: Option<Range>,
}

impl LogRows {
    /// Opens the log and looks up its last row; none is read yet.
    pub fn of(path: &Path) -> Result<Self, LogError> {
        let source = engine::source(path, Wanted::Whole)?;
        let range = Range::of_all(&*source)?;
        Ok(Self { source, range })
    }

    /// Reads the rows from this time on, and hands over each block in order. `taker` makes one for
    /// each thread.
    pub(crate) fn read<T: TakeRows>(
        &self,
        since: Option<Timestamp>,
        taker: &(dyn Fn() -> T + Sync),
        merge: &mut dyn FnMut(T::Block, Progress),
    ) -> Result<(), LogError> {
        let Some(range) = self.range else {
            return Ok(());
        };
        let scan = Scan {
            range,
            decoder: &|| Decoder {
                taker: taker(),
                clock: Clock::default(),
                since: since.unwrap_or(Timestamp::MIN),
                rows: 0,
            },
        };
        let mut rows = 0;
        let read = scan.run(&*self.source, &mut |_, block| {
            rows += block.rows;
            let fraction = range.fraction(block.through);
            merge(block.taken, Progress { rows, fraction });
            ControlFlow::Continue(())
        });
        read.map(drop)
    }
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

    fn take(&mut self, values: &Values, id: &dyn Fn() -> i64) {
        self.rows += 1;
        let at = self.clock.micros(values.time);
        let at = at.and_then(|micros| Timestamp::from_microsecond(micros).ok());
        if at.is_none_or(|at| at >= self.since) {
            self.taker.take(id(), logged(values, at));
        }
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
fn logged<'r>(values: &Values<'r>, at: Option<Timestamp>) -> Result<LoggedRow<'r>, &'static str> {
    Ok(LoggedRow {
        unit_id: text(values.unit, "its unit_id is no text")?.ok_or("it has no unit_id")?,
        layer_id: text(values.layer, "its layer_id is no text")?.ok_or("it has no layer_id")?,
        slot_index: slot(values.slot)?,
        experiment_id: text(values.experiment, "its experiment_id is no text")?,
        variant: text(values.variant, "its variant is no text")?,
        status: text(values.status, "its status is no text")?.ok_or("it has no status")?,
        group: text(values.group, "its group_key is no text")?,
        at: at.ok_or("its assignment_timestamp is no time")?,
    })
}

/// DuckDB's numbers come as their digits.
pub(super) fn slot(value: Value) -> Result<Option<i64>, &'static str> {
    let slot = match value {
        Value::Null => return Ok(None),
        Value::Integer(slot) => Some(slot),
        Value::Text(digits) => str::from_utf8(digits)
            .ok()
            .and_then(|text| text.parse().ok()),
        Value::Real(_) | Value::Time(_) => None,
    };
    slot.map(Some).ok_or("its slot_index is no whole number")
}
