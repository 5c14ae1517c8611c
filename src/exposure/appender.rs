//! The log that is appended to, by the path it was given: whoever moves the file away, or removes
//! it, gets a new one in its place, as with any log that is rotated.

use std::path::{Path, PathBuf};

use super::batch::Batch;
use super::engine::LogSink;
use super::open::{file_id, open_sink};
use super::{Durability, LogError};
use crate::sqlite::FileId;

/// A log that is open for appending.
pub(super) struct Appender {
    path: PathBuf,
    durability: Durability,
    /// None after a failure: DuckDB takes nothing more on a connection that found the disk full.
    open: Option<Open>,
}

struct Open {
    file: FileId,
    sink: Box<dyn LogSink>,
}

impl Appender {
    /// Opens the log, or creates it.
    pub(super) fn open(path: &Path, durability: Durability) -> Result<Self, LogError> {
        Ok(Self {
            path: path.to_path_buf(),
            durability,
            open: Some(Open::new(path, durability)?),
        })
    }

    /// Writes all rows, or none.
    pub(super) fn write(&mut self, batch: &Batch) -> Result<(), LogError> {
        self.leave_moved()?;
        let mut open = match self.open.take() {
            Some(open) => open,
            None => Open::new(&self.path, self.durability)?,
        };
        open.sink.write(batch)?;
        self.open = Some(open);
        Ok(())
    }

    /// Lets a file go that was moved away, with all of its rows, before there is a new one: both
    /// would have the same files beside them.
    fn leave_moved(&mut self) -> Result<(), LogError> {
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
        let _ = self.leave_moved();
    }
}

impl Open {
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
