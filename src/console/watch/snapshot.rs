//! What polling compares: enough of the files to detect a change, read without side effects.

use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::targets::{Paths, resolve_links, sqlite_files};
use crate::console::proposal::Proposal;
use crate::plan_file::is_plan_candidate;

/// The maximum read of one file. Most files are far smaller; beyond it, size and time decide.
const MAX_READ: u64 = 1 << 20;

/// The state of all files at one time, as digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileSnapshot {
    /// The configs directory's YAML files, or the saved plans, by content.
    pub(super) proposal: u64,
    /// The database's files, by size and times.
    pub(super) database: u64,
    /// The log's files, in the same way.
    pub(super) log: u64,
}

impl FileSnapshot {
    /// Takes a snapshot of all files.
    pub(super) fn take(paths: &Paths) -> Self {
        Self {
            proposal: match &paths.proposal {
                Proposal::Configs(directory) => files_of(directory, is_yaml),
                Proposal::Plans(directory) => files_of(directory, is_plan_candidate),
                Proposal::Plan(file) => plan(file),
            },
            database: sqlite_digest(paths.database.as_ref()),
            log: sqlite_digest(paths.log.as_ref()),
        }
    }
}

fn files_of(directory: &Path, is_wanted: fn(&Path) -> bool) -> u64 {
    let mut digest = DefaultHasher::new();
    // The directory's real path: a changed link leads elsewhere, even if to equal files.
    fs::canonicalize(directory).ok().hash(&mut digest);
    let mut files: Vec<PathBuf> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| is_wanted(path))
        .collect();
    files.sort();
    for file in files {
        file.hash(&mut digest);
        content(&file).hash(&mut digest);
    }
    digest.finish()
}

/// A changed link to an equal plan isn't a change.
fn plan(file: &Path) -> u64 {
    let mut digest = DefaultHasher::new();
    content(file).hash(&mut digest);
    digest.finish()
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yml" || extension == "yaml")
}

/// Returns a file's first bytes, its size and, if it is larger, its time; `None` if it can't be read.
fn content(file: &Path) -> Option<(Vec<u8>, u64, Option<SystemTime>)> {
    let metadata = fs::metadata(file).ok().filter(Metadata::is_file)?;
    let mut bytes = Vec::new();
    fs::File::open(file)
        .ok()?
        .take(MAX_READ)
        .read_to_end(&mut bytes)
        .ok()?;
    let beyond = metadata.len() > MAX_READ;
    let time = metadata.modified().ok().filter(|_| beyond);
    Some((bytes, metadata.len(), time))
}

/// Files of `SQLite` are never opened here, not even to read: closing a file releases all locks that
/// this process holds on it, including those of `SQLite`.
fn sqlite_digest(file: Option<&PathBuf>) -> u64 {
    let mut digest = DefaultHasher::new();
    let real = file.map(|file| resolve_links(file));
    real.hash(&mut digest);
    for file in real.iter().flat_map(|real| sqlite_files(real)) {
        let metadata = fs::metadata(&file).ok();
        metadata
            .map(|metadata| {
                (
                    metadata.len(),
                    metadata.modified().ok(),
                    metadata.created().ok(),
                )
            })
            .hash(&mut digest);
    }
    digest.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_count_and_touches_do_not() -> std::io::Result<()> {
        let home = tempfile::tempdir()?;
        let directory = home.path().join("configs");
        let paths = Paths::new(
            Proposal::Configs(directory.clone()),
            home.path().join("avos.db"),
            Some(home.path().join("log.db")),
        );
        let missing = FileSnapshot::take(&paths);

        fs::create_dir(&directory)?;
        fs::write(directory.join("a.yml"), "layer_id: a\n")?;
        let first = FileSnapshot::take(&paths);
        assert_ne!(missing.proposal, first.proposal);
        assert_eq!(missing.database, first.database);

        fs::write(directory.join("a.yml"), "layer_id: a\n")?;
        fs::write(directory.join("notes.txt"), "nothing")?;
        assert_eq!(FileSnapshot::take(&paths), first);

        fs::write(directory.join("a.yml"), "layer_id: b\n")?;
        assert_ne!(FileSnapshot::take(&paths).proposal, first.proposal);

        fs::write(home.path().join("avos.db"), "x")?;
        let second = FileSnapshot::take(&paths);
        assert_ne!(second.database, first.database);
        assert_eq!(second.log, first.log);

        fs::write(home.path().join("log.db-wal"), "x")?;
        assert_ne!(FileSnapshot::take(&paths).log, first.log);
        Ok(())
    }

    #[test]
    fn of_a_saved_plan_only_what_it_says_counts() -> std::io::Result<()> {
        let home = tempfile::tempdir()?;
        let file = home.path().join("plan.json");
        let database = home.path().join("avos.db");
        let paths = Paths::new(Proposal::Plan(file.clone()), database, None);
        let missing = FileSnapshot::take(&paths);
        fs::write(&file, "one")?;
        let first = FileSnapshot::take(&paths);
        assert_ne!(missing, first);

        fs::write(home.path().join("next"), "one")?;
        fs::rename(home.path().join("next"), &file)?;
        assert_eq!(FileSnapshot::take(&paths), first);

        fs::write(&file, "two")?;
        assert_ne!(FileSnapshot::take(&paths), first);
        Ok(())
    }
}
