//! A directory of layer files to checked values that know where they stand.
//!
//! The way: [`read_sources`] takes the files as they are; each text becomes a tree, the tree a layer as
//! written, that a layer as checked; every rule reports what it finds, and none stops another.
//! This module knows no database, no plan and no terminal.
//!
//! | file | room for |
//! |---|---|
//! | `sources` | [`read_sources`]: the directory, file contents, their digest |
//! | `limits` | how much a file may hold |
//! | `text` | offsets to lines and columns |
//! | `tree` | YAML text to a tree of values with places |
//! | `node` | a value of the tree with its span and its path |
//! | `level`, `section` | mappings and their keys |
//! | `written`, `shape` | a layer as written, and how it comes from a tree |
//! | `layer` | a layer as written to a layer as checked |
//! | `across` | what only several files together show |
//! | `check`, `checked` | [`check_sources`]: all files to [`Checked`] |
//! | `plain` | what other YAML readers take a bare value for, and how to quote it |
//! | `span_index` | where each value stands |
//! | `layer_text`, `names`, `write` | new layer files: [`layer_file_names`], [`layer_file_text`]; with the feature `console` also `write_layer_files` |
//! | `report`, `words` | how findings are collected and worded |
//! | [`rules`] | every rule with its check |

mod across;
mod check;
mod checked;
mod layer;
mod layer_text;
mod level;
pub mod limits;
mod names;
mod node;
mod plain;
mod report;
pub mod rules;
mod section;
mod shape;
mod sources;
mod span_index;
mod text;
mod tree;
mod words;
#[cfg(feature = "console")]
mod write;
mod written;

pub use check::check_sources;
pub use checked::{Checked, ConfigCounts, Finding};
pub use layer_text::layer_file_text;
pub use names::layer_file_names;
#[cfg(feature = "console")]
pub(crate) use rules::dates::parse as parse_date;
pub use sources::{ConfigDigest, FileProblem, ReadError, SourceFile, Sources, read_sources};
#[cfg(feature = "console")]
pub use write::{WriteError, write_layer_files};
