//! From a directory of layer files to checked values with spans.
//!
//! [`read_sources`] takes the files as they are. Each text becomes a tree, the tree a layer as written,
//! and that a layer as checked. Every rule reports what it finds, and none stops another. This module
//! knows no database, no plan and no terminal.
//!
//! | file | defines |
//! |---|---|
//! | `sources` | [`read_sources`]: the directory, file contents, their digest |
//! | `limits` | how much a file may hold |
//! | `text` | offsets to lines and columns |
//! | `tree` | YAML text to a tree of values with spans |
//! | `node` | a value of the tree with its span and path; the two kinds of mappings with known keys |
//! | `section` | a mapping and its keys |
//! | `written`, `shape` | a layer as written, and how it is read from a tree |
//! | `layer` | a layer as written to a layer as checked |
//! | `across` | what only several files together show |
//! | `check`, `checked` | [`check_sources`]: all files to [`Checked`], which knows the span of every value |
//! | `plain` | what other YAML readers make of a bare value, and how to quote it |
//! | `layer_file` | new layer files: [`layer_file_names`], [`layer_file_text`] |
//! | [`edit`] | edits layer files in place, and no other byte |
//! | `write_layer_files` | writes them, with the feature `console` |
//! | `file_report` | collects findings, and words numbers and names for them |
//! | [`rules`] | every rule with its check |

mod across;
mod check;
mod checked;
pub mod edit;
mod file_report;
mod layer;
mod layer_file;
pub mod limits;
mod node;
mod plain;
pub mod rules;
mod section;
mod shape;
mod sources;
mod text;
mod tree;
#[cfg(feature = "console")]
mod write_layer_files;
mod written;

pub use check::{Checker, check_sources};
pub use checked::{Checked, ConfigCounts, Finding};
pub use layer_file::{layer_file_names, layer_file_text};
#[cfg(feature = "console")]
pub(crate) use rules::dates::parse as parse_date;
#[cfg(feature = "console")]
pub(crate) use sources::is_layer_file;
pub use sources::{ConfigDigest, FileProblem, ReadError, SourceFile, Sources, read_sources};
#[cfg(feature = "console")]
pub use write_layer_files::{WriteError, write_layer_files};
