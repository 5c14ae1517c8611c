//! Resolves settings and environment, for a launch and for `avos doctor`, which reports what a launch
//! would find. Reads the settings file and nothing else.

use std::path::{Path, PathBuf};

use super::commands::{Command, Keymap};
use super::settings::{
    self, MissingVariable, NamedTarget, ReadSettingsError, Settings, SettingsError,
};
use super::theme::{ColorChoice, ColorEnvironment, ThemeName};
use crate::diagnostic::visible;
use crate::environment::Environment;
use crate::exposure::LogLocation;
use crate::near::nearest;

/// The variables that name the locale, in order of precedence.
pub(crate) const LOCALE: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

/// The settings and where they come from.
pub(crate) struct Setup {
    /// The path of the user's file; `None` if no location is known.
    pub(crate) path: Option<PathBuf>,
    /// Whether the file exists; otherwise the settings are the defaults.
    pub(crate) exists: bool,
    /// The settings.
    pub(crate) settings: Settings,
    /// The keys that result from them.
    pub(crate) keymap: Keymap,
}

/// Why the settings can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The settings file can't be read.
    #[error(transparent)]
    Read(#[from] ReadSettingsError),
    /// The settings are invalid.
    #[error("{}", listed(.0))]
    Wrong(Vec<SettingsError>),
}

impl SetupError {
    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Read(_) => Some("name a readable file, or leave out `--settings`".to_owned()),
            Self::Wrong(errors) => errors.first().map(SettingsError::help),
        }
    }
}

/// The settings have no target with this name.
#[derive(Debug, thiserror::Error)]
#[error("no target `{name}`: {}", known_targets(.settings.as_deref(), .known))]
pub struct UnknownTarget {
    /// The name, safe to show.
    pub name: String,
    /// The settings file; `None` if no location is known.
    pub settings: Option<PathBuf>,
    /// The targets that there are, safe to show.
    pub known: Vec<String>,
}

impl UnknownTarget {
    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> String {
        let Self { name, known, .. } = self;
        match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if self.settings.is_none() => "name a settings file with `--settings`".to_owned(),
            None => format!("add `{name}: {{db: FILE}}` under `targets`"),
        }
    }
}

fn known_targets(settings: Option<&Path>, known: &[String]) -> String {
    let Some(settings) = settings else {
        return "no location of a settings file is known".to_owned();
    };
    let settings = settings.display();
    if known.is_empty() {
        return format!("the settings file {settings} has none");
    }
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("the settings file {settings} has {}", names.join(", "))
}

fn listed(errors: &[SettingsError]) -> String {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

impl Setup {
    /// Reads the named settings file, which must exist, else the user's own, if it exists.
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
            exists: text.is_some(),
            settings,
            keymap,
        })
    }

    /// Returns the target with this name, with paths that don't depend on where the console starts.
    pub(crate) fn target(
        &self,
        name: &str,
        environment: Environment,
    ) -> Result<NamedTarget, UnknownTarget> {
        let targets = &self.settings.targets;
        let Some(target) = targets.get(name) else {
            return Err(UnknownTarget {
                name: visible(name).into_owned(),
                settings: self.path.clone(),
                known: targets
                    .keys()
                    .map(|name| visible(name).into_owned())
                    .collect(),
            });
        };
        let home = environment.path("HOME");
        let resolved = target.clone().resolve(self.directory(), home.as_deref());
        let source = target.log.clone();
        let source = source.filter(|log| self.settings.source(&LogLocation::from(log)).is_some());
        Ok(NamedTarget {
            log: source.or(resolved.log),
            ..resolved
        })
    }

    /// Returns the log that a user named, which may be a source of the settings.
    pub(crate) fn log(
        &self,
        log: LogLocation,
        environment: Environment,
    ) -> Result<LogLocation, MissingVariable> {
        let Some((name, source)) = self.settings.source(&log) else {
            return Ok(log);
        };
        let source = source.resolve(name, environment, self.directory())?;
        Ok(source.into())
    }

    /// Returns the directory of the settings file, which its relative paths are below.
    fn directory(&self) -> &Path {
        let directory = self.path.as_deref().and_then(Path::parent);
        directory.unwrap_or(Path::new(""))
    }

    /// Returns the theme and the reason for it, as a phrase.
    pub(crate) fn theme(
        &self,
        color: ColorChoice,
        environment: Environment,
    ) -> (ThemeName, &'static str) {
        let colorfgbg = environment.text("COLORFGBG");
        let colors = ColorEnvironment {
            no_color: environment.text("NO_COLOR").is_some(),
            colorfgbg: colorfgbg.as_deref(),
        };
        ThemeName::decide(self.settings.theme, color, colors)
    }

    /// Returns whether to draw in ASCII.
    pub(crate) fn is_ascii(&self, environment: Environment) -> bool {
        let [all, kind, lang] = LOCALE.map(|name| environment.text(name));
        let ascii = self.settings.ascii;
        ascii.decide(all.as_deref(), kind.as_deref(), lang.as_deref())
    }
}
