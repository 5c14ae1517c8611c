//! Where a value stands, and which value is meant.

use crate::domain::{ExperimentId, LayerId};

/// The directory as a file's name.
const DIRECTORY: &str = ".";

/// A stretch of a file. Lines and columns start at 1; columns count characters; the end is the
/// first column after the stretch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's name, relative to the configs directory; `.` for the directory itself.
    pub file: String,
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the last character.
    pub end_line: usize,
    /// Column after the last character.
    pub end_column: usize,
}

impl Place {
    /// The start of a file, for what is wrong with the file as a whole.
    #[must_use]
    pub fn start_of(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 1,
        }
    }

    /// The directory itself, for what stands in none of its files.
    #[must_use]
    pub fn directory() -> Self {
        Self::start_of(DIRECTORY)
    }

    /// Whether it is the directory, which has no lines.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.file == DIRECTORY
    }
}

/// A value by what it belongs to, for findings of those who know no files. `config` knows where it
/// stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The layer.
    pub layer_id: LayerId,
    /// The experiment on it; none for the layer's own values.
    pub experiment_id: Option<ExperimentId>,
    /// The key as the file spells it, such as `traffic_percentage`; none for the whole.
    pub key: Option<&'static str>,
}
