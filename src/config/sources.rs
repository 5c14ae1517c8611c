//! Reads a directory: the first step.
//!
//! It takes the files as they are. Their contents, and unreadable files, are judged later.

use std::borrow::Cow;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::limits;
use crate::diagnostic::Help;
use crate::digest::to_hex;

/// The layer files of a directory, as read.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The directory.
    pub dir: PathBuf,
    /// Its layer files, sorted by name.
    pub files: Vec<SourceFile>,
    /// Digest of names and contents.
    pub digest: ConfigDigest,
}

impl Sources {
    /// Returns these files as the layer files of `dir`, sorted by name.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>, mut files: Vec<SourceFile>) -> Self {
        files.sort_by(|left, right| left.name.cmp(&right.name));
        let digest = ConfigDigest::new(&files);
        Self {
            dir: dir.into(),
            files,
            digest,
        }
    }

    /// Returns the text of the file with this name, if it could be read.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        let at = self.files.partition_point(|file| file.name.as_str() < name);
        let file = self.files.get(at).filter(|file| file.name == name)?;
        file.content.as_deref().ok()
    }
}

/// One layer file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its name in the directory, with invalid UTF-8 replaced.
    pub name: String,
    /// Its text as read, with its byte order mark and line ends, or why there is none.
    pub content: Result<Arc<str>, FileProblem>,
}

/// Why a file has no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileProblem {
    /// The system refused; the text is its reason.
    #[error("the file can't be read: {0}")]
    Unreadable(String),
    /// It is above [`limits::FILE_BYTES`].
    #[error("the file is larger than {} KiB", limits::FILE_BYTES / 1024)]
    TooLarge,
    /// Some bytes aren't UTF-8.
    #[error("the file is not UTF-8 text: byte {byte:#04x} at line {line}, column {column}")]
    NotUtf8 {
        /// The first byte that isn't.
        byte: u8,
        /// The number of bytes before it.
        offset: usize,
        /// Its line, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
    },
}

/// SHA-256 over names and contents of all layer files: 64 hexadecimal digits.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Hash)]
#[serde(transparent)]
pub struct ConfigDigest(String);

impl ConfigDigest {
    /// Returns the digest of these files. Lengths precede names and bytes, so that no text can move from
    /// one to the other unnoticed.
    fn new(files: &[SourceFile]) -> Self {
        let mut hash = Sha256::new();
        for file in files {
            let (kind, bytes) = match &file.content {
                Ok(text) => (b'+', text.as_bytes().to_vec()),
                Err(problem) => (b'-', problem.to_string().into_bytes()),
            };
            hash.update((file.name.len() as u64).to_be_bytes());
            hash.update(&file.name);
            hash.update([kind]);
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(&bytes);
        }
        Self(to_hex(hash.finalize()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConfigDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why a directory can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It doesn't exist.
    #[error("the configs directory {} doesn't exist", dir.display())]
    Missing {
        /// The directory as given.
        dir: PathBuf,
    },
    /// It isn't a directory.
    #[error("{} is not a directory", dir.display())]
    NotADirectory {
        /// The path as given.
        dir: PathBuf,
    },
    /// The system refused.
    #[error("the configs directory {} can't be read", dir.display())]
    Unreadable {
        /// The directory as given.
        dir: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl Help for ReadError {
    fn help(&self) -> Option<Cow<'_, str>> {
        let help = match self {
            Self::Missing { .. } => {
                "give the directory that holds the layer files (`--configs DIR`), or create it"
            }
            Self::NotADirectory { .. } => {
                "give the directory that holds the layer files, not one of its files"
            }
            Self::Unreadable { .. } => "allow this user to list the directory",
        };
        Some(help.into())
    }
}

impl ReadError {
    fn new(dir: &Path, source: io::Error) -> Self {
        let dir = dir.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { dir },
            io::ErrorKind::NotADirectory => Self::NotADirectory { dir },
            _ => Self::Unreadable { dir, source },
        }
    }
}

/// Reads the layer files directly in `dir`: `*.yml` and `*.yaml`, but no hidden ones
/// and no leftovers of editors.
pub fn read_sources(dir: &Path) -> Result<Sources, ReadError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| ReadError::new(dir, error))? {
        let entry = entry.map_err(|error| ReadError::new(dir, error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !is_layer_file(&name) {
            continue;
        }
        // Following links, and before opening: opening a pipe would wait for its writer.
        let content = match fs::metadata(entry.path()) {
            Ok(metadata) if !metadata.is_file() => continue,
            Ok(_) => content(&entry.path()),
            Err(error) => Err(FileProblem::Unreadable(error.to_string())),
        };
        files.push(SourceFile { name, content });
    }
    Ok(Sources::new(dir, files))
}

/// Whether a file of this name holds a layer: vim and Emacs leave `.x.yml.swp`, `x.yml~`,
/// `#x.yml#`, `.#x.yml` and `4913`, office programs `~$x.yml`.
pub(crate) fn is_layer_file(name: &str) -> bool {
    let stem = name
        .strip_suffix(".yml")
        .or_else(|| name.strip_suffix(".yaml"));
    stem.is_some_and(|stem| !stem.starts_with(['.', '#', '~']) && !stem.ends_with('~'))
        && !name.starts_with('.')
}

fn content(path: &Path) -> Result<Arc<str>, FileProblem> {
    let unreadable = |error: io::Error| FileProblem::Unreadable(error.to_string());
    let mut bytes = Vec::new();
    File::open(path)
        .map_err(unreadable)?
        .take(limits::FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > limits::FILE_BYTES {
        return Err(FileProblem::TooLarge);
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let valid = String::from_utf8_lossy(&error.as_bytes()[..offset]);
        let last_line = valid.rsplit('\n').next().unwrap_or_default();
        FileProblem::NotUtf8 {
            byte: error.as_bytes()[offset],
            offset,
            line: valid.matches('\n').count() + 1,
            column: last_line.chars().count() + 1,
        }
    })?;
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_of_editors_are_no_layer_files() {
        for name in [
            ".a.yml",
            ".yml",
            "#a.yml",
            "#a.yml#",
            ".#a.yml",
            "a.yml~",
            "a~.yml",
            "~$a.yml",
            ".a.yml.swp",
            "4913",
            "a.yml.orig",
            "README.md",
            "a.json",
        ] {
            assert!(!is_layer_file(name), "{name}");
        }
        for name in ["a.yml", "a.yaml", "a.b.yml", "a b.yml"] {
            assert!(is_layer_file(name), "{name}");
        }
    }

    #[test]
    fn the_digest_tells_names_from_contents() {
        let digest = |name: &str, text: &str| {
            let file = SourceFile {
                name: name.to_owned(),
                content: Ok(text.into()),
            };
            Sources::new(".", vec![file]).digest
        };
        assert_ne!(digest("a.yml", "b"), digest("a.ym", "lb"));
        assert_ne!(digest("a.yml", "b"), digest("a.yml", "c"));
        assert_eq!(digest("a.yml", "b").as_str().len(), 64);
    }
}
