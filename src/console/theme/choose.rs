//! Chooses the theme from settings, arguments and terminal.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;

/// The themes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThemeName {
    /// For dark backgrounds.
    Dark,
    /// For light backgrounds.
    Light,
    /// White on black, strong colors.
    HighContrast,
    /// Colors that can be distinguished with any color vision.
    ColorBlind,
    /// No color: only bold, underlined and reversed text.
    None,
}

impl ThemeName {
    /// All themes.
    pub const ALL: [Self; 5] = [
        Self::Dark,
        Self::Light,
        Self::HighContrast,
        Self::ColorBlind,
        Self::None,
    ];

    /// Returns the name in the settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::ColorBlind => "color-blind",
            Self::None => "none",
        }
    }
}

impl fmt::Display for ThemeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// No theme has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no theme has this name")]
pub struct UnknownTheme;

impl FromStr for ThemeName {
    type Err = UnknownTheme;

    fn from_str(text: &str) -> Result<Self, UnknownTheme> {
        Self::ALL
            .into_iter()
            .find(|name| name.as_str() == text)
            .ok_or(UnknownTheme)
    }
}

/// The `theme` setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeSetting {
    /// Light if the terminal says so, else dark.
    #[default]
    Auto,
    /// A specific theme.
    Named(ThemeName),
}

/// The value of `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// The environment variables about colors.
#[derive(Clone, Copy, Debug, Default)]
pub struct ColorEnvironment<'a> {
    /// Whether `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// `COLORFGBG`, which some terminals set: `0;15` is black on white.
    pub colorfgbg: Option<&'a str>,
}

impl ThemeName {
    /// Returns the theme to use and the reason for it, as a phrase.
    #[must_use]
    pub fn decide(
        setting: ThemeSetting,
        color: ColorChoice,
        environment: ColorEnvironment<'_>,
    ) -> (Self, &'static str) {
        match color {
            ColorChoice::Never => return (Self::None, "`--color never`"),
            ColorChoice::Auto if environment.no_color => return (Self::None, "NO_COLOR is set"),
            ColorChoice::Auto | ColorChoice::Always => {}
        }
        match setting {
            ThemeSetting::Named(name) => (name, "from the settings"),
            ThemeSetting::Auto if is_light(environment.colorfgbg) => {
                (Self::Light, "COLORFGBG names a light background")
            }
            ThemeSetting::Auto => (Self::Dark, "the default"),
        }
    }
}

/// The background is the last number; 7 is light gray and 15 is white.
fn is_light(colorfgbg: Option<&str>) -> bool {
    colorfgbg
        .and_then(|value| value.rsplit(';').next())
        .is_some_and(|background| matches!(background, "7" | "15"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(
        setting: Option<ThemeName>,
        color: ColorChoice,
        no_color: bool,
        colorfgbg: Option<&str>,
    ) -> ThemeName {
        let setting = setting.map_or(ThemeSetting::Auto, ThemeSetting::Named);
        let environment = ColorEnvironment {
            no_color,
            colorfgbg,
        };
        ThemeName::decide(setting, color, environment).0
    }

    #[test]
    fn the_argument_overrides_the_environment_which_overrides_the_settings() {
        use ColorChoice::{Always, Auto, Never};
        use ThemeName::{Dark, Light, None as Colorless};
        assert_eq!(chosen(None, Auto, false, None), Dark);
        assert_eq!(chosen(Some(Light), Auto, false, None), Light);
        assert_eq!(chosen(Some(Light), Auto, true, None), Colorless);
        assert_eq!(chosen(Some(Light), Always, true, None), Light);
        assert_eq!(chosen(Some(Light), Never, false, None), Colorless);
        assert_eq!(chosen(Some(Colorless), Always, false, None), Colorless);
    }

    #[test]
    fn a_terminal_that_says_it_is_light_is_believed() {
        let auto = |colorfgbg| chosen(None, ColorChoice::Auto, false, colorfgbg);
        assert_eq!(auto(Some("0;15")), ThemeName::Light);
        assert_eq!(auto(Some("0;default;15")), ThemeName::Light);
        assert_eq!(auto(Some("15;0")), ThemeName::Dark);
        assert_eq!(auto(Some("")), ThemeName::Dark);
    }
}
