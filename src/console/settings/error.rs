//! What can be wrong with a settings file.

use crate::diagnostic::Span;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}:{}:{}: {problem}", .place.file, .place.line, .place.column)]
pub struct SettingsError {
    /// Where it stands; the end is the start where it isn't known.
    pub place: Span,
    /// What it is.
    pub problem: SettingsProblem,
}

impl SettingsError {
    /// How to mend it.
    #[must_use]
    pub fn help(&self) -> String {
        self.problem.help()
    }
}

/// What can be wrong. Texts from the file are safe for a terminal.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SettingsProblem {
    /// Not YAML, or too much of it.
    #[error("{0}")]
    Syntax(String),
    /// A key that isn't a setting.
    #[error("`{key}` is no setting")]
    UnknownKey {
        /// The key as written, with those around it: `srm.warn`.
        key: String,
        /// A setting of nearly that name.
        near: Option<String>,
    },
    /// A key that stands twice.
    #[error("`{0}` stands twice")]
    Duplicate(String),
    /// A value of the wrong kind or out of range.
    #[error("`{key}` is {found}, but must be {wanted}")]
    Value {
        /// The key.
        key: String,
        /// What stands there.
        found: String,
        /// What must.
        wanted: &'static str,
        /// A word of nearly that spelling.
        near: Option<String>,
    },
    /// A key that no command has.
    #[error("`{id}` is no command")]
    UnknownCommand {
        /// The id as written.
        id: String,
        /// A command of nearly that id.
        near: Option<String>,
    },
    /// A text that names no chord.
    #[error("`{text}` can't be a key of `{command}`: {why}")]
    Chord {
        /// The command.
        command: String,
        /// The chord as written.
        text: String,
        /// What is wrong with it.
        why: String,
        /// How to mend it.
        help: String,
    },
    /// One chord for two commands that can be active at once.
    #[error("`{chord}` is a key of `{command}` and of `{other}`, which can be active at once")]
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
            Self::Syntax(_) => "a settings file is YAML, like configs/settings.yml".to_owned(),
            Self::UnknownKey { near, .. } => near.as_ref().map_or_else(
                || "configs/settings.yml shows all settings with their defaults".to_owned(),
                |near| format!("did you mean `{near}`?"),
            ),
            Self::Duplicate(_) => "remove one of them".to_owned(),
            Self::Value {
                near: Some(near), ..
            } => format!("did you mean `{near}`?"),
            Self::Value { key, wanted, .. } => {
                format!("give `{key}` {wanted}, or leave the key out for its default")
            }
            Self::UnknownCommand { near, .. } => near.as_ref().map_or_else(
                || "`?` in the console lists all commands with their ids".to_owned(),
                |near| format!("did you mean `{near}`?"),
            ),
            Self::Chord { help, .. } => help.clone(),
            Self::Clash { other, .. } => {
                format!("choose another key, or give `{other}` another one under `keys`")
            }
        }
    }
}
