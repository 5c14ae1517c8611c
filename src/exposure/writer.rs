//! The logger of files: a thread of its own owns the log, so that who logs never waits for a disk
//! unless it asked to.

use std::path::Path;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use jiff::Timestamp;

use super::appender::Appender;
use super::batch::Batch;
use super::queue::{IsLast, Queue};
use super::{AssignmentLogger, LogError, LoggerOptions};
use crate::assign::Assignment;

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
        Self::with(options, move |batch| log.write(batch))
    }

    fn with(
        options: LoggerOptions,
        write: impl FnMut(&Batch) -> Result<(), LogError> + Send + 'static,
    ) -> Result<Self, LogError> {
        let queue = Arc::new(Queue::new(options));
        let ending = Ending(Arc::clone(&queue));
        let writer = Builder::new()
            .name("avos-exposure-log".to_owned())
            .spawn(move || write_all(&ending.0, write, options.capacity_bytes));
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

impl AssignmentLogger for FileLogger {
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

impl Drop for FileLogger {
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
fn write_all(
    queue: &Queue,
    mut write: impl FnMut(&Batch) -> Result<(), LogError>,
    keep_bytes: usize,
) {
    let mut batch = Batch::default();
    while let Some(IsLast(is_last)) = queue.take(&mut batch) {
        let outcome = write(&batch);
        let is_written = outcome.is_ok();
        queue.tried(batch.len(), outcome);
        if is_written {
            batch.clear(keep_bytes);
        } else if is_last {
            break;
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
            FileLogger::with(options, |_| panic!("a fault of the engine")).expect("a thread");
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
