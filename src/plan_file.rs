//! Saved plans as files, for the console and the verbs: what `avos plan --out` writes.
//!
//! What a plan says, and whether it may be applied, is decided in `review`.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::config;
use crate::drafts::{draft_prefix, remove_abandoned_drafts};
use crate::json;
use crate::review::{PlanReport, SavedPlan, SavedPlanError};

/// The maximum bytes of a plan: one that creates ten thousand experiments takes a sixth of it.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Why a plan can't be read from its file, or written to it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanFileError {
    /// It doesn't exist.
    #[error("the plan {} doesn't exist", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// It can't be read.
    #[error("the plan {} can't be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: Unreadable,
    },
    /// Its contents can't be trusted.
    #[error("the plan {} can't be used: {reason}", path.display())]
    Untrusted {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: SavedPlanError,
    },
    /// Something else would be overwritten.
    #[error("{} already exists and isn't a saved plan: nothing was written", path.display())]
    InTheWay {
        /// The file.
        path: PathBuf,
    },
    /// Another file belongs there, whether it exists or not.
    #[error("a plan can't be saved to {}: that is the place of {of}", path.display())]
    Taken {
        /// The file.
        path: PathBuf,
        /// What belongs there.
        of: &'static str,
    },
    /// The system refused to write it.
    #[error("the plan can't be written to {}: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
}

/// Why a file's text can't be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// The system refused.
    #[error("{0}")]
    System(#[from] io::Error),
    /// It is a directory, a pipe or a device.
    #[error("it is not a file")]
    NotAFile,
    /// It is larger than any plan.
    #[error("it is larger than {} MiB", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    /// It isn't text.
    #[error("it is not UTF-8 text")]
    NotText,
}

impl PlanFileError {
    /// Returns why, without the file's name.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Unreadable { reason, .. } => reason.to_string(),
            Self::Untrusted { reason, .. } => reason.to_string(),
            Self::Unwritable { reason, .. } => reason.to_string(),
            Self::Missing { .. } => "it doesn't exist".to_owned(),
            Self::InTheWay { .. } | Self::Taken { .. } => self.to_string(),
        }
    }

    /// Returns how to fix it.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "make it with `avos plan --out FILE`, or check the path",
            Self::Unreadable {
                reason: Unreadable::System(_),
                ..
            } => "allow this user to read it",
            Self::Unreadable { .. } => "give a file that `avos plan --out FILE` wrote",
            Self::Untrusted { reason, .. } => reason.help(),
            Self::Taken { .. } => "give the plan a name of its own, like plan.json",
            Self::InTheWay { .. } => "give a new name, or that of a saved plan, which is replaced",
            Self::Unwritable { .. } => "give a file in a directory that this user may write to",
        }
    }
}

/// Returns the files directly in a directory that are plans or look like one, in order of their names.
pub(crate) fn candidates(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if is_plan_candidate(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Returns whether a file may be a plan: it isn't hidden, and is called `*.json` or begins like JSON. A plan
/// can have any name, and an unreadable one must not go unnoticed.
pub(crate) fn is_plan_candidate(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with('.') {
        return false;
    }
    // Before opening: opening a pipe would wait for its writer.
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return false,
        Err(_) => return path.extension().is_some_and(|it| it == "json"),
    }
    let begins_like_json = || {
        let mut begin = [0; 1];
        let file = File::open(path);
        file.is_ok_and(|mut file| file.read(&mut begin).is_ok_and(|_| begin == *b"{"))
    };
    path.extension().is_some_and(|it| it == "json") || begins_like_json()
}

/// Reads a saved plan.
pub(crate) fn read(path: &Path) -> Result<SavedPlan, PlanFileError> {
    let text = text(path).map_err(|reason| match reason {
        Unreadable::System(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = path.to_owned();
            PlanFileError::Missing { path }
        }
        reason => PlanFileError::Unreadable {
            path: path.to_owned(),
            reason,
        },
    })?;
    SavedPlan::read(&text).map_err(|reason| PlanFileError::Untrusted {
        path: path.to_owned(),
        reason,
    })
}

fn text(path: &Path) -> Result<String, Unreadable> {
    // Before opening: opening a pipe would wait for its writer.
    if !fs::metadata(path)?.is_file() {
        return Err(Unreadable::NotAFile);
    }
    let mut text = Vec::new();
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    String::from_utf8(text).map_err(|_| Unreadable::NotText)
}

/// What SQLite and DuckDB keep beside a file, by the endings of their names.
const COMPANIONS: [&str; 5] = ["", "-wal", "-shm", "-journal", ".wal"];

/// Refuses a place for a plan that belongs to something else, though perhaps there is no file yet: to one of
/// these files, with their nouns, or to a layer file.
pub(crate) fn check_place(
    path: &Path,
    configs: &Path,
    files: &[(&'static str, Option<&Path>)],
) -> Result<(), PlanFileError> {
    let place = resolved(path);
    let taken = files.iter().find(|(_, file)| {
        let file = file.map(resolved);
        file.is_some_and(|file| COMPANIONS.iter().any(|it| with_ending(&file, it) == place))
    });
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_layer_file = config::is_layer_file(&name)
        && fs::canonicalize(configs)
            .is_ok_and(|configs| parent(path).is_ok_and(|it| it == configs));
    let of = taken.map(|(noun, _)| *noun);
    match of.or(is_layer_file.then_some("a layer file")) {
        Some(of) => Err(PlanFileError::Taken {
            path: path.to_owned(),
            of,
        }),
        None => Ok(()),
    }
}

/// Returns where a path leads, also that of a file that doesn't exist yet.
fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| match (parent(path), path.file_name()) {
        (Ok(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    })
}

fn parent(path: &Path) -> io::Result<PathBuf> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => fs::canonicalize(parent),
        _ => fs::canonicalize("."),
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Writes a plan as a whole or not at all. An earlier plan is replaced; any other file stays, since
/// a mistyped name must not cost somebody's database.
pub(crate) fn write(path: &Path, plan: &PlanReport) -> Result<(), PlanFileError> {
    if is_something_else(path) {
        let path = path.to_owned();
        return Err(PlanFileError::InTheWay { path });
    }
    replace(path, plan).map_err(|reason| PlanFileError::Unwritable {
        path: path.to_owned(),
        reason,
    })
}

fn is_something_else(path: &Path) -> bool {
    // `/dev/stdout` can lead to a file that somebody is writing to.
    if path.starts_with("/dev") || path.starts_with("/proc") {
        return true;
    }
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        // Like those of `mktemp`.
        Ok(metadata) if metadata.is_file() && metadata.len() == 0 => false,
        _ => match read(path) {
            Ok(_) => false,
            Err(PlanFileError::Untrusted { reason, .. }) => {
                matches!(
                    reason,
                    SavedPlanError::NotJson(_) | SavedPlanError::NotAPlan
                )
            }
            Err(_) => true,
        },
    }
}

fn replace(path: &Path, plan: &PlanReport) -> io::Result<()> {
    // A link is kept: its target is replaced.
    let path = match fs::canonicalize(path) {
        Ok(path) => path,
        Err(_) if path.is_symlink() => {
            return Err(io::Error::other("it is a dangling link"));
        }
        Err(_) => path.to_owned(),
    };
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !directory.is_dir() {
        return Err(io::Error::other("its directory doesn't exist"));
    }
    // Like those of the replaced file; or as for any new file: others may read it, unless the
    // user's umask forbids it.
    let permissions = fs::metadata(&path).map(|old| old.permissions());
    let permissions = permissions.unwrap_or_else(|_| Permissions::from_mode(0o666));
    remove_abandoned_drafts(directory, "plan");
    let mut file = tempfile::Builder::new()
        .prefix(&draft_prefix("plan"))
        .permissions(permissions)
        .tempfile_in(directory)?;
    json::write(&mut file, plan)?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, SourceFile, Sources};
    use crate::plan::Scope;
    use crate::review::Review;
    use crate::store::Snapshot;

    fn plan() -> PlanReport {
        let file = SourceFile {
            name: "a.yml".to_owned(),
            content: Ok("layer_id: a\nlayer_salt: s".into()),
        };
        let sources = Sources::new("configs", vec![file]);
        let at = jiff::Timestamp::UNIX_EPOCH;
        let checked = config::check_sources(&sources, at);
        let state = Snapshot::empty().state;
        Review::new(&sources, &checked, &state, &Scope::All, at)
            .0
            .to_report()
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).expect("a directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn a_plan_is_written_and_replaces_an_earlier_one_even_a_broken_one() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("plan.json");
        for before in [
            None,
            Some(""),
            Some("{\"format_version\":9,\"plan_id\":\"\"}"),
        ] {
            if let Some(text) = before {
                fs::write(&path, text).expect("a file");
            }
            write(&path, &plan()).expect("a plan");
            assert!(read(&path).is_ok());
            write(&path, &plan()).expect("once more");
            assert_eq!(names(directory.path()), ["plan.json"]);
        }
    }

    #[test]
    fn a_link_stays_a_link() {
        let directory = tempfile::tempdir().expect("a directory");
        let (path, link) = (
            directory.path().join("plan.json"),
            directory.path().join("link"),
        );
        write(&path, &plan()).expect("a plan");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        write(&link, &plan()).expect("a plan");
        assert!(link.is_symlink() && !path.is_symlink());
    }

    #[test]
    fn what_is_no_plan_is_not_overwritten() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("avos.db");
        for text in ["SQLite format 3\0", "{}", "layer_id: x"] {
            fs::write(&path, text).expect("a file");
            let error = write(&path, &plan()).expect_err("refused");
            assert!(matches!(error, PlanFileError::InTheWay { .. }), "{error}");
            assert_eq!(fs::read_to_string(&path).expect("a file"), text);
        }
        let error = write(directory.path(), &plan()).expect_err("refused");
        assert!(matches!(error, PlanFileError::InTheWay { .. }), "{error}");
        let error = write(&directory.path().join("no/plan"), &plan()).expect_err("refused");
        assert!(matches!(error, PlanFileError::Unwritable { .. }), "{error}");
        assert_eq!(names(directory.path()), ["avos.db"]);
    }
}
