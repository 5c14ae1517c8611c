//! What the database is compared with: layer files, a saved plan, or one of a directory of saved plans. This
//! only names it; the worker reads it.

use std::path::{Path, PathBuf};

/// Why nothing can be edited where the proposal is a saved plan.
pub(in crate::console) const NO_FILES: &str = "a saved plan has no files to edit";

/// What the database is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proposal {
    /// A directory of layer files; planned again whenever a file or the database changes.
    Configs(PathBuf),
    /// The file of a saved plan; applied as it was reviewed, or not at all.
    Plan(PathBuf),
    /// A directory of saved plans, of which one can be opened.
    Plans(PathBuf),
}

impl Proposal {
    /// Returns the directory or the file, as the user named it.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Configs(path) | Self::Plan(path) | Self::Plans(path) => path,
        }
    }

    /// Returns the noun for it in messages.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Configs(_) => "files",
            Self::Plan(_) => "plan",
            Self::Plans(_) => "plans",
        }
    }

    /// Whether it is a saved plan, or a directory of them: there are no layer files.
    #[must_use]
    pub fn is_plan(&self) -> bool {
        matches!(self, Self::Plan(_) | Self::Plans(_))
    }
}
