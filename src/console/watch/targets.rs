//! Which directories to watch, and whom an event in one of them concerns.
//!
//! A watch on a file goes deaf when the file is replaced, so only directories are watched: the
//! configs directory itself, its parent (it may be deleted and made again), those of a saved plan,
//! of the database and of the log, and wherever a symbolic link on the way stands or leads.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf, absolute};
use std::time::SystemTime;

use crate::console::proposal::Proposal;

/// The most directories that links from the configs directory may add.
const MOST_LINKED: usize = 32;
/// The most links that are followed one after the other.
const MOST_HOPS: usize = 8;

/// The paths, absolute, links not followed.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    /// The layer files, or the saved plan.
    pub(super) proposal: Proposal,
    /// The database file.
    pub(super) database: PathBuf,
    /// The exposure log.
    pub(super) log: Option<PathBuf>,
}

/// One of the files that SQLite keeps, with a journal beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// The database.
    Database,
    /// The exposure log.
    Log,
}

impl Paths {
    pub(super) fn new(proposal: Proposal, database: PathBuf, log: Option<PathBuf>) -> Self {
        // Only an empty path or a lost working directory fails; such a path is merely missing.
        let whole = |path: PathBuf| absolute(&path).unwrap_or(path);
        Self {
            proposal: match proposal {
                Proposal::Configs(directory) => Proposal::Configs(whole(directory)),
                Proposal::Plan(file) => Proposal::Plan(whole(file)),
            },
            database: whole(database),
            log: log.map(whole),
        }
    }

    /// The files that SQLite keeps.
    fn kept(&self) -> impl Iterator<Item = (Kept, &PathBuf)> {
        let log = self.log.iter().map(|log| (Kept::Log, log));
        [(Kept::Database, &self.database)].into_iter().chain(log)
    }

    /// Whether the kernel's events may not be enough: a link can lead through others that nobody
    /// watches, and a missing way may be made faster than watches follow.
    pub(super) fn need_rescan(&self) -> bool {
        let missing = |path: &Path| fs::metadata(path).is_err();
        let is_missing = match &self.proposal {
            Proposal::Configs(directory) => missing(directory),
            Proposal::Plan(file) => file.parent().is_none_or(missing),
        };
        let mut kept = self.kept();
        self.proposal.path().is_symlink()
            || is_missing
            || kept.any(|(_, file)| file.is_symlink() || file.parent().is_none_or(missing))
    }
}

/// The file with links followed, for its journal stands beside the real one.
pub(super) fn real(file: &Path) -> PathBuf {
    fs::canonicalize(file).unwrap_or_else(|_| file.to_owned())
}

/// The files whose change may be a commit, for a file of SQLite with links followed.
pub(super) fn kept_files(real: &Path) -> [PathBuf; 3] {
    ["", "-journal", "-wal"].map(|suffix| {
        let mut name = real.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    })
}

/// What makes a directory the same one as before: a path can lead to another, and a number can be
/// given to a new directory.
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

/// What is of interest in a watched directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Interest {
    /// Every entry: this is the configs directory, or one that its links lead to.
    Entries,
    /// An entry on the way to the configs directory or to the saved plan, which is one itself.
    WayToProposal(OsString),
    /// An entry on the way to the database or to the log.
    WayTo(Kept, OsString),
    /// The file of this name, with its journals.
    File(Kept, OsString),
}

/// A directory to watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Where it is, links followed.
    pub(super) directory: PathBuf,
    /// Which one it is.
    pub(super) identity: Identity,
    pub(super) interests: Vec<Interest>,
}

/// All directories to watch at this time.
pub(super) fn targets(paths: &Paths) -> Vec<Target> {
    // By number: two watches on one directory would shadow one another.
    let mut found: BTreeMap<Identity, Target> = BTreeMap::new();
    let mut add = |directory: &Path, interest: Interest| {
        let Ok(directory) = fs::canonicalize(directory) else {
            return;
        };
        let Some(identity) = Identity::of(&directory) else {
            return;
        };
        let target = found.entry(identity.clone()).or_insert(Target {
            directory,
            identity,
            interests: Vec::new(),
        });
        if !target.interests.contains(&interest) {
            target.interests.push(interest);
        }
    };
    if let Proposal::Configs(directory) = &paths.proposal {
        add(directory, Interest::Entries);
        for directory in linked_directories(directory) {
            add(&directory, Interest::Entries);
        }
    }
    for (directory, name) in linked_ways(&paths.proposal) {
        add(&directory, Interest::WayToProposal(name));
    }
    for (directory, name) in way(paths.proposal.path()) {
        add(&directory, Interest::WayToProposal(name));
    }
    for (kept, file) in paths.kept() {
        for (directory, name) in way(file) {
            add(&directory, Interest::WayTo(kept, name));
        }
        let real = real(file);
        if let (Some(directory), Some(name)) = (real.parent(), real.file_name()) {
            add(directory, Interest::File(kept, name.to_owned()));
            for (directory, name) in way(directory) {
                add(&directory, Interest::WayTo(kept, name));
            }
        }
    }
    found.into_values().collect()
}

/// Where something on the way to `path` may be replaced: its own parent, the parent of every
/// directory above that is a link, and where parts are missing, the nearest directory that exists.
fn way(path: &Path) -> Vec<(PathBuf, OsString)> {
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

/// The links in the configs directory.
fn links(configs: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(configs)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()))
        .map(|entry| entry.path())
}

/// The directories that hold the files which links in the configs directory lead to.
fn linked_directories(configs: &Path) -> Vec<PathBuf> {
    let mut directories: Vec<PathBuf> = links(configs)
        .filter_map(|link| fs::canonicalize(link).ok())
        .filter(|real| real.is_file())
        .filter_map(|real| real.parent().map(Path::to_owned))
        .collect();
    directories.sort();
    directories.dedup();
    directories.truncate(MOST_LINKED);
    directories
}

/// Where something on the ways of those links, or of a saved plan that is one, may be replaced:
/// another link on the way may flip, and what a link leads to may come later.
fn linked_ways(proposal: &Proposal) -> Vec<(PathBuf, OsString)> {
    let links: Vec<PathBuf> = match proposal {
        Proposal::Configs(directory) => links(directory).collect(),
        Proposal::Plan(file) => vec![file.clone()],
    };
    let mut entries = Vec::new();
    for mut link in links {
        for _ in 0..MOST_HOPS {
            let (Ok(target), Some(parent)) = (fs::read_link(&link), link.parent()) else {
                break;
            };
            link = parent.join(target);
            entries.extend(way(&link));
        }
    }
    entries.sort();
    entries.dedup();
    let mut directories: Vec<PathBuf> = entries.iter().map(|(at, _)| at.clone()).collect();
    directories.dedup();
    directories.truncate(MOST_LINKED);
    entries.retain(|(at, _)| directories.contains(at));
    entries
}
