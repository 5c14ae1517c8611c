//! Writes new layer files: all of them or none, and never over an existing file.
//!
//! Each text is first written whole under a hidden name, which isn't that of a layer file, and then
//! renamed, unless the new name is taken. Knows nothing about the texts' contents.

use std::borrow::Cow;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::sources::{ReadError, read_sources};
use crate::diagnostic::Help;

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
/// without layer files. A failure leaves everything as it was.
pub fn write_layer_files(dir: &Path, files: &[(String, String)]) -> Result<(), WriteError> {
    let mut made = Made::default();
    made.directory(dir)?;
    if let Some(file) = read_sources(dir)?.files.first() {
        let (dir, file) = (dir.to_owned(), file.name.clone());
        return Err(WriteError::Occupied { dir, file });
    }
    let mut drafts = Vec::with_capacity(files.len());
    for (name, text) in files {
        let place = dir.join(name);
        let draft = draft(dir, text).map_err(|error| refused(&place, error))?;
        drafts.push((draft, place));
    }
    for (draft, place) in drafts {
        let placed = draft.persist_noclobber(&place);
        placed.map_err(|error| refused(&place, error.error))?;
        made.files.push(place);
    }
    // Makes the names survive a power failure; not every file system can.
    let _ = File::open(dir).and_then(|directory| directory.sync_all());
    made.keep();
    Ok(())
}

/// Writes the text under a hidden name and closes it: there may be more drafts than files can be
/// open.
fn draft(dir: &Path, text: &str) -> io::Result<TempPath> {
    let mut file = tempfile::Builder::new()
        .prefix(".avos-layer-")
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

/// What was created so far. It is removed on drop, unless it is kept.
#[derive(Default)]
struct Made {
    directory: Option<PathBuf>,
    files: Vec<PathBuf>,
}

impl Made {
    fn directory(&mut self, dir: &Path) -> Result<(), WriteError> {
        match fs::create_dir(dir) {
            Ok(()) => self.directory = Some(dir.to_owned()),
            Err(_) if dir.is_dir() => {}
            Err(error) => {
                let path = dir.to_owned();
                return Err(match error.kind() {
                    io::ErrorKind::AlreadyExists => WriteError::NotADirectory { dir: path },
                    io::ErrorKind::NotFound => WriteError::NoParent { dir: path },
                    _ => refused(dir, error),
                });
            }
        }
        Ok(())
    }

    fn keep(mut self) {
        self.directory = None;
        self.files.clear();
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        // This error can't be reported in addition to the one that led here.
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        if let Some(directory) = &self.directory {
            let _ = fs::remove_dir(directory);
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
