//! What can be wrong with a settings file.

use crate::diagnostic::Span;

/// One problem in a settings file, and where it is.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}:{}:{}: {problem}", .span.file, .span.line, .span.column)]
pub struct SettingsError {
    /// Where the problem is; the end equals the start if it isn't known.
    pub span: Span,
    /// The problem.
    pub problem: SettingsProblem,
}

impl SettingsError {
    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> String {
        self.problem.help()
    }
}

/// What can be wrong in a settings file. Text from the file is safe for a terminal.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsProblem {
    /// Invalid YAML, or too much of it.
    #[error("{0}")]
    Syntax(String),
    /// A key that isn't a setting.
    #[error("unknown setting `{key}`")]
    UnknownKey {
        /// The key as written, with its parents: `srm.warn`.
        key: String,
        /// A setting with a similar name.
        near: Option<String>,
    },
    /// A key that occurs twice.
    #[error("duplicate key `{0}`")]
    Duplicate(String),
    /// A value of the wrong type or out of range.
    #[error("`{key}`: expected {expected}, found {found}")]
    Value {
        /// The key.
        key: String,
        /// The value found.
        found: String,
        /// The value expected.
        expected: &'static str,
        /// A valid word with a similar spelling.
        near: Option<String>,
    },
    /// A target without a database.
    #[error("target `{0}` names no database")]
    TargetWithoutDatabase(String),
    /// A target's value that isn't a path.
    #[error("`{key}`: expected {expected}, found {found}")]
    TargetPath {
        /// The key.
        key: String,
        /// The value found.
        found: String,
        /// The value expected.
        expected: &'static str,
    },
    /// An id that isn't a command's.
    #[error("unknown command `{id}`")]
    UnknownCommand {
        /// The id as written.
        id: String,
        /// A command with a similar id.
        near: Option<String>,
    },
    /// A value that isn't a key chord.
    #[error("invalid key for `{command}`: {why}")]
    Chord {
        /// The command.
        command: String,
        /// What is wrong with the value.
        why: String,
        /// How to fix it.
        help: String,
    },
    /// One chord for two commands that can be active at once.
    #[error("`{chord}` is bound to both `{command}` and `{other}`, which can be active at once")]
    Clash {
        /// The chord.
        chord: String,
        /// The command at this place.
        command: String,
        /// The other one.
        other: String,
    },
}

impl SettingsProblem {
    fn help(&self) -> String {
        match self {
            Self::Syntax(_) => "write YAML, as in configs/settings.yml".to_owned(),
            Self::UnknownKey { near, .. } => near.as_ref().map_or_else(
                || "see configs/settings.yml for all settings and their defaults".to_owned(),
                |near| format!("did you mean `{near}`?"),
            ),
            Self::Duplicate(_) => "remove one of them".to_owned(),
            Self::Value {
                near: Some(near), ..
            } => format!("did you mean `{near}`?"),
            Self::Value { key, expected, .. } => {
                format!("set `{key}` to {expected}, or leave it out to use its default")
            }
            Self::TargetWithoutDatabase(_) => "add `db: FILE` to it".to_owned(),
            Self::TargetPath { key, expected, .. } => format!("set `{key}` to {expected}"),
            Self::UnknownCommand { near, .. } => near.as_ref().map_or_else(
                || "press `?` in the console to list all commands".to_owned(),
                |near| format!("did you mean `{near}`?"),
            ),
            Self::Chord { help, .. } => help.clone(),
            Self::Clash { other, .. } => {
                format!("choose another key, or bind `{other}` to another one under `keys`")
            }
        }
    }
}
