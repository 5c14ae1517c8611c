//! Who uses a file in this program.
//!
//! DuckDB locks a file against other programs only, and by a lock of the whole process: a second
//! use of the file in this program would not be refused, and its end would unlock the file under
//! the first one.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::LogError;
use crate::store;

static HELD: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The only use of a file in this program, until the last clone is dropped.
#[derive(Clone)]
pub(super) struct Hold {
    _held: Arc<Held>,
}

struct Held(PathBuf);

impl Hold {
    /// Takes the file of this path, which may not be there yet.
    pub(super) fn take(path: &Path) -> Result<Self, LogError> {
        let real = real(path);
        let mut held = lock();
        if held.contains(&real) {
            let path = path.to_path_buf();
            return Err(LogError::Locked { path });
        }
        held.push(real.clone());
        let held = Arc::new(Held(real));
        Ok(Self { _held: held })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        lock().retain(|path| *path != self.0);
    }
}

/// No code that holds the lock can panic halfway through a change.
fn lock() -> MutexGuard<'static, Vec<PathBuf>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The path without links, so that a file has one.
fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| {
        let directory = fs::canonicalize(store::directory(path)).unwrap_or_default();
        directory.join(path.file_name().unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_held_once_whatever_it_is_called() {
        let directory = tempfile::tempdir().expect("a directory");
        let (file, link) = (directory.path().join("a"), directory.path().join("b"));
        let hold = Hold::take(&file).expect("nobody holds it");
        let clone = hold.clone();
        drop(hold);
        fs::write(&file, "").expect("a file");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        assert!(matches!(Hold::take(&link), Err(LogError::Locked { .. })));
        drop(clone);
        Hold::take(&link).expect("nobody holds it");
    }
}
