//! Carrying out a plan where there is no database yet.
//!
//! The new database is made whole under a temporary name beside its place, then linked into place,
//! which fails if something appeared there meanwhile. So nobody ever sees half of it, a failure
//! leaves nothing behind, and of two programs that create it at once one finds the other's.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::apply::{Applied, By, to_file};
use super::{StoreError, open};
use crate::plan::Plan;

/// Applies the plan to a new database at this path.
pub(super) fn to_new_file(
    path: &Path,
    patience: Duration,
    plan: &Plan,
    by: By<'_>,
) -> Result<Applied, StoreError> {
    if path.is_symlink() {
        let path = path.to_path_buf();
        return Err(StoreError::DanglingLink { path });
    }
    let draft = Draft::beside(path)?;
    let applied = to_file(&draft.path, patience, plan, by)?;
    if !has_leftovers(path) && fs::hard_link(&draft.path, path).is_ok() {
        // Makes the new name outlast a power failure; not every file system can.
        let _ = File::open(open::directory(path)).and_then(|directory| directory.sync_all());
        return Ok(applied);
    }
    // Something appeared there meanwhile, is left there, or the file system has no links. An empty
    // file counts as an empty database, so the place can be claimed with one, unless there is one
    // by now, and it be applied to like any other.
    match File::create_new(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(StoreError::io(path, error))
        }
        _ => to_file(path, patience, plan, by),
    }
}

/// Whether a deleted database left its journal behind. SQLite would play that into a database that
/// appears whole in its place; beside an empty file it throws it away.
fn has_leftovers(path: &Path) -> bool {
    ["-journal", "-wal"]
        .into_iter()
        .any(|suffix| with_suffix(path, suffix).exists())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_path_buf().into_os_string();
    name.push(suffix);
    name.into()
}

/// A database in the making; what is left of it goes when this does.
struct Draft {
    path: PathBuf,
}

impl Draft {
    /// An empty file of an unused name in the directory of `path`.
    fn beside(path: &Path) -> Result<Self, StoreError> {
        let directory = open::directory(path);
        let mut number = 0_u32;
        loop {
            let mut name = OsString::from(".");
            name.push(path.file_name().unwrap_or_default());
            name.push(format!(".{}-{number}.new", std::process::id()));
            let draft = directory.join(name);
            match File::create_new(&draft) {
                Ok(_) => return Ok(Self { path: draft }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(StoreError::MissingDirectory { path: directory });
                }
                Err(error) => return Err(StoreError::io(path, error)),
            }
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // There is nobody to tell, and no harm in what stays.
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(with_suffix(&self.path, "-journal"));
    }
}
