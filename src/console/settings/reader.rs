//! Reads one settings file: checks every key and collects every error.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_saphyr::Spanned;

use super::document::{Node, parse, span_of};
use super::error::{SettingsError, SettingsProblem};
use super::named_sources::NamedSource;
use super::named_targets::NamedTarget;
use super::values::Ascii;
use crate::console::keys::Chord;
use crate::console::theme::{ThemeName, ThemeSetting};
use crate::diagnostic::{Span, visible};
use crate::near::nearest;
use crate::short_duration::parse_short_duration;

const MAX_SAMPLE: u32 = 10_000_000;
/// Evidence that is out of date at once would stop everything.
const MIN_AGE: SignedDuration = SignedDuration::from_mins(1);
/// Ten years.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(3650 * 24);

/// The values that a file sets; `None` for those it leaves out.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) theme: Option<ThemeSetting>,
    pub(super) ascii: Option<Ascii>,
    pub(super) mouse: Option<bool>,
    pub(super) warn_at: Option<f64>,
    pub(super) least_deviation: Option<f64>,
    pub(super) alarm_at: Option<(f64, Span)>,
    pub(super) sample_size: Option<u32>,
    pub(super) evidence_max_age: Option<SignedDuration>,
    pub(super) targets: Vec<(String, NamedTarget)>,
    pub(super) sources: Vec<(String, NamedSource)>,
    pub(super) dimensions: Option<Vec<String>>,
    pub(super) keys: BTreeMap<String, (Vec<Chord>, Vec<Span>)>,
}

/// Reads one file.
pub(super) struct SettingsReader<'a> {
    file: &'a str,
    commands: &'a [&'a str],
    given: Given,
    errors: Vec<SettingsError>,
}

pub(super) type SettingEntry = (Spanned<String>, Spanned<Node>);

impl<'a> SettingsReader<'a> {
    /// Returns the values that the file sets, and all errors in it.
    pub(super) fn read(
        file: &'a str,
        text: &str,
        commands: &'a [&'a str],
    ) -> (Given, Vec<SettingsError>) {
        let mut reader = Self {
            file,
            commands,
            given: Given::default(),
            errors: Vec::new(),
        };
        match parse(file, text) {
            Ok(root) => reader.root(&root),
            Err(error) => reader.errors.push(*error),
        }
        (reader.given, reader.errors)
    }

    fn root(&mut self, root: &Spanned<Node>) {
        let known = [
            "theme",
            "ascii",
            "mouse",
            "srm",
            "evidence_max_age",
            "targets",
            "sources",
            "dimensions",
            "keys",
        ];
        for (key, value) in self.entries("the file", root) {
            match key.value.as_str() {
                "theme" => self.given.theme = self.theme(value),
                "ascii" => self.given.ascii = self.ascii(value),
                "mouse" => self.given.mouse = self.boolean("mouse", value),
                "srm" => self.srm(value),
                "evidence_max_age" => self.given.evidence_max_age = self.age(value),
                "targets" => self.given.targets = self.targets(value),
                "sources" => self.given.sources = self.sources(value),
                "dimensions" => self.given.dimensions = self.dimensions("dimensions", value),
                "keys" => self.keys(value),
                _ => self.unknown_key("", key, &known),
            }
        }
    }

    fn theme(&mut self, value: &Spanned<Node>) -> Option<ThemeSetting> {
        match &value.value {
            Node::Text(text) if text == "auto" => return Some(ThemeSetting::Auto),
            Node::Text(text) => {
                if let Ok(name) = text.parse() {
                    return Some(ThemeSetting::Named(name));
                }
            }
            _ => {}
        }
        let names = ThemeName::ALL.map(ThemeName::as_str);
        let expected = "auto, dark, light, high-contrast, color-blind or none";
        self.wrong("theme", value, expected, &names)
    }

    fn ascii(&mut self, value: &Spanned<Node>) -> Option<Ascii> {
        match &value.value {
            Node::Text(text) if text == "auto" => Some(Ascii::Auto),
            Node::Bool(true) => Some(Ascii::Always),
            Node::Bool(false) => Some(Ascii::Never),
            _ => self.wrong(
                "ascii",
                value,
                "auto, true or false",
                &["auto", "true", "false"],
            ),
        }
    }

    pub(super) fn boolean(&mut self, key: &str, value: &Spanned<Node>) -> Option<bool> {
        match value.value {
            Node::Bool(value) => Some(value),
            _ => self.wrong(key, value, "true or false", &["true", "false"]),
        }
    }

    fn srm(&mut self, value: &Spanned<Node>) {
        let known = ["warn_at", "alarm_at", "least_deviation", "sample_size"];
        for (key, value) in self.entries("srm", value) {
            match key.value.as_str() {
                "warn_at" => self.given.warn_at = self.p_value("srm.warn_at", value),
                "alarm_at" => {
                    let at = span_of(self.file, value);
                    self.given.alarm_at = self.p_value("srm.alarm_at", value).map(|p| (p, at));
                }
                "least_deviation" => self.given.least_deviation = self.points(value),
                "sample_size" => self.given.sample_size = self.sample_size(value),
                _ => self.unknown_key("srm.", key, &known),
            }
        }
    }

    fn p_value(&mut self, key: &str, value: &Spanned<Node>) -> Option<f64> {
        match value.value {
            Node::Number(number) if number > 0.0 && number < 1.0 => Some(number),
            _ => self.wrong(key, value, "a number between 0 and 1", &[]),
        }
    }

    fn points(&mut self, value: &Spanned<Node>) -> Option<f64> {
        match value.value {
            Node::Number(number) if (0.0..=100.0).contains(&number) => Some(number),
            _ => {
                let expected = "a number from 0 to 100";
                self.wrong("srm.least_deviation", value, expected, &[])
            }
        }
    }

    fn age(&mut self, value: &Spanned<Node>) -> Option<SignedDuration> {
        let text = match &value.value {
            Node::Text(text) => text,
            _ => "",
        };
        let age = parse_short_duration(text).filter(|age| (MIN_AGE..=MAX_AGE).contains(age));
        let expected = "a time from 1m to 3650d, such as 90m, 36h or 2d";
        age.or_else(|| self.wrong("evidence_max_age", value, expected, &[]))
    }

    fn sample_size(&mut self, value: &Spanned<Node>) -> Option<u32> {
        match value.value {
            Node::Number(number)
                if (1.0..=f64::from(MAX_SAMPLE)).contains(&number) && number.fract() == 0.0 =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a whole number within the range of u32, as just checked"
                )]
                let size = number as u32;
                Some(size)
            }
            _ => {
                let expected = "a whole number from 1 to 10,000,000";
                self.wrong("srm.sample_size", value, expected, &[])
            }
        }
    }

    fn keys(&mut self, value: &Spanned<Node>) {
        for (command, chords) in self.entries("keys", value) {
            let id = command.value.as_str();
            if !self.commands.contains(&id) {
                let near = nearest(id, self.commands.iter().copied());
                self.error(
                    command,
                    SettingsProblem::UnknownCommand {
                        id: visible(id).into_owned(),
                        near: near.map(str::to_owned),
                    },
                );
                continue;
            }
            let Node::List(items) = &chords.value else {
                let expected = "a list of keys, such as `[a, ctrl-p]`";
                self.wrong::<()>(&format!("keys.{id}"), chords, expected, &[]);
                continue;
            };
            let given = items
                .iter()
                .filter_map(|item| Some((self.chord(id, item)?, span_of(self.file, item))))
                .unzip();
            self.given.keys.insert(id.to_owned(), given);
        }
    }

    fn chord(&mut self, command: &str, item: &Spanned<Node>) -> Option<Chord> {
        let Node::Text(text) = &item.value else {
            let found = item.value.describe();
            let why = format!("expected text, found {found}");
            return self.wrong_chord(command, item, why, "quote it, such as `\"1\"`".to_owned());
        };
        match text.parse::<Chord>() {
            Ok(chord) => Some(chord),
            Err(error) => self.wrong_chord(command, item, error.to_string(), error.help()),
        }
    }

    /// Reports a key; returns `None` for the caller to return.
    fn wrong_chord(
        &mut self,
        command: &str,
        item: &Spanned<Node>,
        why: String,
        help: String,
    ) -> Option<Chord> {
        let command = command.to_owned();
        self.error(item, SettingsProblem::Chord { command, why, help });
        None
    }

    /// Reads a list of further columns of a log, each once.
    pub(super) fn dimensions(&mut self, key: &str, value: &Spanned<Node>) -> Option<Vec<String>> {
        let items = match &value.value {
            Node::List(items) => items.as_slice(),
            _ => &[],
        };
        let mut names: Vec<String> = Vec::with_capacity(items.len());
        for item in items {
            match &item.value {
                Node::Text(name) if !name.trim().is_empty() && !names.contains(name) => {
                    names.push(name.clone());
                }
                _ => {
                    self.error(item, SettingsProblem::Dimensions(key.to_owned()));
                    return None;
                }
            }
        }
        if !matches!(value.value, Node::List(_) | Node::Null) {
            self.error(value, SettingsProblem::Dimensions(key.to_owned()));
            return None;
        }
        Some(names)
    }

    /// Returns the entries of a map, the first of each key; an empty value is an empty map.
    pub(super) fn entries<'n>(
        &mut self,
        name: &str,
        node: &'n Spanned<Node>,
    ) -> Vec<&'n SettingEntry> {
        let entries = match &node.value {
            Node::Map(entries) => entries.as_slice(),
            Node::Null => &[],
            _ => {
                self.wrong::<()>(name, node, "a map of settings", &[]);
                &[]
            }
        };
        let mut kept: Vec<&SettingEntry> = Vec::with_capacity(entries.len());
        for entry in entries {
            if kept.iter().any(|earlier| earlier.0.value == entry.0.value) {
                let key = visible(&entry.0.value).into_owned();
                self.error(&entry.0, SettingsProblem::Duplicate(key));
            } else {
                kept.push(entry);
            }
        }
        kept
    }

    pub(super) fn unknown_key(&mut self, prefix: &str, key: &Spanned<String>, known: &[&str]) {
        let near = nearest(&key.value, known.iter().copied());
        let key_shown = format!("{prefix}{}", visible(&key.value));
        self.error(
            key,
            SettingsProblem::UnknownKey {
                key: key_shown,
                near: near.map(str::to_owned),
            },
        );
    }

    /// Reports a value; returns `None` for the caller to return.
    pub(super) fn wrong<T>(
        &mut self,
        key: &str,
        value: &Spanned<Node>,
        expected: &'static str,
        words: &[&str],
    ) -> Option<T> {
        let near = match &value.value {
            Node::Text(text) => nearest(text, words.iter().copied()),
            _ => None,
        };
        self.error(
            value,
            SettingsProblem::Value {
                key: key.to_owned(),
                found: value.value.describe(),
                expected,
                near: near.map(str::to_owned),
            },
        );
        None
    }

    /// Reports a value that has no default; returns `None` for the caller to return.
    pub(super) fn required<T>(
        &mut self,
        key: &str,
        value: &Spanned<Node>,
        expected: &'static str,
    ) -> Option<T> {
        let problem = SettingsProblem::RequiredValue {
            key: key.to_owned(),
            found: value.value.describe(),
            expected,
        };
        self.error(value, problem);
        None
    }

    /// Returns the number of errors so far.
    pub(super) fn error_count(&self) -> usize {
        self.errors.len()
    }

    pub(super) fn error<T>(&mut self, at: &Spanned<T>, problem: SettingsProblem) {
        self.errors.push(SettingsError {
            span: span_of(self.file, at),
            problem,
        });
    }
}
