//! Tracks the users of a file within this program: one writer or any number of readers.
//!
//! DuckDB locks a file only against other programs, by a lock of the whole process. A second database on
//! the file in this program wouldn't be refused, and closing it would unlock the file under the first
//! one. So the readers of a file share what is attached once. It is detached after the last of them, while
//! `USES` is locked, so that the file isn't opened again meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use duckdb::Connection;

use super::super::{LogError, open};
use super::attach::{AttachedFile, FileConnection};
use super::open::duckdb_error;
use crate::sqlite::{self, FileId};

static USES: Mutex<BTreeMap<PathBuf, FileUse>> = Mutex::new(BTreeMap::new());

enum FileUse {
    Writing,
    Reading {
        attached: AttachedFile,
        /// The identity of the open file, which another one may have replaced.
        file: FileId,
        readers: usize,
    },
}

/// Marks a file as used by this program until it is dropped.
pub(super) struct FileHold {
    path: PathBuf,
}

impl FileHold {
    /// Reserves the file at this path, which needn't exist yet, for a single writer.
    pub(super) fn for_writing(path: &Path) -> Result<Self, LogError> {
        let real = canonical_path(path);
        let mut uses = lock_uses();
        if uses.contains_key(&real) {
            return Err(locked(path));
        }
        uses.insert(real.clone(), FileUse::Writing);
        Ok(Self { path: real })
    }
}

impl Drop for FileHold {
    fn drop(&mut self) {
        let mut uses = lock_uses();
        if let Some(FileUse::Reading { readers, .. }) = uses.get_mut(&self.path)
            && *readers > 1
        {
            *readers -= 1;
        } else {
            uses.remove(&self.path);
        }
    }
}

/// A reader of a file, with a connection of its own.
pub(super) struct DuckDbReader {
    /// Declared before `hold` so that it is dropped first: the file is detached with the hold.
    connected: FileConnection,
    pub(super) file: FileId,
    hold: Arc<FileHold>,
}

impl DuckDbReader {
    /// Opens the file for reading, or shares it with other readers.
    pub(super) fn open(path: &Path) -> Result<Self, LogError> {
        let real = canonical_path(path);
        let file = existing_file_id(path)?;
        let mut uses = lock_uses();
        let connected = match uses.get_mut(&real) {
            Some(FileUse::Reading {
                attached,
                file: known,
                readers,
            }) if *known == file => {
                let connected = attached.connect().map_err(duckdb_error(path))?;
                *readers += 1;
                connected
            }
            Some(_) => return Err(locked(path)),
            None => {
                let attached = AttachedFile::open(path)?;
                if existing_file_id(path)? != file {
                    return Err(LogError::Replaced { log: path.into() });
                }
                let connected = attached.connect().map_err(duckdb_error(path))?;
                let reading = FileUse::Reading {
                    attached,
                    file,
                    readers: 1,
                };
                uses.insert(real.clone(), reading);
                connected
            }
        };
        let hold = Arc::new(FileHold { path: real });
        Ok(Self {
            connected,
            file,
            hold,
        })
    }

    /// Returns the connection to the file.
    pub(super) fn connection(&self) -> &Connection {
        &self.connected.connection
    }

    /// Clones the reader of the same file, even if another file is now at its path.
    pub(super) fn try_clone(&self) -> duckdb::Result<Self> {
        Ok(Self {
            connected: self.connected.try_clone()?,
            file: self.file,
            hold: Arc::clone(&self.hold),
        })
    }
}

/// Returns the identity of the file at the path; an error if there is none.
fn existing_file_id(path: &Path) -> Result<FileId, LogError> {
    let missing = || LogError::Missing { log: path.into() };
    open::file_id(path)?.ok_or_else(missing)
}

fn locked(path: &Path) -> LogError {
    LogError::Locked { log: path.into() }
}

/// A poisoned lock is fine: no code that holds it can panic halfway through a change.
fn lock_uses() -> MutexGuard<'static, BTreeMap<PathBuf, FileUse>> {
    USES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the path without links, which is unique for a file.
fn canonical_path(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| {
        let directory = fs::canonicalize(sqlite::parent_directory(path)).unwrap_or_default();
        directory.join(path.file_name().unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_locked<T>(result: Result<T, LogError>) -> bool {
        result.is_err_and(|error| error.is_busy())
    }

    #[test]
    fn a_file_has_one_writer_whatever_it_is_called() {
        let directory = tempfile::tempdir().expect("a directory");
        let (file, link) = (directory.path().join("a"), directory.path().join("b"));
        let hold = FileHold::for_writing(&file).expect("nobody uses it");
        fs::write(&file, "").expect("a file");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        assert!(is_locked(FileHold::for_writing(&link)) && is_locked(DuckDbReader::open(&link)));
        drop(hold);
        FileHold::for_writing(&link).expect("nobody uses it");
    }

    #[test]
    fn readers_share_a_file_and_the_last_one_gives_it_back() {
        let directory = tempfile::tempdir().expect("a directory");
        let (file, other) = (directory.path().join("a"), directory.path().join("b"));
        for path in [&file, &other] {
            drop(Connection::open(path).expect("a database"));
        }
        let first = DuckDbReader::open(&file).expect("nobody uses it");
        let second = DuckDbReader::open(&file).expect("others read it");
        let third = first.try_clone().expect("others read it");
        drop((first, second));
        assert!(
            is_locked(FileHold::for_writing(&file)),
            "the third one reads"
        );
        // Its database belongs to a file that is gone: nobody may mistake it for the new one.
        fs::rename(&other, &file).expect("replaced");
        assert!(is_locked(DuckDbReader::open(&file)));
        drop(third);
        DuckDbReader::open(&file).expect("nobody uses it");
        FileHold::for_writing(&file).expect("nobody uses it");
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_used_by_nobody() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("a");
        fs::write(&file, "no database").expect("a file");
        assert!(DuckDbReader::open(&file).is_err());
        FileHold::for_writing(&file).expect("nobody uses it");
    }
}
