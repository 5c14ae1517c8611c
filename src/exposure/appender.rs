//! The log that is appended to, by the path it was given: whoever moves the file away, or removes
//! it, gets a new one in its place, as with any log that is rotated.

use std::path::{Path, PathBuf};

use super::batch::Batch;
use super::engine::{self, Sink};
use super::{Durability, LogError};
use crate::store::{self, FileId};

/// A log that is open for appending.
pub(super) struct Appender {
    path: PathBuf,
    durability: Durability,
    /// None after a failure: DuckDB takes nothing more on a connection that found the disk full.
    open: Option<Open>,
}

struct Open {
    file: FileId,
    sink: Box<dyn Sink>,
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
}

impl Sink for Appender {
    fn write(&mut self, batch: &Batch) -> Result<(), LogError> {
        let there = store::stamp(&self.path)?.map(|stamp| stamp.id);
        // The old one is let go of before there is a new one: both would have the same files beside
        // them.
        let current = self.open.take_if(|open| there == Some(open.file));
        self.open = None;
        let mut current = match current {
            Some(open) => open,
            None => Open::new(&self.path, self.durability)?,
        };
        current.sink.write(batch)?;
        self.open = Some(current);
        Ok(())
    }
}

impl Open {
    fn new(path: &Path, durability: Durability) -> Result<Self, LogError> {
        let sink = engine::sink(path, durability)?;
        let stamp = store::stamp(path)?;
        let missing = || LogError::Missing {
            path: path.to_path_buf(),
        };
        Ok(Self {
            file: stamp.ok_or_else(missing)?.id,
            sink,
        })
    }
}
