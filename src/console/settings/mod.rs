//! The settings file: theme, thresholds, targets, keys.
//!
//! The defaults in `configs/settings.yml` are built in and are read by the same code as a user's
//! file. This module knows command ids only as strings passed to it, and doesn't read the
//! environment.
//!
//! | file | defines |
//! |---|---|
//! | `values` | [`Settings`], [`SrmSettings`], [`Ascii`] |
//! | `load` | [`Settings::load`]: the defaults and a user's file to settings |
//! | `reader` | reads one file |
//! | `named_targets` | [`NamedTarget`], and how it is read |
//! | `named_sources` | [`NamedSource`], a source as the settings describe it |
//! | `source_reader` | reads the sources of a file |
//! | `option_text`, `plain_secrets` | the text of a source's option, with variables and without secrets |
//! | `document` | YAML as a tree with spans |
//! | `error` | [`SettingsError`], [`SettingsProblem`] |
//! | `bindings` | the keys of all commands; clashes |
//! | `file` | finds and reads the file |

mod bindings;
mod document;
mod error;
mod file;
mod load;
mod named_sources;
mod named_targets;
mod option_text;
mod plain_secrets;
mod reader;
mod source_reader;
mod values;

pub use bindings::{Binding, DefaultKeys};
pub use error::{SettingsError, SettingsProblem};
pub use file::{ReadSettingsError, find};
pub use named_sources::{MissingVariable, NamedSource};
pub use named_targets::NamedTarget;
pub use values::{Ascii, Settings, SrmSettings};
