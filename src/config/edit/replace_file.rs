//! Writes an edited layer file: as a whole or not at all, and never over somebody else's change.
//!
//! The new text is written under a hidden name beside the file, with its mode and owner, and changes
//! places with it in one step. What was the file until then must hold the text that was edited: if
//! another program saved it in the last instant, the two change places again.

use std::borrow::Cow;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::file_edit::FileEdit;
use crate::diagnostic::Help;

/// The most bytes that the names of a file's attributes take, and the value of one (`XATTR_LIST_MAX` and
/// `XATTR_SIZE_MAX` of Linux).
const MAX_ATTRIBUTE: usize = 1 << 16;

/// Why an edit isn't written. The file is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplaceError {
    /// Its text isn't the one that was edited anymore.
    #[error("{} changed meanwhile; nothing was written", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A new file in its place couldn't have the same owner.
    #[error(
        "{} belongs to another user or group, and a new file in its place would not; nothing was written",
        path.display()
    )]
    Owner {
        /// The file.
        path: PathBuf,
    },
    /// It has several names, and a new file would have one.
    #[error("{} has several hard links, and the edit would break them; nothing was written", path.display())]
    HardLink {
        /// The file.
        path: PathBuf,
    },
    /// It has an access control list or other attributes that a new file can't be given.
    #[error(
        "{} has extended attributes that a new file can't be given; nothing was \
         written",
        path.display()
    )]
    Attributes {
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error("failed to replace {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl Help for ReplaceError {
    fn help(&self) -> Option<Cow<'_, str>> {
        let help = match self {
            Self::Changed { .. } => "run the command again, on the file as it is now",
            Self::Owner { .. } => "edit it as its owner, or make it yours",
            Self::Attributes { .. } => "edit it by hand",
            Self::HardLink { .. } => "edit it by hand, or replace the link by a file",
            Self::Io { .. } => "check the permissions of the directory and the free disk space",
        };
        Some(help.into())
    }
}

/// Writes the edit to its file in `dir`, if that holds the text from before the edit. Mode, owner and a
/// symbolic link stay.
pub fn replace_layer_file(dir: &Path, edit: &FileEdit) -> Result<(), ReplaceError> {
    let path = dir.join(&edit.file);
    if !edit.is_change() {
        return Ok(());
    }
    let failed = |source| ReplaceError::Io {
        path: path.clone(),
        source,
    };
    // Behind a link, so that the link stays.
    let file = fs::canonicalize(&path).map_err(failed)?;
    let metadata = fs::metadata(&file).map_err(failed)?;
    let is_unchanged =
        |at: &Path| -> io::Result<bool> { Ok(fs::read(at)? == edit.before.as_bytes()) };
    if !is_unchanged(&file).map_err(failed)? {
        return Err(ReplaceError::Changed { path });
    }
    if metadata.nlink() > 1 {
        return Err(ReplaceError::HardLink { path });
    }
    let draft = draft(&file, edit.after.as_bytes(), &metadata).map_err(failed)?;
    let owner = draft.as_file().metadata().map_err(failed)?;
    if (owner.uid(), owner.gid()) != (metadata.uid(), metadata.gid())
        && fchown(draft.as_file(), Some(metadata.uid()), Some(metadata.gid())).is_err()
    {
        return Err(ReplaceError::Owner { path });
    }
    if !copy_attributes(&file, draft.as_file()).map_err(failed)? {
        return Err(ReplaceError::Attributes { path });
    }
    let draft = draft.into_temp_path();
    match exchange(&draft, &file) {
        Ok(()) => {
            // The draft's name now leads to what the file was.
            let is_ours = is_unchanged(&draft).unwrap_or(false);
            if !is_ours {
                if let Err(error) = exchange(&draft, &file) {
                    // What was saved last must not be removed with the draft.
                    let _ = draft.keep();
                    return Err(failed(error));
                }
                return Err(ReplaceError::Changed { path });
            }
        }
        Err(_) if is_unchanged(&file).map_err(failed)? => {
            // Not every file system can exchange two files.
            draft.persist(&file).map_err(|error| failed(error.error))?;
        }
        Err(_) => return Err(ReplaceError::Changed { path }),
    }
    // Makes the new text survive a power failure; not every file system can.
    let _ = file
        .parent()
        .map(|directory| File::open(directory).and_then(|directory| directory.sync_all()));
    Ok(())
}

/// Writes all of these edits, or none: if one can't be written, those before it are taken back.
pub fn replace_layer_files(dir: &Path, edits: &[FileEdit]) -> Result<(), ReplaceError> {
    for (index, edit) in edits.iter().enumerate() {
        let Err(error) = replace_layer_file(dir, edit) else {
            continue;
        };
        for written in edits[..index].iter().rev() {
            // What somebody saved in this instant stays theirs.
            let _ = replace_layer_file(dir, &written.inverse());
        }
        return Err(error);
    }
    Ok(())
}

fn draft(file: &Path, text: &[u8], like: &Metadata) -> io::Result<NamedTempFile> {
    let directory = file.parent().unwrap_or(Path::new("."));
    let mut draft = tempfile::Builder::new()
        .prefix(".avos-edit-")
        .tempfile_in(directory)?;
    draft.write_all(text)?;
    // Not by the builder, whose permissions the umask narrows.
    draft.as_file().set_permissions(like.permissions())?;
    draft.as_file().sync_all()?;
    Ok(draft)
}

/// Gives the draft the file's extended attributes, an access control list among them. Returns whether it
/// has them all.
fn copy_attributes(file: &Path, draft: &File) -> io::Result<bool> {
    let mut names = vec![0_u8; MAX_ATTRIBUTE];
    let size = match rustix::fs::listxattr(file, names.as_mut_slice()) {
        // Not every file system has them.
        Err(rustix::io::Errno::NOTSUP) => return Ok(true),
        size => size?,
    };
    names.truncate(size);
    let mut value = vec![0_u8; MAX_ATTRIBUTE];
    let mut has_all = true;
    for name in names
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
    {
        let size = rustix::fs::getxattr(file, name, value.as_mut_slice())?;
        let flags = rustix::fs::XattrFlags::empty();
        let is_set = rustix::fs::fsetxattr(draft, name, &value[..size], flags).is_ok();
        // The label of a security module is given to every file by its place.
        has_all &= is_set || name.starts_with(b"security.");
    }
    Ok(has_all)
}

/// Exchanges two files in one step.
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).map_err(io::Error::from)
}
