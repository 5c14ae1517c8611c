//! Writes a database that doesn't exist yet: by an apply, or as a copy.
//!
//! The new database is written completely under a temporary name beside its place, and then linked into
//! it, which fails if something has appeared there. So nobody ever sees half of it, a failure leaves
//! nothing behind, and if two programs create it at once, one finds the other's. If a program was killed,
//! the next one removes its draft.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::sqlite::{self, FileError};
use crate::store::StoreError;

/// Writes a new database at this path; `write` writes into the file at the path that it gets.
pub(super) fn create_file<T>(
    path: &Path,
    write: impl Fn(&Path) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if path.is_symlink() {
        let path = path.to_path_buf();
        return Err(FileError::DanglingLink { path }.into());
    }
    let draft = DatabaseDraft::beside(path)?;
    let written = write(&draft.path)?;
    if !has_leftovers(path) && fs::hard_link(&draft.path, path).is_ok() {
        // Makes the new name outlast a power failure; not every file system can.
        let _ =
            File::open(sqlite::parent_directory(path)).and_then(|directory| directory.sync_all());
        return Ok(written);
    }
    // Something appeared there meanwhile, was left there, or the file system has no links. An empty
    // file counts as an empty database, so the place can be claimed with one, unless there already
    // is one, and written to as any other.
    match File::create_new(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(FileError::io(path, error).into())
        }
        _ => write(path),
    }
}

/// Returns whether a deleted database left its journal behind. SQLite would replay that into a
/// database that appears complete in its place; beside an empty file it discards it.
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

/// A database under construction; its remains are removed on drop.
struct DatabaseDraft {
    path: PathBuf,
}

impl DatabaseDraft {
    /// Creates an empty file with an unused name in the directory of `path`.
    fn beside(path: &Path) -> Result<Self, FileError> {
        let directory = sqlite::parent_directory(path);
        remove_abandoned(&directory, path);
        let mut number = 0_u32;
        loop {
            let mut name = prefix(path);
            name.push(format!("{}-{number}.new", std::process::id()));
            let draft = directory.join(name);
            match File::create_new(&draft) {
                Ok(_) => return Ok(Self { path: draft }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(FileError::MissingDirectory { path: directory });
                }
                Err(error) => return Err(FileError::io(path, error)),
            }
        }
    }
}

/// Returns the prefix of the names of a database's drafts: `.avos.db.`; a process id, a number and
/// `.new` follow.
fn prefix(path: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".");
    name
}

/// Removes this database's drafts, and their journals, whose programs were killed. If such a
/// program runs after all, invisible in another container, its apply finds its draft gone and fails
/// as a whole.
fn remove_abandoned(directory: &Path, path: &Path) {
    let prefix = prefix(path);
    // Drafts that can't be listed or removed do no harm.
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let maker = maker(name.as_encoded_bytes(), prefix.as_encoded_bytes());
        if maker.is_some_and(|process| !may_run(process)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Returns the process that made the draft of this name, or its journal; `None` for other names.
fn maker(name: &[u8], prefix: &[u8]) -> Option<u32> {
    let rest = std::str::from_utf8(name.strip_prefix(prefix)?).ok()?;
    let numbers = rest.strip_suffix("-journal").unwrap_or(rest);
    let (process, number) = numbers.strip_suffix(".new")?.split_once('-')?;
    let whole = |digits: &str| {
        let digits = digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then_some(digits)?;
        digits.parse::<u32>().ok()
    };
    whole(number)?;
    whole(process)
}

/// Returns whether the process may still be running. If the system has no process table to look
/// into, any process may.
fn may_run(process: u32) -> bool {
    let table = Path::new("/proc");
    !table.join("self").exists() || table.join(process.to_string()).exists()
}

impl Drop for DatabaseDraft {
    fn drop(&mut self) {
        // There is nobody to report an error to, and a draft left behind does no harm.
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(with_suffix(&self.path, "-journal"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_of_drafts_are_drafts() {
        let maker = |name: &str| maker(name.as_bytes(), b".avos.db.");
        assert_eq!(maker(".avos.db.123-0.new"), Some(123));
        assert_eq!(maker(".avos.db.123-4.new-journal"), Some(123));
        for other in [
            "avos.db",
            "avos.db.123-0.new",
            ".avos.db.123.new",
            ".avos.db.123-0.new~",
            ".avos.db.-0.new",
            ".avos.db.1-+2.new",
            ".avos.db.+1-2.new",
            ".avos.db.1-2-3.new",
            ".avos.db.99999999999-0.new",
            ".avos.db.old.123-0.new",
            ".other.db.123-0.new",
        ] {
            assert_eq!(maker(other), None, "{other}");
        }
    }
}
