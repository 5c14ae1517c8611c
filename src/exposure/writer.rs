//! The logger of files: a thread of its own owns the log, so that who logs never waits for a disk
//! unless it asked to.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use jiff::Timestamp;

use super::engine::LogSink;
use super::open::{file_id, open_sink};
use super::queue::{IsLast, Queue, RowBatch};
use super::{AssignmentLogger, LogError};
use crate::assign::Assignment;
use crate::sqlite::FileId;

/// What happens to a row that finds the queue full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenFull {
    /// Who logs waits for room: no row is lost, and a slow disk slows the service down.
    Wait,
    /// The row is dropped and counted: the service is never slowed down.
    Drop,
}

/// What a flushed row survives. In a DuckDB log it survives a power failure either way: every
/// transaction waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// The end of the program, however it comes. A power failure may lose the last transactions,
    /// whole ones, and damages nothing.
    Program,
    /// A power failure too: every transaction waits for the disk.
    Power,
}

/// How a logger behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggerOptions {
    /// What happens to rows that find the queue full.
    pub when_full: WhenFull,
    /// What a flushed row survives.
    pub durability: Durability,
    /// With so many rows the queue is full. As many again may be on their way to the disk.
    pub capacity_rows: usize,
    /// With so many bytes of text the queue is full.
    pub capacity_bytes: usize,
}

impl Default for LoggerOptions {
    /// Waits when full, survives the end of the program, and holds 65,536 rows or 16 MiB of text:
    /// about 20 MiB in all for rows of 100 bytes.
    fn default() -> Self {
        Self {
            when_full: WhenFull::Wait,
            durability: Durability::Program,
            capacity_rows: 1 << 16,
            capacity_bytes: 1 << 24,
        }
    }
}

/// Appends to a log in a file: DuckDB's where its name ends in `.duckdb`, else SQLite's.
///
/// Logging copies the rows into a bounded queue under a lock: about a tenth of a microsecond a row,
/// no I/O, and no allocation once the queue has grown. A thread writes what has gathered, at the
/// latest after a twentieth of a second, a transaction at a time. Where that fails, calls say so
/// and take nothing, the rows in hand are tried again every second, and once they are written the
/// logger goes on. Where the file is moved away or removed, the next rows go to a new one.
///
/// Dropping it writes what is left, once more in vain if it must; [`close`] says how that went.
///
/// [`close`]: FileLogger::close
#[derive(Debug)]
pub struct FileLogger {
    queue: Arc<Queue>,
    /// None once it is joined.
    writer: Option<JoinHandle<()>>,
}

impl FileLogger {
    /// Opens the log at this path for appending, or creates it. A log that the Python AVOS wrote
    /// gets the column `group_key`.
    pub fn open(path: impl AsRef<Path>, options: LoggerOptions) -> Result<Self, LogError> {
        let mut log = Appender::open(path.as_ref(), options.durability)?;
        Self::spawn(options, move |batch| log.write(batch))
    }

    fn spawn(
        options: LoggerOptions,
        write: impl FnMut(&RowBatch) -> Result<(), LogError> + Send + 'static,
    ) -> Result<Self, LogError> {
        let queue = Arc::new(Queue::new(options));
        let guard = EndGuard(Arc::clone(&queue));
        let writer = Builder::new()
            .name("avos-exposure-log".to_owned())
            .spawn(move || write_all(&guard.0, write, options.capacity_bytes));
        Ok(Self {
            queue,
            writer: Some(writer.map_err(LogError::Thread)?),
        })
    }

    /// How many rows weren't taken, because the queue was full or the log couldn't be written.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.queue.dropped()
    }

    /// Writes what is left and closes the log. An error means that rows are lost.
    pub fn close(mut self) -> Result<(), LogError> {
        self.stop_writer();
        self.queue.flush()
    }

    fn stop_writer(&mut self) {
        self.queue.close();
        if let Some(writer) = self.writer.take() {
            // A panic of the thread has been reported by itself; `flush` tells of the rows.
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

/// Tells those who wait that the writer has ended, however it did.
struct EndGuard(Arc<Queue>);

impl Drop for EndGuard {
    fn drop(&mut self) {
        self.0.mark_ended();
    }
}

/// The thread: writes until the queue ends.
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

/// A log that is open for appending.
pub(super) struct Appender {
    path: PathBuf,
    durability: Durability,
    /// None after a failure: DuckDB takes nothing more on a connection that found the disk full.
    open: Option<OpenLog>,
}

struct OpenLog {
    file: FileId,
    sink: Box<dyn LogSink>,
}

impl Appender {
    /// Opens the log, or creates it.
    pub(super) fn open(path: &Path, durability: Durability) -> Result<Self, LogError> {
        Ok(Self {
            path: path.to_path_buf(),
            durability,
            open: Some(OpenLog::new(path, durability)?),
        })
    }

    /// Writes all rows, or none.
    pub(super) fn write(&mut self, batch: &RowBatch) -> Result<(), LogError> {
        self.release_moved_file()?;
        let mut open = match self.open.take() {
            Some(open) => open,
            None => OpenLog::new(&self.path, self.durability)?,
        };
        open.sink.write(batch)?;
        self.open = Some(open);
        Ok(())
    }

    /// Lets a file go that was moved away, with all of its rows, before there is a new one: both
    /// would have the same files beside them.
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
        // Nobody is left who could be told.
        let _ = self.release_moved_file();
    }
}

impl OpenLog {
    fn new(path: &Path, durability: Durability) -> Result<Self, LogError> {
        loop {
            let before = file_id(path)?;
            let sink = open_sink(path, durability)?;
            // Where it was created, or replaced meanwhile, it isn't known which file is open.
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
    fn a_writer_that_panics_is_told_and_nobody_waits_for_it() {
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
