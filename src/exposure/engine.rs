//! What an engine for logs must implement.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use super::LogError;
use super::queue::RowBatch;
use super::value::Values;
use crate::sqlite::{FileId, FileStamp};

/// The most chunks that a range is cut into: row ids may lie far apart.
const MAX_CHUNKS: u64 = 1 << 14;

/// A log that is open for appending.
pub(super) trait LogSink: Send {
    /// Writes all rows, or none.
    fn write(&mut self, batch: &RowBatch) -> Result<(), LogError>;

    /// Merges everything written into the file itself, which was moved without its sidecar files.
    fn merge(&mut self) -> Result<(), LogError>;
}

/// A log that is open for reading. Reading leaves no trace in it.
pub(super) trait LogSource: Send {
    /// Returns the first and the last row id at or after `from`, or `None` without such rows.
    fn bounds(&self, from: i64) -> Result<Option<(i64, i64)>, LogError>;

    /// Returns the last row up to this id, if any.
    fn last_row(&self, last: i64) -> Result<Option<LastRow>, LogError>;

    /// Returns what was opened.
    fn identity(&self) -> LogIdentity;

    /// Returns the least number of row ids in a chunk.
    fn chunk_rows(&self) -> u64;

    /// Passes the rows of a chunk to `rows` in order until it breaks.
    fn read(&self, chunk: RowRange, rows: &mut dyn TakeValues) -> Result<(), LogError>;

    /// Passes only the rows of a unit. Rows of other units may be among them.
    fn read_unit(
        &self,
        chunk: RowRange,
        unit_id: &str,
        rows: &mut dyn TakeValues,
    ) -> Result<(), LogError>;

    /// Opens the same log again, for another thread.
    fn reopen(&self) -> Result<Box<dyn LogSource>, LogError>;
}

/// Tells one log from another.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum LogIdentity {
    /// A file that grows.
    File(FileId),
    /// Files that don't change, in the order in which they are read.
    #[cfg_attr(
        not(feature = "duckdb"),
        expect(dead_code, reason = "DuckDB reads them")
    )]
    Files(Arc<[StampedFile]>),
}

/// A file as it is at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StampedFile {
    pub(super) path: PathBuf,
    pub(super) stamp: FileStamp,
}

impl LogIdentity {
    /// Returns whether the rows of the other log are the first ones of this log: files came after the last one,
    /// or none.
    pub(super) fn continues(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Files(files), Self::Files(others)) => files.starts_with(others),
            _ => self == other,
        }
    }
}

/// A row that can be recognized later.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct LastRow {
    pub(super) id: i64,
    /// Changes when a counted value of the row changes.
    pub(super) fingerprint: u64,
}

/// A range of row ids; never empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowRange {
    pub(super) first: i64,
    /// Inclusive.
    pub(super) last: i64,
}

impl RowRange {
    /// Returns the range of all rows, or `None` for an empty log.
    pub(super) fn all(source: &dyn LogSource) -> Result<Option<Self>, LogError> {
        Self::starting_at(source, i64::MIN)
    }

    /// Returns the range of all rows from this id on, or `None` without such rows.
    pub(super) fn starting_at(source: &dyn LogSource, row: i64) -> Result<Option<Self>, LogError> {
        let range = |(first, last)| Self { first, last };
        Ok(source.bounds(row)?.map(range))
    }

    /// Cuts the range into chunks of at least `rows` row ids, in order. There is at least one.
    pub(super) fn chunks(self, rows: u64) -> Vec<Self> {
        // One less than the number of row ids, which may overflow.
        let beyond_first = self.last.abs_diff(self.first);
        let length = rows.max(beyond_first / MAX_CHUNKS + 1);
        let mut chunks = Vec::new();
        let mut first = self.first;
        loop {
            let last = first.saturating_add_unsigned(length - 1).min(self.last);
            chunks.push(Self { first, last });
            if last >= self.last {
                return chunks;
            }
            first = last + 1;
        }
    }

    /// Returns the part of the range up to and including this row: above 0, at most 1.
    pub(super) fn fraction(self, row: i64) -> f64 {
        let rows_up_to = |row: i64| row.abs_diff(self.first) as f64 + 1.0;
        rows_up_to(row) / rows_up_to(self.last)
    }
}

/// Receives the rows of a chunk.
pub(super) trait TakeValues {
    /// Takes the next row. `Break` ends the reading. The id is a call because it costs some engines
    /// time, and few rows need it.
    fn take(&mut self, values: &Values, id: &dyn Fn() -> i64) -> ControlFlow<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_follow_each_other_and_are_never_too_many() {
        let extremes = [i64::MIN, i64::MIN + 1, -1, 0, 1, 32_768, 32_769, i64::MAX];
        for first in extremes {
            for last in extremes.into_iter().filter(|last| *last >= first) {
                let chunks = RowRange { first, last }.chunks(32_768);
                assert!(chunks.len() as u64 <= MAX_CHUNKS);
                assert_eq!(
                    (chunks[0].first, chunks[chunks.len() - 1].last),
                    (first, last)
                );
                assert!(
                    chunks
                        .windows(2)
                        .all(|pair| pair[0].last + 1 == pair[1].first)
                );
            }
        }
    }
}
