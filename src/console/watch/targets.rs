//! Which directories to watch, and why.
//!
//! A watch on a file stops working when the file is replaced, so only directories are watched: the
//! directory of layer files or of saved plans itself, its parent (it may be deleted and recreated), those of a saved plan, of
//! the database and of the log, and the directories of symbolic links on these paths and of their
//! targets.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf, absolute};
use std::time::SystemTime;

use crate::console::proposal::Proposal;

/// The maximum number of directories that links in the configs directory may add.
const MAX_LINKED: usize = 32;
/// The maximum number of links followed in a chain.
const MAX_HOPS: usize = 8;

/// The paths, absolute, links not followed.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    /// The layer files, or the saved plan.
    pub(super) proposal: Proposal,
    /// The database file; a database on a server has none.
    pub(super) database: Option<PathBuf>,
    /// The exposure log.
    pub(super) log: Option<PathBuf>,
}

/// A SQLite file, with a journal beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SqliteFile {
    /// The database.
    Database,
    /// The exposure log.
    Log,
}

impl Paths {
    pub(super) fn new(
        proposal: Proposal,
        database: impl Into<Option<PathBuf>>,
        log: Option<PathBuf>,
    ) -> Self {
        // Fails only for an empty path or a lost working directory; such a path counts as missing.
        let whole = |path: PathBuf| absolute(&path).unwrap_or(path);
        Self {
            proposal: match proposal {
                Proposal::Configs(directory) => Proposal::Configs(whole(directory)),
                Proposal::Plan(file) => Proposal::Plan(whole(file)),
                Proposal::Plans(directory) => Proposal::Plans(whole(directory)),
            },
            database: database.into().map(whole),
            log: log.map(whole),
        }
    }

    /// Returns the SQLite files.
    fn sqlite(&self) -> impl Iterator<Item = (SqliteFile, &PathBuf)> {
        let database = self.database.iter();
        let log = self.log.iter().map(|log| (SqliteFile::Log, log));
        database
            .map(|database| (SqliteFile::Database, database))
            .chain(log)
    }

    /// Returns whether the kernel's events may not be enough: a link can lead through unwatched
    /// links, and a missing path may be created faster than watches follow.
    pub(super) fn needs_polling(&self) -> bool {
        let missing = |path: &Path| fs::metadata(path).is_err();
        let is_missing = match &self.proposal {
            Proposal::Configs(directory) | Proposal::Plans(directory) => missing(directory),
            Proposal::Plan(file) => file.parent().is_none_or(missing),
        };
        let mut kept = self.sqlite();
        self.proposal.path().is_symlink()
            || is_missing
            || kept.any(|(_, file)| file.is_symlink() || file.parent().is_none_or(missing))
    }
}

/// Follows links: the journal is beside the real file.
pub(super) fn resolve_links(file: &Path) -> PathBuf {
    fs::canonicalize(file).unwrap_or_else(|_| file.to_owned())
}

/// Returns the files whose change may be a commit, for a SQLite file with links followed.
pub(super) fn sqlite_files(real: &Path) -> [PathBuf; 3] {
    ["", "-journal", "-wal"].map(|suffix| {
        let mut name = real.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    })
}

/// Identifies a directory: a path can lead to another one, and an inode can be reused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity(u64, u64, Option<SystemTime>);

impl Identity {
    fn of(directory: &Path) -> Option<Self> {
        let metadata = fs::metadata(directory).ok().filter(fs::Metadata::is_dir)?;
        Some(Self(
            metadata.dev(),
            metadata.ino(),
            metadata.created().ok(),
        ))
    }
}

/// What to watch for in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Interest {
    /// Every entry: it is the configs directory or the target of one of its links.
    Entries,
    /// An entry on the path to the configs directory or to the saved plan, including the plan itself.
    PathToProposal(OsString),
    /// An entry on the path to the database or to the log.
    PathTo(SqliteFile, OsString),
    /// The file of this name, with its journals.
    File(SqliteFile, OsString),
}

/// A directory to watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WatchTarget {
    /// Its path, links followed.
    pub(super) directory: PathBuf,
    /// Its identity.
    pub(super) identity: Identity,
    pub(super) interests: Vec<Interest>,
}

/// Returns all directories to watch now.
pub(super) fn targets(paths: &Paths) -> Vec<WatchTarget> {
    // By identity: two watches on one directory would shadow each other.
    let mut found: BTreeMap<Identity, WatchTarget> = BTreeMap::new();
    let mut add = |directory: &Path, interest: Interest| {
        let Ok(directory) = fs::canonicalize(directory) else {
            return;
        };
        let Some(identity) = Identity::of(&directory) else {
            return;
        };
        let target = found.entry(identity.clone()).or_insert(WatchTarget {
            directory,
            identity,
            interests: Vec::new(),
        });
        if !target.interests.contains(&interest) {
            target.interests.push(interest);
        }
    };
    if let Proposal::Configs(directory) | Proposal::Plans(directory) = &paths.proposal {
        add(directory, Interest::Entries);
        for directory in linked_directories(directory) {
            add(&directory, Interest::Entries);
        }
    }
    for (directory, name) in linked_entries(&paths.proposal) {
        add(&directory, Interest::PathToProposal(name));
    }
    for (directory, name) in replaceable_entries(paths.proposal.path()) {
        add(&directory, Interest::PathToProposal(name));
    }
    for (kept, file) in paths.sqlite() {
        for (directory, name) in replaceable_entries(file) {
            add(&directory, Interest::PathTo(kept, name));
        }
        let real = resolve_links(file);
        if let (Some(directory), Some(name)) = (real.parent(), real.file_name()) {
            add(directory, Interest::File(kept, name.to_owned()));
            for (directory, name) in replaceable_entries(directory) {
                add(&directory, Interest::PathTo(kept, name));
            }
        }
    }
    found.into_values().collect()
}

/// Returns the entries that may be replaced on the path to `path`, each with its directory: `path`
/// itself, every ancestor that is a link, and, if parts are missing, the first missing one.
fn replaceable_entries(path: &Path) -> Vec<(PathBuf, OsString)> {
    let mut entries = Vec::new();
    let mut below_exists = true;
    for (depth, step) in path.ancestors().enumerate() {
        let (Some(parent), Some(name)) = (step.parent(), step.file_name()) else {
            continue;
        };
        let exists = step.exists();
        if depth == 0 || step.is_symlink() || !exists || !below_exists {
            entries.push((parent.to_owned(), name.to_owned()));
        }
        below_exists = exists;
    }
    entries
}

/// Returns the links in the configs directory.
fn links(configs: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(configs)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()))
        .map(|entry| entry.path())
}

/// Returns the directories of files that links in the configs directory lead to.
fn linked_directories(configs: &Path) -> Vec<PathBuf> {
    let mut directories: Vec<PathBuf> = links(configs)
        .filter_map(|link| fs::canonicalize(link).ok())
        .filter(|real| real.is_file())
        .filter_map(|real| real.parent().map(Path::to_owned))
        .collect();
    directories.sort();
    directories.dedup();
    directories.truncate(MAX_LINKED);
    directories
}

/// Returns the replaceable entries on the paths of those links, or of a saved plan that is a link:
/// another link on the path may change, and a link's target may be created later.
fn linked_entries(proposal: &Proposal) -> Vec<(PathBuf, OsString)> {
    let links: Vec<PathBuf> = match proposal {
        Proposal::Configs(directory) | Proposal::Plans(directory) => links(directory).collect(),
        Proposal::Plan(file) => vec![file.clone()],
    };
    let mut entries = Vec::new();
    for mut link in links {
        for _ in 0..MAX_HOPS {
            let (Ok(target), Some(parent)) = (fs::read_link(&link), link.parent()) else {
                break;
            };
            link = parent.join(target);
            entries.extend(replaceable_entries(&link));
        }
    }
    entries.sort();
    entries.dedup();
    let mut directories: Vec<PathBuf> = entries.iter().map(|(at, _)| at.clone()).collect();
    directories.dedup();
    directories.truncate(MAX_LINKED);
    entries.retain(|(at, _)| directories.contains(at));
    entries
}
