//! Writes new layer files: all of them or none, and never over an existing file.
//!
//! A new directory is written whole under a hidden name and then renamed, so nobody ever sees part of it. In a
//! directory that exists, each text is written under a hidden name, which isn't that of a layer file, and then
//! renamed, unless the new name is taken. Knows nothing about the texts' contents.

use std::borrow::Cow;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::sources::{ReadError, read_sources};
use crate::diagnostic::Help;
use crate::drafts::{draft_prefix, remove_abandoned_drafts};

/// Why layer files can't be written. In each case, none was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The directory already has layer files.
    #[error("{} already holds layer files, such as {file}; nothing was written", dir.display())]
    Occupied {
        /// The directory.
        dir: PathBuf,
        /// The first of its layer files.
        file: String,
    },
    /// The path isn't a directory.
    #[error("{} is not a directory", dir.display())]
    NotADirectory {
        /// The path.
        dir: PathBuf,
    },
    /// The directory can't be created: its parent doesn't exist.
    #[error("{} can't be created: the directory above it doesn't exist", dir.display())]
    NoParent {
        /// The directory.
        dir: PathBuf,
    },
    /// The directory can't be listed.
    #[error(transparent)]
    Directory(#[from] ReadError),
    /// The system refused.
    #[error("failed to write {}; no files were created", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl Help for WriteError {
    fn help(&self) -> Option<Cow<'_, str>> {
        let help = match self {
            Self::Occupied { .. } => "give another directory: nothing is ever overwritten",
            Self::NotADirectory { .. } => "give a directory, or a name that is still free",
            Self::NoParent { .. } => "create the directory above it first, or check the path",
            Self::Directory(error) => return error.help(),
            Self::Io { .. } => "check the permissions of the directory and the free disk space",
        };
        Some(help.into())
    }
}

/// Writes these names and texts as the layer files of `dir`, which is created unless it exists
/// without layer files. A failure leaves everything as it was. So does a kill, unless `dir` existed: then some of
/// the files may be there.
pub fn write_layer_files(dir: &Path, files: &[(String, String)]) -> Result<(), WriteError> {
    match fs::metadata(dir) {
        Ok(metadata) if metadata.is_dir() => fill_directory(dir, files),
        // A link that leads nowhere is in the way as well.
        Err(_) if fs::symlink_metadata(dir).is_err() => make_directory(dir, files),
        _ => {
            let dir = dir.to_owned();
            Err(WriteError::NotADirectory { dir })
        }
    }
}

fn make_directory(dir: &Path, files: &[(String, String)]) -> Result<(), WriteError> {
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !parent.is_dir() {
        let dir = dir.to_owned();
        return Err(WriteError::NoParent { dir });
    }
    remove_abandoned_drafts(parent, "export");
    let draft = tempfile::Builder::new()
        .prefix(&draft_prefix("export"))
        // As for any new directory: the user's umask narrows it.
        .permissions(Permissions::from_mode(0o777))
        .tempdir_in(parent)
        .map_err(|error| refused(dir, error))?;
    for (name, text) in files {
        let write = || {
            let mut file = File::create_new(draft.path().join(name))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|error| refused(&dir.join(name), error))?;
    }
    sync_directory(draft.path());
    fs::rename(draft.path(), dir).map_err(|error| refused(dir, error))?;
    // Nothing has its name anymore.
    let _ = draft.keep();
    sync_directory(parent);
    Ok(())
}

fn fill_directory(dir: &Path, files: &[(String, String)]) -> Result<(), WriteError> {
    if let Some(file) = read_sources(dir)?.files.first() {
        let (dir, file) = (dir.to_owned(), file.name.clone());
        return Err(WriteError::Occupied { dir, file });
    }
    remove_abandoned_drafts(dir, "layer");
    let mut drafts = Vec::with_capacity(files.len());
    for (name, text) in files {
        let place = dir.join(name);
        let draft = draft(dir, text).map_err(|error| refused(&place, error))?;
        drafts.push((draft, place));
    }
    let mut made = MadeFiles::default();
    for (draft, place) in drafts {
        let placed = draft.persist_noclobber(&place);
        placed.map_err(|error| refused(&place, error.error))?;
        made.0.push(place);
    }
    sync_directory(dir);
    made.0.clear();
    Ok(())
}

/// Makes names survive a power failure; not every file system can.
fn sync_directory(dir: &Path) {
    let _ = File::open(dir).and_then(|directory| directory.sync_all());
}

/// Writes the text under a hidden name and closes it: there may be more drafts than files can be
/// open.
fn draft(dir: &Path, text: &str) -> io::Result<TempPath> {
    let mut file = tempfile::Builder::new()
        .prefix(&draft_prefix("layer"))
        // As for any new file: others may read it, unless the user's umask forbids it.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(dir)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file.into_temp_path())
}

fn refused(path: &Path, source: io::Error) -> WriteError {
    let path = path.to_owned();
    WriteError::Io { path, source }
}

/// The files that were created so far; those that it still has when it is dropped are removed.
#[derive(Default)]
struct MadeFiles(Vec<PathBuf>);

impl Drop for MadeFiles {
    fn drop(&mut self) {
        // This error can't be reported in addition to the one that led here.
        for file in &self.0 {
            let _ = fs::remove_file(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files<const N: usize>(names: [&str; N]) -> Vec<(String, String)> {
        let file = |name: &str| (name.to_owned(), format!("layer_id: {name}\n"));
        names.map(file).to_vec()
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).expect("a directory");
        let name = |entry: io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> = entries
            .map(|entry| name(entry).to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_directory_is_made_or_filled() -> io::Result<()> {
        let home = tempfile::tempdir()?;
        let new = home.path().join("configs");
        write_layer_files(&new, &files(["b.yml", "a.yml"])).expect("written");
        assert_eq!(names(&new), ["a.yml", "b.yml"]);
        assert_eq!(fs::read_to_string(new.join("a.yml"))?, "layer_id: a.yml\n");

        let checkout = home.path().join("checkout");
        fs::create_dir(&checkout)?;
        fs::write(checkout.join("README.md"), "")?;
        write_layer_files(&checkout, &files(["a.yml"])).expect("written");
        assert_eq!(names(&checkout), ["README.md", "a.yml"]);
        Ok(())
    }

    #[test]
    fn what_a_killed_program_left_is_removed() -> io::Result<()> {
        let home = tempfile::tempdir()?;
        let mut gone = std::process::Command::new("true").spawn()?;
        gone.wait()?;
        let gone = gone.id();
        let alive = std::process::id();
        let filled = home.path().join("filled");
        fs::create_dir(&filled)?;
        for process in [gone, alive] {
            let draft = home.path().join(format!(".avos-export-{process}-aBc123"));
            fs::create_dir(&draft)?;
            fs::write(draft.join("a.yml"), "x")?;
            fs::write(filled.join(format!(".avos-layer-{process}-aBc123")), "x")?;
        }
        // Names of others.
        for other in [".avos-layer-", ".avos-layer-1x-a", ".avos-layers-1-a"] {
            fs::write(filled.join(other), "x")?;
        }
        write_layer_files(&home.path().join("new"), &files(["a.yml"])).expect("written");
        write_layer_files(&filled, &files(["a.yml"])).expect("written");
        let own = format!(".avos-export-{alive}-aBc123");
        assert_eq!(names(home.path()), [own.as_str(), "filled", "new"]);
        let own = format!(".avos-layer-{alive}-aBc123");
        let mut expected = vec![
            ".avos-layer-",
            ".avos-layer-1x-a",
            ".avos-layers-1-a",
            "a.yml",
        ];
        expected.push(&own);
        expected.sort_unstable();
        assert_eq!(names(&filled), expected);
        Ok(())
    }

    #[test]
    fn what_is_there_stays() -> io::Result<()> {
        let home = tempfile::tempdir()?;
        fs::write(home.path().join("old.yaml"), "x")?;
        let refused = write_layer_files(home.path(), &files(["a.yml"]));
        assert!(matches!(refused, Err(WriteError::Occupied { file, .. }) if file == "old.yaml"));
        let refused = write_layer_files(&home.path().join("old.yaml"), &files(["a.yml"]));
        assert!(matches!(refused, Err(WriteError::NotADirectory { .. })));
        let refused = write_layer_files(&home.path().join("no/configs"), &files(["a.yml"]));
        assert!(matches!(refused, Err(WriteError::NoParent { .. })));
        assert_eq!(names(home.path()), ["old.yaml"]);
        Ok(())
    }

    #[test]
    fn a_failure_leaves_nothing_behind() -> io::Result<()> {
        let home = tempfile::tempdir()?;
        let long = format!("{}.yml", "x".repeat(300));
        let new = home.path().join("new");
        let refused = write_layer_files(&new, &files(["a.yml", &long]));
        assert!(matches!(refused, Err(WriteError::Io { .. })));
        assert!(!new.exists());
        // A directory isn't a layer file, but its name is taken.
        fs::create_dir(home.path().join("b.yml"))?;
        let refused = write_layer_files(home.path(), &files(["a.yml", "b.yml"]));
        assert!(matches!(refused, Err(WriteError::Io { .. })));
        assert_eq!(names(home.path()), ["b.yml"]);
        Ok(())
    }
}
