//! What settings and environment make of the console: for its launch, and for who asks what a
//! launch would find. Reads the settings file and nothing else.

use std::path::{Path, PathBuf};

use super::commands::{Command, Keymap};
use super::settings::{self, ReadSettingsError, Settings, SettingsError};
use super::theme::{ColorChoice, Surroundings, ThemeName};
use crate::environment::Environment;

/// The variables that name the locale, the one that decides first.
pub(crate) const LOCALE: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

/// The settings with what they were made of.
pub(crate) struct Setup {
    /// The user's file, unless no place for one is known.
    pub(crate) path: Option<PathBuf>,
    /// Whether it is there; the settings are the defaults otherwise.
    pub(crate) is_there: bool,
    /// The settings.
    pub(crate) settings: Settings,
    /// The keys by them.
    pub(crate) keymap: Keymap,
}

/// Why there are no settings to go by.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The settings file can't be read.
    #[error(transparent)]
    Read(#[from] ReadSettingsError),
    /// The settings are wrong.
    #[error("{}", listed(.0))]
    Wrong(Vec<SettingsError>),
}

impl SetupError {
    /// How to mend it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Read(_) => {
                Some("name a file that can be read, or leave --settings out".to_owned())
            }
            Self::Wrong(errors) => errors.first().map(SettingsError::help),
        }
    }
}

fn listed(errors: &[SettingsError]) -> String {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

impl Setup {
    /// By the settings file that was named, which must be there, else by the user's own, if there
    /// is one.
    pub(crate) fn find(named: Option<&Path>, environment: Environment) -> Result<Self, SetupError> {
        let (xdg, home) = (
            environment.path("XDG_CONFIG_HOME"),
            environment.path("HOME"),
        );
        let found = settings::find(named, xdg.as_deref(), home.as_deref())?;
        let (path, text) = found.unzip();
        let text = text.flatten();
        let name = path.as_ref().map(|path| path.display().to_string());
        let ids: Vec<&str> = Command::specs().iter().map(|spec| spec.id).collect();
        let user = name.as_deref().zip(text.as_deref());
        let settings = Settings::load(user, &ids).map_err(SetupError::Wrong)?;
        let keymap = Keymap::new(&settings).map_err(SetupError::Wrong)?;
        Ok(Self {
            path,
            is_there: text.is_some(),
            settings,
            keymap,
        })
    }

    /// The theme, and what decides it, as a phrase for people.
    pub(crate) fn theme(
        &self,
        color: ColorChoice,
        environment: Environment,
    ) -> (ThemeName, &'static str) {
        let colorfgbg = environment.text("COLORFGBG");
        let surroundings = Surroundings {
            no_color: environment.text("NO_COLOR").is_some(),
            colorfgbg: colorfgbg.as_deref(),
        };
        ThemeName::decide(self.settings.theme, color, surroundings)
    }

    /// Whether to draw in ASCII.
    pub(crate) fn is_ascii(&self, environment: Environment) -> bool {
        let [all, kind, lang] = LOCALE.map(|name| environment.text(name));
        let ascii = self.settings.ascii;
        ascii.decide(all.as_deref(), kind.as_deref(), lang.as_deref())
    }
}
