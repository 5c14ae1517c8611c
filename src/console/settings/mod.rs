//! The settings file: theme, thresholds, keys.
//!
//! The defaults stand in `configs/settings.yml`, are built in, and are read by the same code as a
//! user's file. This module knows the ids of commands only as texts that it is given, and no
//! environment.
//!
//! | file | defines |
//! |---|---|
//! | `values` | [`Settings`], [`SrmSettings`], [`Ascii`] |
//! | `load` | [`Settings::load`]: the defaults and a user's file to settings |
//! | `reader` | one file to what it sets |
//! | `document` | YAML as a tree with places |
//! | `error` | [`SettingsError`], [`SettingsProblem`] |
//! | `bindings` | keys of all commands together; clashes |
//! | `file` | which file it is, and reading it |

mod bindings;
mod document;
mod error;
mod file;
mod load;
mod reader;
mod values;

pub use bindings::{Binding, DefaultKeys};
pub use error::{SettingsError, SettingsProblem};
pub use file::{ReadSettingsError, find};
pub use values::{Ascii, Settings, SrmSettings};
