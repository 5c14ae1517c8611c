//! The SQLite logger: a thread of its own owns the connection, so that who logs never waits for a
//! disk unless it asked to.

use std::path::Path;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use jiff::Timestamp;

use super::batch::Batch;
use super::insert::Inserter;
use super::queue::{IsLast, Queue};
use super::{AssignmentLogger, LogError, table};
use crate::assign::Assignment;

/// What happens to a row that finds the queue full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// Who logs waits for room: no row is lost, and a slow disk slows the service down.
    Wait,
    /// The row is dropped and counted: the service is never slowed down.
    Drop,
}

/// What a flushed row survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The end of the program, however it comes. A power failure may lose the last transactions,
    /// whole ones, and damages nothing.
    Program,
    /// A power failure too: every transaction waits for the disk.
    Power,
}

impl Durability {
    pub(super) fn synchronous(self) -> &'static str {
        match self {
            Self::Program => "normal",
            Self::Power => "full",
        }
    }
}

/// How a logger behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Appends to a SQLite log.
///
/// Logging copies the rows into a bounded queue under a lock: about a tenth of a microsecond a row,
/// no I/O, and no allocation once the queue has grown. A thread writes what has gathered, at the
/// latest after a twentieth of a second, a transaction at a time. Where that fails, calls say so
/// and take nothing, the rows in hand are tried again every second, and once they are written the
/// logger goes on. Dropping it writes what is left, once more in vain if it must; [`close`] says
/// how that went.
///
/// [`close`]: SqliteLogger::close
#[derive(Debug)]
pub struct SqliteLogger {
    queue: Arc<Queue>,
    /// None once it is joined.
    writer: Option<JoinHandle<()>>,
}

impl SqliteLogger {
    /// Opens the log at this path for appending, or creates it. A log that the Python AVOS wrote
    /// gets the column `group_key`.
    pub fn open(path: impl AsRef<Path>, options: LoggerOptions) -> Result<Self, LogError> {
        let path = path.as_ref();
        let inserter = Inserter {
            connection: table::writer(path, options.durability)?,
            path: path.to_path_buf(),
        };
        let queue = Arc::new(Queue::new(options));
        let ending = Ending(Arc::clone(&queue));
        let writer = Builder::new()
            .name("avos-exposure-log".to_owned())
            .spawn(move || write(&ending.0, inserter, options.capacity_bytes));
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
        self.shut();
        self.queue.flush()
    }

    fn shut(&mut self) {
        self.queue.close();
        if let Some(writer) = self.writer.take() {
            // A panic of the thread has been reported by itself; `flush` tells of the rows.
            let _ = writer.join();
        }
    }
}

impl AssignmentLogger for SqliteLogger {
    fn log_assignments(
        &self,
        assignments: &[Assignment<'_>],
        at: Timestamp,
    ) -> Result<(), LogError> {
        self.queue.put(assignments, at)
    }

    fn flush(&self) -> Result<(), LogError> {
        self.queue.flush()
    }
}

impl Drop for SqliteLogger {
    fn drop(&mut self) {
        self.shut();
    }
}

/// Tells those who wait that the writer has ended, however it did.
struct Ending(Arc<Queue>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The thread: writes until the queue ends.
fn write(queue: &Queue, mut inserter: Inserter, keep_bytes: usize) {
    let mut batch = Batch::default();
    while let Some(IsLast(is_last)) = queue.take(&mut batch) {
        let outcome = inserter.write(&batch);
        let is_written = outcome.is_ok();
        queue.tried(batch.len(), outcome);
        if is_written {
            batch.clear(keep_bytes);
        } else if is_last {
            break;
        }
    }
}
