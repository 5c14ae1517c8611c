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

use crate::drafts::remove_abandoned;
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
        // A name that isn't UTF-8 keeps its abandoned drafts, which do no harm.
        if let Some(prefix) = prefix(path).to_str() {
            remove_abandoned(&directory, |name| maker(name, prefix));
        }
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

/// Returns the digits of the process that made the draft of this name, or its journal; `None` for other names.
fn maker<'n>(name: &'n str, prefix: &str) -> Option<&'n str> {
    let rest = name.strip_prefix(prefix)?;
    let numbers = rest.strip_suffix("-journal").unwrap_or(rest);
    let (process, number) = numbers.strip_suffix(".new")?.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    (is_number(process) && is_number(number)).then_some(process)
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
        let maker = |name| maker(name, ".avos.db.");
        assert_eq!(maker(".avos.db.123-0.new"), Some("123"));
        assert_eq!(maker(".avos.db.123-4.new-journal"), Some("123"));
        for other in [
            "avos.db",
            "avos.db.123-0.new",
            ".avos.db.123.new",
            ".avos.db.123-0.new~",
            ".avos.db.-0.new",
            ".avos.db.1-+2.new",
            ".avos.db.+1-2.new",
            ".avos.db.1-2-3.new",
            ".avos.db.old.123-0.new",
            ".other.db.123-0.new",
        ] {
            assert_eq!(maker(other), None, "{other}");
        }
    }
}
