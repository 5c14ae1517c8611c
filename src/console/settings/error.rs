//! What can be wrong with a settings file.

use crate::diagnostic::Span;
use crate::exposure::Dialect;

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
    /// A name that may be a path.
    #[error("`{0}` can't name a source")]
    SourceName(String),
    /// A source without something that it needs.
    #[error("source `{name}` has no `{key}`")]
    SourceWithout {
        /// The source.
        name: String,
        /// What it lacks.
        key: &'static str,
    },
    /// A source without a dialect, and with a driver whose name doesn't say which one it is.
    #[error(
        "source `{0}` has no `dialect`, and the name of its driver doesn't say which one it is"
    )]
    SourceWithoutDialect(String),
    /// A source that has its URI twice.
    #[error("source `{0}` has its URI twice")]
    SeveralUris(String),
    /// A source that has its rows in two places.
    #[error("source `{0}` has both `table` and `query`")]
    TableAndQuery(String),
    /// A source whose columns don't have what every exposure has.
    #[error("source `{name}` names no column for `{column}`")]
    SourceWithoutColumn {
        /// The source.
        name: String,
        /// What isn't named.
        column: &'static str,
    },
    /// A source with slots of no layer, or the other way round.
    #[error("source `{0}` names a column for only one of `layer` and `slot`")]
    LayerWithoutSlot(String),
    /// A value that must be there and isn't as it should be.
    #[error("`{key}`: expected {expected}, found {found}")]
    RequiredValue {
        /// The key.
        key: String,
        /// The value found.
        found: String,
        /// The value expected.
        expected: &'static str,
    },
    /// A text with a wrong variable, which isn't shown since it may be a secret.
    #[error(
        "`{0}`: expected a text in which `${{` begins the name of a variable, such as `${{DB_PASSWORD}}`"
    )]
    Variable(String),
    /// A value that isn't the name of a variable, and isn't shown since it may be a secret.
    #[error("`{0}`: expected the name of an environment variable")]
    VariableName(String),
    /// A password or the like.
    #[error("`{0}` has a secret in plain text")]
    PlainSecret(String),
    /// A password or the like in a URI.
    #[error("`{0}` has a secret in plain text")]
    PlainSecretInUri(String),
    /// A list of columns that isn't one.
    #[error("`{0}`: expected a list of names of columns, each once")]
    Dimensions(String),
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
            Self::Duplicate(_) | Self::TableAndQuery(_) | Self::SeveralUris(_) => "remove one of them".to_owned(),
            Self::Value {
                near: Some(near), ..
            } => format!("did you mean `{near}`?"),
            Self::Value { key, expected, .. } => {
                format!("set `{key}` to {expected}, or leave it out to use its default")
            }
            Self::TargetWithoutDatabase(_) => "add `db: FILE` to it".to_owned(),
            Self::TargetPath { key, expected, .. } | Self::RequiredValue { key, expected, .. } => {
                format!("set `{key}` to {expected}")
            }
            Self::SourceName(_) => {
                "use letters, digits, `-` and `_`, so that it isn't a path".to_owned()
            }
            Self::SourceWithout { key: "table", .. } => "add `table` or `query` to it".to_owned(),
            Self::SourceWithout { key, .. } => format!("add `{key}` to it; see docs/sources.md"),
            Self::SourceWithoutDialect(_) => {
                let names = Dialect::ALL.map(Dialect::as_str).join(", ");
                format!("add `dialect` to it, one of {names}")
            }
            Self::SourceWithoutColumn { column, .. } => {
                format!("add `{column}: COLUMN` to its `columns`")
            }
            Self::LayerWithoutSlot(_) => "name both, or neither: coverage needs both".to_owned(),
            Self::Variable(_) => "correct it; `$${` is a plain `${`".to_owned(),
            Self::VariableName(_) => {
                "put the URI into a variable, and write its name, such as `WAREHOUSE_URI`".to_owned()
            }
            Self::PlainSecretInUri(_) => {
                "put the URI into an environment variable `NAME`, and write `uri_env: NAME` instead; or write \
                 `${NAME}` for the secret alone"
                    .to_owned()
            }
            Self::Dimensions(key) => {
                format!("write `{}: [platform, country]`", key.rsplit('.').next().unwrap_or(key))
            }
            Self::PlainSecret(_) => {
                "write `${NAME}` for it, and put it into the environment variable `NAME`".to_owned()
            }
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
