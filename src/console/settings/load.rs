//! A text to settings, laid over the defaults.

use std::collections::BTreeMap;

use super::error::{SettingsError, SettingsProblem};
use super::reader::{Given, Reader};
use super::values::{Settings, SrmSettings};

/// The defaults, with their explanations.
const DEFAULTS: &str = include_str!("../../../configs/settings.yml");
const DEFAULTS_NAME: &str = "configs/settings.yml";

impl Settings {
    /// The defaults, overridden key by key by a user's file, given as its name and text.
    /// `commands` are the ids that `keys` may name. All that is wrong is reported.
    pub fn load(user: Option<(&str, &str)>, commands: &[&str]) -> Result<Self, Vec<SettingsError>> {
        let (defaults, mut errors) = Reader::read(DEFAULTS_NAME, DEFAULTS, commands);
        let (user, user_errors) = match user {
            Some((name, text)) => Reader::read(name, text, commands),
            None => (Given::default(), Vec::new()),
        };
        errors.extend(user_errors);
        let settings = complete(defaults, user, &mut errors);
        match settings {
            Some(settings) if errors.is_empty() => Ok(settings),
            _ => Err(errors),
        }
    }
}

/// Lays the user's settings over the defaults. `None` only where the defaults lack a value, which
/// they don't (a test loads them).
fn complete(defaults: Given, user: Given, errors: &mut Vec<SettingsError>) -> Option<Settings> {
    let warn_at = user.warn_at.or(defaults.warn_at)?;
    let (alarm_at, alarm_place) = user.alarm_at.or(defaults.alarm_at)?;
    if alarm_at > warn_at {
        errors.push(SettingsError {
            place: alarm_place,
            problem: SettingsProblem::Value {
                key: "srm.alarm_at".to_owned(),
                found: format!("the number {alarm_at}"),
                wanted: "no more than `srm.warn_at`",
                near: None,
            },
        });
    }
    let mut keys = defaults.keys;
    keys.extend(user.keys);
    let (mut chords, mut places) = (BTreeMap::new(), BTreeMap::new());
    for (command, (its_chords, its_places)) in keys {
        chords.insert(command.clone(), its_chords);
        places.insert(command, its_places);
    }
    Some(Settings {
        theme: user.theme.or(defaults.theme)?,
        ascii: user.ascii.or(defaults.ascii)?,
        mouse: user.mouse.or(defaults.mouse)?,
        srm: SrmSettings {
            warn_at,
            alarm_at,
            least_deviation: user.least_deviation.or(defaults.least_deviation)?,
            sample_size: user.sample_size.or(defaults.sample_size)?,
        },
        keys: chords,
        places,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::settings::Ascii;
    use crate::console::theme::{ThemeName, ThemeSetting};

    const COMMANDS: &[&str] = &["quit", "help", "palette", "apply"];

    fn user(text: &str) -> Result<Settings, Vec<String>> {
        Settings::load(Some(("my.yml", text)), COMMANDS).map_err(|errors| {
            errors
                .iter()
                .map(|error| format!("{error} | {}", error.help()))
                .collect()
        })
    }

    fn first_error(text: &str) -> String {
        user(text).expect_err(text).swap_remove(0)
    }

    #[test]
    fn the_defaults_are_complete() {
        let settings = Settings::load(None, COMMANDS).expect("the defaults load");
        assert_eq!(settings.theme, ThemeSetting::Auto);
        assert_eq!(settings.ascii, Ascii::Auto);
        assert!(settings.mouse);
        assert_eq!(
            settings.srm,
            SrmSettings {
                least_deviation: 0.0,
                warn_at: 0.01,
                alarm_at: 0.001,
                sample_size: 100_000,
            }
        );
        assert!(settings.keys.is_empty());
        for nothing in ["", "# nothing\n", "srm:\nkeys:\n"] {
            assert_eq!(user(nothing), Ok(settings.clone()), "{nothing:?}");
        }
    }

    #[test]
    fn a_file_overrides_key_by_key() {
        let settings = user(
            "\u{feff}theme: light\r\nascii: true\r\nsrm:\r\n  warn_at: 0.05\r\nkeys:\r\n  quit: [Q, ctrl-q]\r\n  help: []\r\n",
        )
        .expect("good settings");
        assert_eq!(settings.theme, ThemeSetting::Named(ThemeName::Light));
        assert_eq!(settings.ascii, Ascii::Always);
        assert!(settings.mouse);
        assert!((settings.srm.warn_at - 0.05).abs() < 1e-12);
        assert!((settings.srm.alarm_at - 0.001).abs() < 1e-12);
        let quit: Vec<String> = settings.keys["quit"]
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(quit, ["Q", "ctrl-q"]);
        assert!(settings.keys["help"].is_empty());
    }

    #[test]
    fn errors_say_where_what_and_how_to_mend() {
        for (text, expected) in [
            (
                "mouse: true\ntheem: dark\n",
                "my.yml:2:1: `theem` is no setting | did you mean `theme`?",
            ),
            (
                "theme: ligth\n",
                "my.yml:1:8: `theme` is `ligth`, but must be auto, dark, light, high-contrast, colour-blind or none | did you mean `light`?",
            ),
            (
                "mouse: 3\n",
                "my.yml:1:8: `mouse` is the number 3, but must be true or false | give `mouse` true or false, or leave the key out for its default",
            ),
            (
                "mouse: true\nmouse: false\n",
                "my.yml:2:1: `mouse` stands twice | remove one of them",
            ),
            (
                "keys:\n  aply: [a]\n",
                "my.yml:2:3: `aply` is no command | did you mean `apply`?",
            ),
            (
                "keys:\n  apply: [a, entr]\n",
                "my.yml:2:14: `entr` can't be a key of `apply`: `entr` is no key | did you mean `enter`?",
            ),
            (
                "srm:\n  sample_size: 0\n",
                "my.yml:2:16: `srm.sample_size` is the number 0, but must be a whole number from 1 to 10,000,000 | give `srm.sample_size` a whole number from 1 to 10,000,000, or leave the key out for its default",
            ),
        ] {
            assert_eq!(first_error(text), expected);
        }
        assert!(first_error("srm: {alarm_at: 0.02}\n").contains("no more than `srm.warn_at`"));
        assert!(first_error("srm: {least_deviation: 101}\n").contains("points from 0 to 100"));
        assert!(first_error("srm: {least_deviation: -1}\n").contains("points from 0 to 100"));
        assert!(first_error("srm: {warn_at: .nan}\n").contains("a number between 0 and 1"));
        assert!(first_error("keys:\n  apply: [1]\n").contains("quote it"));
        assert!(first_error("keys:\n  apply: a\n").contains("a list of keys"));
        assert!(first_error("- a\n").contains("a map of settings"));
        assert!(first_error("theme: \"a\n").starts_with("my.yml:"));
    }

    #[test]
    fn all_that_is_wrong_is_reported() {
        let errors = user("theme: x\nmouse: x\nsrm: {p: 1}\nkeys: {nope: [a]}\n");
        assert_eq!(errors.expect_err("four mistakes").len(), 4);
    }

    #[test]
    fn nothing_from_a_file_reaches_the_terminal_raw() {
        let error = first_error("\"a\\e[31m\": 1\n");
        assert!(
            error.contains("\\u{1b}") && !error.contains('\u{1b}'),
            "{error}"
        );
    }
}
