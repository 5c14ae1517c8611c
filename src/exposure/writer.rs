//! The logger of files. Its own thread owns the log, so callers don't wait for the disk unless they ask
//! to.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use jiff::Timestamp;

use super::engine::LogSink;
use super::open::{file_id, open_sink};
use super::queue::{IsLast, Queue, RowBatch};
use super::{AssignmentLogger, LogError, LogLocation};
use crate::assign::Assignment;
use crate::sqlite::FileId;

/// What happens to a row that finds the queue full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenFull {
    /// Calls wait for room: no row is lost, and a slow disk slows the service down.
    Wait,
    /// The row is dropped and counted; the service is never slowed down.
    Drop,
}

/// What a flushed row survives. In a DuckDB log every transaction waits for the disk, so a row always
/// survives a power failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// The end of the program, even by a crash. A power failure may lose the last transactions as a
    /// whole, but doesn't damage the log.
    Program,
    /// A power failure as well: every transaction waits for the disk.
    Power,
}

/// How a [`FileLogger`] behaves, and whose rows it writes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggerOptions {
    /// What happens to rows that find the queue full.
    pub when_full: WhenFull,
    /// What a flushed row survives.
    pub durability: Durability,
    /// Maximum number of queued rows. Up to as many again may be in flight.
    pub capacity_rows: usize,
    /// Maximum number of bytes of queued text.
    pub capacity_bytes: usize,
    /// The service and its instance, such as `checkout@host-3`: the column `source` of all its rows.
    pub source: Option<String>,
}

impl Default for LoggerOptions {
    /// Waits when full, survives the end of the program, and queues up to 65,536 rows or 16 MiB of text:
    /// about 20 MiB in all for rows of 100 bytes.
    fn default() -> Self {
        Self {
            when_full: WhenFull::Wait,
            durability: Durability::Program,
            capacity_rows: 1 << 16,
            capacity_bytes: 1 << 24,
            source: None,
        }
    }
}

/// Appends to a log in a file: a DuckDB file if its name ends in `.duckdb`, otherwise a SQLite file.
///
/// Logging copies the rows into a bounded queue under a lock. That takes about a tenth of a microsecond
/// a row, with no I/O, and no allocation once the queue has grown. A thread writes the queued rows in
/// one transaction, after a twentieth of a second at the latest. If a write fails, it is retried every
/// second; until it succeeds, calls return an error and take no rows. If the file is moved or removed,
/// the next rows go to a new one.
///
/// Dropping the logger flushes pending rows, making one last attempt after a failure; [`close`] returns
/// whether they were written.
///
/// [`close`]: FileLogger::close
#[derive(Debug)]
pub struct FileLogger {
    queue: Arc<Queue>,
    /// `None` once it is joined.
    writer: Option<JoinHandle<()>>,
}

impl FileLogger {
    /// Opens the log at this location for appending, or creates it. Adds the columns `group_key`,
    /// `source` and `revision` to a log that lacks them, such as one of the Python AVOS.
    pub fn open(
        location: impl Into<LogLocation>,
        options: LoggerOptions,
    ) -> Result<Self, LogError> {
        let mut log = Appender::open(location.into().file()?, options.clone())?;
        Self::spawn(options, move |batch| log.write(batch))
    }

    fn spawn(
        options: LoggerOptions,
        write: impl FnMut(&RowBatch) -> Result<(), LogError> + Send + 'static,
    ) -> Result<Self, LogError> {
        let keep_bytes = options.capacity_bytes;
        let queue = Arc::new(Queue::new(options));
        let guard = EndGuard(Arc::clone(&queue));
        let writer = Builder::new()
            .name("avos-exposure-log".to_owned())
            .spawn(move || write_all(&guard.0, write, keep_bytes));
        Ok(Self {
            queue,
            writer: Some(writer.map_err(LogError::Thread)?),
        })
    }

    /// Returns the number of rows that weren't taken, because the queue was full or the log couldn't be
    /// written.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.queue.dropped()
    }

    /// Writes pending rows and closes the log. An error means that rows are lost.
    pub fn close(mut self) -> Result<(), LogError> {
        self.stop_writer();
        self.queue.flush()
    }

    fn stop_writer(&mut self) {
        self.queue.close();
        if let Some(writer) = self.writer.take() {
            // The thread's panic was reported already; `flush` reports lost rows.
            let _ = writer.join();
        }
    }
}

impl AssignmentLogger for FileLogger {
    fn log_assignments(
        &self,
        assignments: &[Assignment<'_>],
        at: Timestamp,
    ) -> Result<(), LogError> {
        self.queue.enqueue(assignments, at)
    }

    fn flush(&self) -> Result<(), LogError> {
        self.queue.flush()
    }
}

impl Drop for FileLogger {
    fn drop(&mut self) {
        self.stop_writer();
    }
}

/// Marks the queue as ended when the thread ends, even by a panic.
struct EndGuard(Arc<Queue>);

impl Drop for EndGuard {
    fn drop(&mut self) {
        self.0.mark_ended();
    }
}

/// Writes batches until the queue ends.
fn write_all(
    queue: &Queue,
    mut write: impl FnMut(&RowBatch) -> Result<(), LogError>,
    keep_bytes: usize,
) {
    let mut batch = RowBatch::default();
    while let Some(IsLast(is_last)) = queue.take_batch(&mut batch) {
        let outcome = write(&batch);
        let is_written = outcome.is_ok();
        queue.record_attempt(batch.len(), outcome);
        if is_written {
            batch.clear(keep_bytes);
        } else if is_last {
            break;
        }
    }
}

/// The log that the thread appends to, always at the same path. If its file is moved or removed, as by log
/// rotation, the next rows go to a new file.
pub(super) struct Appender {
    path: PathBuf,
    options: LoggerOptions,
    /// `None` after a failure: a DuckDB connection is unusable after the disk was full.
    open: Option<OpenLog>,
}

struct OpenLog {
    file: FileId,
    sink: Box<dyn LogSink>,
}

impl Appender {
    /// Opens the log, or creates it.
    pub(super) fn open(path: &Path, options: LoggerOptions) -> Result<Self, LogError> {
        Ok(Self {
            path: path.to_path_buf(),
            open: Some(OpenLog::new(path, &options)?),
            options,
        })
    }

    /// Writes all rows, or none.
    pub(super) fn write(&mut self, batch: &RowBatch) -> Result<(), LogError> {
        self.release_moved_file()?;
        let mut open = match self.open.take() {
            Some(open) => open,
            None => OpenLog::new(&self.path, &self.options)?,
        };
        open.sink.write(batch)?;
        self.open = Some(open);
        Ok(())
    }

    /// Closes a file that was moved, with all its rows merged into it, before a new one is created: both
    /// would use the same sidecar files.
    fn release_moved_file(&mut self) -> Result<(), LogError> {
        let there = file_id(&self.path)?;
        if let Some(open) = &mut self.open
            && there != Some(open.file)
        {
            open.sink.merge()?;
            self.open = None;
        }
        Ok(())
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        // There is nobody left to report an error to.
        let _ = self.release_moved_file();
    }
}

impl OpenLog {
    fn new(path: &Path, options: &LoggerOptions) -> Result<Self, LogError> {
        loop {
            let before = file_id(path)?;
            let sink = open_sink(path, options)?;
            // If it was created or replaced meanwhile, it isn't clear which file is open.
            if let Some(file) = file_id(path)?.filter(|file| before == Some(*file)) {
                return Ok(Self { file, sink });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assign::AssignmentStatus;
    use crate::domain::{LayerId, SlotIndex};

    #[test]
    fn a_writer_that_panics_is_reported_and_nobody_waits_for_it() {
        let options = LoggerOptions {
            capacity_rows: 1,
            ..LoggerOptions::default()
        };
        let logger =
            FileLogger::spawn(options, |_| panic!("a fault of the engine")).expect("a thread");
        let layer = LayerId::from("web");
        let assignment = Assignment {
            unit_id: "u1",
            layer_id: &layer,
            slot_index: SlotIndex(0),
            experiment_id: None,
            experiment_name: None,
            variant: None,
            status: AssignmentStatus::NotAssigned,
            group: None,
            revision: None,
        };
        let log = || logger.log_assignments(&[assignment], Timestamp::UNIX_EPOCH);
        log().expect("nobody knows yet");
        assert!(matches!(logger.flush(), Err(LogError::Ended)));
        assert!(matches!(log(), Err(LogError::Ended)));
        assert_eq!(logger.dropped(), 1);
        assert!(
            matches!(logger.close(), Err(LogError::Ended)),
            "a row is lost"
        );
    }
}
