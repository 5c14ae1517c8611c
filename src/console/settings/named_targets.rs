//! Targets: databases with a name, and what goes with each.

use std::path::{Path, PathBuf};

use serde_saphyr::Spanned;

use super::document::Node;
use super::error::SettingsProblem;
use super::reader::SettingsReader;
use crate::console::theme::TargetColor;
use crate::diagnostic::visible;
use crate::exposure::LogLocation;
use crate::store::DatabaseLocation;

/// A database with a name, and what goes with it. Paths are as the file writes them until they are
/// [resolved](Self::resolve).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTarget {
    /// The database.
    pub db: DatabaseLocation,
    /// The exposure log to follow.
    pub log: Option<PathBuf>,
    /// The directory of layer files.
    pub configs: Option<PathBuf>,
    /// The color behind the name; `None` for the theme's accent.
    pub color: Option<TargetColor>,
    /// Whether nothing may be applied.
    pub is_read_only: bool,
}

impl NamedTarget {
    /// Returns the target with paths that don't depend on where the console starts: `~/` is `home`,
    /// and a relative path is below `directory`, that of the settings file.
    #[must_use]
    pub fn resolve(self, directory: &Path, home: Option<&Path>) -> Self {
        let resolve = |path: PathBuf| match (path.strip_prefix("~"), home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => directory.join(path),
        };
        Self {
            db: match self.db {
                DatabaseLocation::File(path) => resolve(path).into(),
                server => server,
            },
            log: self.log.map(resolve),
            configs: self.configs.map(resolve),
            ..self
        }
    }
}

impl SettingsReader<'_> {
    /// Reads the targets, each with its name.
    pub(super) fn targets(&mut self, value: &Spanned<Node>) -> Vec<(String, NamedTarget)> {
        let mut targets = Vec::new();
        for (name, value) in self.entries("targets", value) {
            if let Some(target) = self.target(name, value) {
                targets.push((name.value.clone(), target));
            }
        }
        targets
    }

    fn target(&mut self, name: &Spanned<String>, value: &Spanned<Node>) -> Option<NamedTarget> {
        let prefix = format!("targets.{}.", visible(&name.value));
        let (mut db, mut log, mut configs, mut color) = (None, None, None, None);
        let (mut is_read_only, mut has_db) = (false, false);
        let entries = self.entries(prefix.trim_end_matches('.'), value);
        for (key, value) in entries {
            let full = format!("{prefix}{}", visible(&key.value));
            match key.value.as_str() {
                "db" => {
                    has_db = true;
                    let is_name = |name: &str| DatabaseLocation::parse(name).is_ok();
                    let expected = "the path of a SQLite file or a `postgres://` URL";
                    let name = self.target_path(&full, value, expected, is_name);
                    db = name.and_then(|name| DatabaseLocation::parse(name).ok());
                }
                "log" => {
                    let is_path = |path: &str| LogLocation::parse(path).is_ok();
                    let expected = "the path of a SQLite or DuckDB file";
                    log = self.target_path(&full, value, expected, is_path);
                }
                "configs" => {
                    configs = self.target_path(&full, value, "the path of a directory", |_| true);
                }
                "color" | "colour" if color.is_some() => {
                    self.error(key, SettingsProblem::Duplicate(full));
                }
                "color" | "colour" => color = Some(self.target_color(&full, value)),
                "read_only" => is_read_only = self.boolean(&full, value).unwrap_or_default(),
                _ => {
                    let known = ["db", "log", "configs", "color", "read_only"];
                    self.unknown_key(&prefix, key, &known);
                }
            }
        }
        if !has_db {
            let name = visible(&name.value).into_owned();
            self.error(value, SettingsProblem::TargetWithoutDatabase(name));
        }
        Some(NamedTarget {
            db: db?,
            log,
            configs,
            color: color.flatten(),
            is_read_only,
        })
    }

    fn target_path(
        &mut self,
        key: &str,
        value: &Spanned<Node>,
        expected: &'static str,
        is_path: impl Fn(&str) -> bool,
    ) -> Option<PathBuf> {
        match &value.value {
            Node::Text(text) if !text.is_empty() && is_path(text) => Some(PathBuf::from(text)),
            _ => {
                let problem = SettingsProblem::TargetPath {
                    key: key.to_owned(),
                    found: value.value.describe(),
                    expected,
                };
                self.error(value, problem);
                None
            }
        }
    }

    fn target_color(&mut self, key: &str, value: &Spanned<Node>) -> Option<TargetColor> {
        if let Node::Text(text) = &value.value
            && let Ok(color) = text.parse()
        {
            return Some(color);
        }
        let names = TargetColor::ALL.map(TargetColor::as_str);
        let expected = "red, yellow, green, blue, magenta or cyan";
        self.wrong(key, value, expected, &names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::settings::Settings;

    fn settings(text: &str) -> Result<Settings, Vec<String>> {
        Settings::load(Some(("my.yml", text)), &[]).map_err(|errors| {
            let errors = errors.iter();
            errors
                .map(|error| format!("{error} | {}", error.help()))
                .collect()
        })
    }

    #[test]
    fn a_target_has_a_database_and_what_goes_with_it() {
        let text = "targets:\n  prod: {db: /srv/a.db, log: x.db, configs: layers, color: red, read_only: true}\n  dev: {db: dev.db, colour: cyan}\n";
        let targets = settings(text).expect("good settings").targets;
        let prod = NamedTarget {
            db: "/srv/a.db".into(),
            log: Some("x.db".into()),
            configs: Some("layers".into()),
            color: Some(TargetColor::Red),
            is_read_only: true,
        };
        let dev = NamedTarget {
            db: "dev.db".into(),
            log: None,
            configs: None,
            color: Some(TargetColor::Cyan),
            is_read_only: false,
        };
        assert_eq!(
            targets,
            [("prod".to_owned(), prod), ("dev".to_owned(), dev)].into()
        );
    }

    #[test]
    fn paths_are_those_of_the_settings_file() {
        let target = |db: &str| NamedTarget {
            db: db.into(),
            log: Some("logs/x.db".into()),
            configs: Some("~/layers".into()),
            color: None,
            is_read_only: false,
        };
        let (directory, home) = (Path::new("/etc/avos"), Path::new("/home/ada"));
        let resolved = target("../prod.db").resolve(directory, Some(home));
        assert_eq!(resolved.db, "/etc/avos/../prod.db".into());
        assert_eq!(
            resolved.log.as_deref(),
            Some(Path::new("/etc/avos/logs/x.db"))
        );
        assert_eq!(
            resolved.configs.as_deref(),
            Some(Path::new("/home/ada/layers"))
        );
        let db = |db: &str| target(db).resolve(directory, None).db;
        assert_eq!(db("/srv/prod.db"), "/srv/prod.db".into());
        assert_eq!(db("~/prod.db"), "/etc/avos/~/prod.db".into());
    }

    #[test]
    fn errors_say_which_target_and_how_to_fix_it() {
        for (text, expected) in [
            (
                "targets: {prod: {log: x.db}}\n",
                "my.yml:1:17: target `prod` names no database | add `db: FILE` to it",
            ),
            (
                "targets:\n  prod:\n    db: 5\n",
                "my.yml:3:9: `targets.prod.db`: expected the path of a SQLite file or a `postgres://` URL, found the number 5 | set `targets.prod.db` to the path of a SQLite file or a `postgres://` URL",
            ),
            (
                "targets: {prod: {db: \"postgres://host/x\"}}\n",
                "my.yml:1:22: `targets.prod.db`: expected the path of a SQLite file or a `postgres://` URL, found `postgres://host/x` | set `targets.prod.db` to the path of a SQLite file or a `postgres://` URL",
            ),
            (
                "targets: {prod: {db: a.db, color: rde}}\n",
                "my.yml:1:35: `targets.prod.color`: expected red, yellow, green, blue, magenta or cyan, found `rde` | did you mean `red`?",
            ),
            (
                "targets: {prod: {db: a.db, readonly: true}}\n",
                "my.yml:1:28: unknown setting `targets.prod.readonly` | did you mean `read_only`?",
            ),
            (
                "targets: {prod: {db: a.db, color: red, colour: blue}}\n",
                "my.yml:1:40: duplicate key `targets.prod.colour` | remove one of them",
            ),
            (
                "targets: {prod: a.db}\n",
                "my.yml:1:17: `targets.prod`: expected a map of settings, found `a.db` | set `targets.prod` to a map of settings, or leave it out to use its default",
            ),
        ] {
            assert_eq!(settings(text).expect_err(text)[0], expected);
        }
    }
}
