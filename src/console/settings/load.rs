//! Loads settings: a user's file over the defaults.

use std::collections::BTreeMap;

use super::error::{SettingsError, SettingsProblem};
use super::named_sources::NamedSource;
use super::named_targets::NamedTarget;
use super::reader::{Given, SettingsReader};
use super::values::{Settings, SrmSettings};

/// The defaults, with comments.
const DEFAULTS: &str = include_str!("../../../configs/settings.yml");
const DEFAULTS_NAME: &str = "configs/settings.yml";

impl Settings {
    /// Loads the defaults, overridden key by key by a user's file, given as its name and text.
    /// `commands` are the ids that `keys` may name. Returns all errors, not only the first.
    pub fn load(user: Option<(&str, &str)>, commands: &[&str]) -> Result<Self, Vec<SettingsError>> {
        let (defaults, mut errors) = SettingsReader::read(DEFAULTS_NAME, DEFAULTS, commands);
        let (user, user_errors) = match user {
            Some((name, text)) => SettingsReader::read(name, text, commands),
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

/// Merges the user's settings over the defaults. Returns `None` only if the defaults lack a value,
/// which a test rules out.
fn complete(defaults: Given, user: Given, errors: &mut Vec<SettingsError>) -> Option<Settings> {
    let warn_at = user.warn_at.or(defaults.warn_at)?;
    let (alarm_at, alarm_span) = user.alarm_at.or(defaults.alarm_at)?;
    if alarm_at > warn_at {
        errors.push(SettingsError {
            span: alarm_span,
            problem: SettingsProblem::Value {
                key: "srm.alarm_at".to_owned(),
                found: format!("the number {alarm_at}"),
                expected: "no more than `srm.warn_at`",
                near: None,
            },
        });
    }
    let mut keys = defaults.keys;
    keys.extend(user.keys);
    let (mut chords, mut spans) = (BTreeMap::new(), BTreeMap::new());
    for (command, (its_chords, its_spans)) in keys {
        chords.insert(command.clone(), its_chords);
        spans.insert(command, its_spans);
    }
    let mut targets: BTreeMap<String, NamedTarget> = defaults.targets.into_iter().collect();
    targets.extend(user.targets);
    let mut sources: BTreeMap<String, NamedSource> = defaults.sources.into_iter().collect();
    sources.extend(user.sources);
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
        evidence_max_age: user.evidence_max_age.or(defaults.evidence_max_age)?,
        targets,
        sources,
        dimensions: user.dimensions.or(defaults.dimensions)?,
        keys: chords,
        spans,
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
    fn errors_say_where_what_and_how_to_fix() {
        for (text, expected) in [
            (
                "mouse: true\ntheem: dark\n",
                "my.yml:2:1: unknown setting `theem` | did you mean `theme`?",
            ),
            (
                "theme: ligth\n",
                "my.yml:1:8: `theme`: expected auto, dark, light, high-contrast, color-blind or none, found `ligth` | did you mean `light`?",
            ),
            (
                "mouse: 3\n",
                "my.yml:1:8: `mouse`: expected true or false, found the number 3 | set `mouse` to true or false, or leave it out to use its default",
            ),
            (
                "mouse: true\nmouse: false\n",
                "my.yml:2:1: duplicate key `mouse` | remove one of them",
            ),
            (
                "keys:\n  aply: [a]\n",
                "my.yml:2:3: unknown command `aply` | did you mean `apply`?",
            ),
            (
                "keys:\n  apply: [a, entr]\n",
                "my.yml:2:14: invalid key for `apply`: unknown key `entr` | did you mean `enter`?",
            ),
            (
                "srm:\n  sample_size: 0\n",
                "my.yml:2:16: `srm.sample_size`: expected a whole number from 1 to 10,000,000, found the number 0 | set `srm.sample_size` to a whole number from 1 to 10,000,000, or leave it out to use its default",
            ),
        ] {
            assert_eq!(first_error(text), expected);
        }
        assert!(first_error("srm: {alarm_at: 0.02}\n").contains("no more than `srm.warn_at`"));
        assert!(first_error("srm: {least_deviation: 101}\n").contains("a number from 0 to 100"));
        assert!(first_error("srm: {least_deviation: -1}\n").contains("a number from 0 to 100"));
        assert!(first_error("srm: {warn_at: .nan}\n").contains("a number between 0 and 1"));
        assert!(first_error("keys:\n  apply: [1]\n").contains("quote it"));
        assert!(first_error("keys:\n  apply: a\n").contains("a list of keys"));
        assert!(first_error("- a\n").contains("a map of settings"));
        assert!(first_error("theme: \"a\n").starts_with("my.yml:"));
    }

    #[test]
    fn all_errors_are_reported() {
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
