//! Which theme it is, after the settings, the arguments and the terminal.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;

/// The themes that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThemeName {
    /// For dark backgrounds.
    Dark,
    /// For light backgrounds.
    Light,
    /// White on black, strong colours.
    HighContrast,
    /// Colours that are told apart with any colour vision.
    ColourBlind,
    /// No colour: bold, underlined, reversed.
    None,
}

impl ThemeName {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Dark,
        Self::Light,
        Self::HighContrast,
        Self::ColourBlind,
        Self::None,
    ];

    /// The name in the settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::ColourBlind => "colour-blind",
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

/// What the settings say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeSetting {
    /// Light where the terminal has said that it is, else dark.
    #[default]
    Auto,
    /// This one.
    Named(ThemeName),
}

/// What `--color` says.
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

/// What the environment says about colours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings<'a> {
    /// Whether `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// `COLORFGBG`, which some terminals set: `0;15` is black on white.
    pub colorfgbg: Option<&'a str>,
}

impl ThemeName {
    /// The theme to use, and what decides it, as a phrase for people.
    #[must_use]
    pub fn decide(
        setting: ThemeSetting,
        color: ColorChoice,
        surroundings: Surroundings<'_>,
    ) -> (Self, &'static str) {
        match color {
            ColorChoice::Never => return (Self::None, "`--color never`"),
            ColorChoice::Auto if surroundings.no_color => return (Self::None, "NO_COLOR is set"),
            ColorChoice::Auto | ColorChoice::Always => {}
        }
        match setting {
            ThemeSetting::Named(name) => (name, "the settings say so"),
            ThemeSetting::Auto if is_light(surroundings.colorfgbg) => {
                (Self::Light, "COLORFGBG names a light background")
            }
            ThemeSetting::Auto => (Self::Dark, "nothing says otherwise"),
        }
    }
}

/// The background is the last number; 7 is light grey and 15 is white.
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
        let surroundings = Surroundings {
            no_color,
            colorfgbg,
        };
        ThemeName::decide(setting, color, surroundings).0
    }

    #[test]
    fn the_argument_goes_before_the_environment_before_the_settings() {
        use ColorChoice::{Always, Auto, Never};
        use ThemeName::{Dark, Light, None as Colourless};
        assert_eq!(chosen(None, Auto, false, None), Dark);
        assert_eq!(chosen(Some(Light), Auto, false, None), Light);
        assert_eq!(chosen(Some(Light), Auto, true, None), Colourless);
        assert_eq!(chosen(Some(Light), Always, true, None), Light);
        assert_eq!(chosen(Some(Light), Never, false, None), Colourless);
        assert_eq!(chosen(Some(Colourless), Always, false, None), Colourless);
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
