//! Whole rows of a log, for who looks at each of them.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;

use super::engine::{RowRange, Source};
use super::kind::{Said, said};
use super::open::open_source;
use super::row::{Occasion, RowReader, Unreadable};
use super::scan::{Decode, Scan};
use super::value::Values;
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
    fn take(&mut self, row_id: i64, row: Result<LoggedRow<'_>, Unreadable<'_>>);
    /// What became of those since the last block.
    fn finish_block(&mut self) -> Self::Block;
}

/// The rows that a log has at one moment: what is appended later isn't among them.
pub struct LogRows {
    source: Box<dyn Source>,
    /// None where there are no rows.
    range: Option<RowRange>,
}

impl LogRows {
    /// Opens the log and looks up its last row; none is read yet.
    pub fn of(path: &Path) -> Result<Self, LogError> {
        let source = open_source(path)?;
        let range = RowRange::of_all(&*source)?;
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
        let since = since.map_or(i64::MIN, Timestamp::as_microsecond);
        let scan = Scan {
            range,
            decoder: &|| Decoder {
                taker: taker(),
                reader: RowReader::new(since),
                rows: 0,
            },
        };
        let mut rows = 0;
        let read = scan.run(&*self.source, &mut |_, block| {
            rows += block.rows;
            let fraction = range.fraction(block.last_row);
            merge(block.taken, Progress { rows, fraction });
            ControlFlow::Continue(())
        });
        read.map(drop)
    }
}

struct Decoder<T> {
    taker: T,
    reader: RowReader,
    rows: u64,
}

struct Block<B> {
    taken: B,
    rows: u64,
    last_row: i64,
}

impl<T: TakeRows> Decode for Decoder<T> {
    type Block = Block<T::Block>;

    fn take(&mut self, values: &Values, id: &dyn Fn() -> i64) {
        self.rows += 1;
        if let Some(read) = self.reader.read(values, said) {
            let row = read.map(|(occasion, said)| logged(occasion, said));
            self.taker.take(id(), row);
        }
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn finish_block(&mut self, last_row: i64) -> Self::Block {
        Block {
            taken: self.taker.finish_block(),
            rows: std::mem::take(&mut self.rows),
            last_row,
        }
    }
}

fn logged<'r>(occasion: Occasion<'r>, said: Said<'r>) -> LoggedRow<'r> {
    LoggedRow {
        unit_id: occasion.unit,
        layer_id: occasion.layer,
        slot_index: occasion.slot,
        experiment_id: said.experiment,
        variant: said.variant,
        status: said.status,
        group: said.group,
        // The clock gives times that there are.
        at: Timestamp::from_microsecond(occasion.at).unwrap_or_default(),
    }
}
