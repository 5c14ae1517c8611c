//! Sources: exposure logs with a name, in databases and warehouses.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_saphyr::Spanned;

use super::document::Node;
use super::error::SettingsProblem;
use super::option_text::OptionText;
use super::plain_secrets::has_plain_secret;
use super::reader::SettingsReader;
use crate::diagnostic::visible;
use crate::environment::Environment;
use crate::exposure::{Dialect, SourceColumns, SourceRelation, WarehouseSource, is_source_name};

/// An exposure log with a name, as the settings describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedSource {
    driver: String,
    entrypoint: Option<String>,
    dialect: Dialect,
    options: Vec<(String, OptionText)>,
    relation: SourceRelation,
    columns: SourceColumns,
}

/// An environment variable that a source needs isn't set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the source `{source_name}` needs the environment variable `{variable}`, which isn't set")]
pub struct MissingVariable {
    /// The source.
    pub source_name: String,
    /// The variable.
    pub variable: String,
}

impl MissingVariable {
    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> String {
        format!("set `{}`, and try again", self.variable)
    }
}

impl NamedSource {
    /// Returns the source with this name, with the values of its variables, and a driver whose path doesn't
    /// depend on where the program starts: `~/` is `home`, and a relative path is below `directory`, that of the
    /// settings file.
    pub(crate) fn resolve(
        &self,
        name: &str,
        environment: Environment,
        directory: &Path,
    ) -> Result<WarehouseSource, MissingVariable> {
        let options = self.options.iter().map(|(option, text)| {
            let value = text
                .resolve(environment)
                .map_err(|variable| MissingVariable {
                    source_name: name.to_owned(),
                    variable,
                })?;
            Ok((option.clone(), value))
        });
        Ok(WarehouseSource {
            name: name.to_owned(),
            driver: resolve_driver(&self.driver, environment.path("HOME"), directory),
            entrypoint: self.entrypoint.clone(),
            dialect: self.dialect,
            options: options.collect::<Result<_, _>>()?,
            relation: self.relation.clone(),
            columns: self.columns.clone(),
        })
    }
}

/// Only a name with a slash is a path; another one is searched for.
fn resolve_driver(driver: &str, home: Option<PathBuf>, directory: &Path) -> String {
    if !driver.contains('/') {
        return driver.to_owned();
    }
    let path = match (driver.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => directory.join(driver),
    };
    path.display().to_string()
}

/// What a source's map sets so far.
#[derive(Default)]
struct SourceDraft {
    driver: Option<String>,
    entrypoint: Option<String>,
    dialect: Option<Dialect>,
    options: Vec<(String, OptionText)>,
    relation: Option<SourceRelation>,
    columns: Option<SourceColumns>,
    /// Whether something was reported already, so that what it sets isn't missing as well.
    is_wrong: bool,
}

impl SettingsReader<'_> {
    /// Reads the sources, each with its name.
    pub(super) fn sources(&mut self, value: &Spanned<Node>) -> Vec<(String, NamedSource)> {
        let mut sources = Vec::new();
        for (name, value) in self.entries("sources", value) {
            if !is_source_name(&name.value) {
                let name_shown = visible(&name.value).into_owned();
                self.error(name, SettingsProblem::SourceName(name_shown));
            } else if let Some(source) = self.source(&name.value, value) {
                sources.push((name.value.clone(), source));
            }
        }
        sources
    }

    fn source(&mut self, name: &str, value: &Spanned<Node>) -> Option<NamedSource> {
        let prefix = format!("sources.{name}.");
        let mut draft = SourceDraft::default();
        let errors = self.error_count();
        for (key, value) in self.entries(prefix.trim_end_matches('.'), value) {
            let full = format!("{prefix}{}", visible(&key.value));
            match key.value.as_str() {
                "driver" => {
                    let expected = "the path or the name of an ADBC driver";
                    draft.driver = self.source_text(&full, value, expected);
                }
                "entrypoint" => {
                    draft.entrypoint =
                        self.source_text(&full, value, "the name of the driver's entry point");
                }
                "dialect" => draft.dialect = self.dialect(&full, value),
                "options" => draft.options = self.source_options(&full, value),
                "table" | "query" if draft.relation.is_some() => {
                    self.error(key, SettingsProblem::TableAndQuery(name.to_owned()));
                }
                "table" => draft.relation = self.source_table(&full, value),
                "query" => {
                    let query =
                        self.source_text(&full, value, "a query without a semicolon at its end");
                    draft.relation = query.map(SourceRelation::Query);
                }
                "columns" => draft.columns = self.source_columns(name, value),
                _ => {
                    let known = [
                        "driver",
                        "entrypoint",
                        "dialect",
                        "options",
                        "table",
                        "query",
                        "columns",
                    ];
                    self.unknown_key(&prefix, key, &known);
                }
            }
        }
        draft.is_wrong = self.error_count() > errors;
        self.complete_source(name, value, draft)
    }

    fn complete_source(
        &mut self,
        name: &str,
        value: &Spanned<Node>,
        draft: SourceDraft,
    ) -> Option<NamedSource> {
        if draft.is_wrong {
            return None;
        }
        let SourceDraft {
            driver,
            entrypoint,
            dialect,
            options,
            relation,
            columns,
            ..
        } = draft;
        let missing = [
            ("driver", driver.is_none()),
            ("dialect", dialect.is_none()),
            ("table", relation.is_none()),
        ];
        for (key, is_missing) in missing {
            if is_missing {
                let problem = SettingsProblem::SourceWithout {
                    name: name.to_owned(),
                    key,
                };
                self.error(value, problem);
            }
        }
        Some(NamedSource {
            driver: driver?,
            entrypoint,
            dialect: dialect?,
            options,
            relation: relation?,
            columns: columns.unwrap_or_default(),
        })
    }

    fn source_text(
        &mut self,
        key: &str,
        value: &Spanned<Node>,
        expected: &'static str,
    ) -> Option<String> {
        match &value.value {
            Node::Text(text) if !text.trim().is_empty() && !text.trim_end().ends_with(';') => {
                Some(text.clone())
            }
            _ => self.required(key, value, expected),
        }
    }

    fn dialect(&mut self, key: &str, value: &Spanned<Node>) -> Option<Dialect> {
        if let Node::Text(text) = &value.value
            && let Ok(dialect) = text.parse()
        {
            return Some(dialect);
        }
        let expected = "postgresql, duckdb, spark, bigquery, snowflake, trino or clickhouse";
        self.required(key, value, expected)
    }

    fn source_options(&mut self, key: &str, value: &Spanned<Node>) -> Vec<(String, OptionText)> {
        let mut options = Vec::new();
        for (option, value) in self.entries(key, value) {
            let full = format!("{key}.{}", visible(&option.value));
            let text = match &value.value {
                Node::Text(text) => text.clone(),
                Node::Number(number) => number.to_string(),
                Node::Bool(value) => value.to_string(),
                Node::Null | Node::List(_) | Node::Map(_) => {
                    self.required::<()>(&full, value, "a text, a number, true or false");
                    continue;
                }
            };
            let Some(text) = OptionText::parse(&text) else {
                let expected =
                    "a text in which `${` begins the name of a variable, such as `${DB_PASSWORD}`";
                self.error(
                    value,
                    SettingsProblem::Variable {
                        key: full,
                        expected,
                    },
                );
                continue;
            };
            if has_plain_secret(&option.value, &text) {
                self.error(value, SettingsProblem::PlainSecret(full));
            } else {
                options.push((option.value.clone(), text));
            }
        }
        options
    }

    fn source_table(&mut self, key: &str, value: &Spanned<Node>) -> Option<SourceRelation> {
        let expected = "the name of a table, such as `exposures` or `analytics.exposures`";
        let name = self.source_text(key, value, expected)?;
        let parts: Vec<String> = name.split('.').map(str::to_owned).collect();
        if parts.iter().any(|part| part.trim().is_empty()) {
            return self.required(key, value, expected);
        }
        Some(SourceRelation::Table(parts))
    }

    /// Reads the columns. Those that a source with a map of columns doesn't name don't exist.
    fn source_columns(&mut self, name: &str, value: &Spanned<Node>) -> Option<SourceColumns> {
        const KNOWN: [&str; 8] = [
            "unit",
            "experiment",
            "variant",
            "time",
            "group",
            "layer",
            "slot",
            "status",
        ];
        let prefix = format!("sources.{name}.columns.");
        let mut named: BTreeMap<&str, String> = BTreeMap::new();
        for (key, value) in self.entries(prefix.trim_end_matches('.'), value) {
            let Some(known) = KNOWN.into_iter().find(|known| *known == key.value) else {
                self.unknown_key(&prefix, key, &KNOWN);
                continue;
            };
            let full = format!("{prefix}{known}");
            let column = self.source_text(&full, value, "the name of a column")?;
            named.insert(known, column);
        }
        for needed in ["unit", "experiment", "variant", "time"] {
            if !named.contains_key(needed) {
                let problem = SettingsProblem::SourceWithoutColumn {
                    name: name.to_owned(),
                    column: needed,
                };
                self.error(value, problem);
            }
        }
        if named.contains_key("layer") != named.contains_key("slot") {
            let problem = SettingsProblem::LayerWithoutSlot(name.to_owned());
            self.error(value, problem);
        }
        let mut column = |name| named.remove(name);
        Some(SourceColumns {
            unit: column("unit")?,
            experiment: column("experiment")?,
            variant: column("variant")?,
            time: column("time")?,
            group: column("group"),
            layer: column("layer"),
            slot: column("slot"),
            status: column("status"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::settings::Settings;

    const GOOD: &str = "\
sources:
  warehouse:
    driver: adbc_driver_postgresql
    dialect: postgresql
    options:
      uri: postgresql://avos:${PASSWORD}@db/analytics
      adbc.timeout: 30
    table: analytics.exposures
    columns: {unit: user, experiment: test, variant: arm, time: at}
  lake:
    driver: ./lib/libduckdb.so
    entrypoint: duckdb_adbc_init
    dialect: duckdb
    query: SELECT * FROM 'exposures/*.parquet'
";

    fn settings(text: &str) -> Result<Settings, Vec<String>> {
        Settings::load(Some(("my.yml", text)), &[]).map_err(|errors| {
            let errors = errors.iter();
            errors
                .map(|error| format!("{error} | {}", error.help()))
                .collect()
        })
    }

    fn source(name: &str) -> Result<WarehouseSource, MissingVariable> {
        let sources = settings(GOOD).expect("good settings").sources;
        let variable = |name: &str| match name {
            "PASSWORD" => Some("s3cret".into()),
            "HOME" => Some("/home/ada".into()),
            _ => None,
        };
        sources[name].resolve(name, Environment(&variable), Path::new("/etc/avos"))
    }

    #[test]
    fn a_source_has_a_driver_options_and_columns() {
        let warehouse = source("warehouse").expect("a source");
        assert_eq!(warehouse.driver, "adbc_driver_postgresql");
        assert_eq!(
            format!("{:?}", warehouse.options),
            "[(\"uri\", SecretText(\"postgresql://avos:…@db/analytics\")), (\"adbc.timeout\", \
             SecretText(\"30\"))]"
        );
        let table = ["analytics", "exposures"].map(str::to_owned).to_vec();
        assert_eq!(warehouse.relation, SourceRelation::Table(table));
        let name = |name: &str| name.to_owned();
        assert_eq!(
            warehouse.columns,
            SourceColumns {
                unit: name("user"),
                experiment: name("test"),
                variant: name("arm"),
                time: name("at"),
                group: None,
                layer: None,
                slot: None,
                status: None,
            }
        );
        let lake = source("lake").expect("a source");
        assert_eq!(lake.driver, "/etc/avos/./lib/libduckdb.so");
        assert_eq!(lake.entrypoint.as_deref(), Some("duckdb_adbc_init"));
        assert_eq!(lake.columns, SourceColumns::default());
    }

    #[test]
    fn a_variable_that_is_missing_is_named() {
        let sources = settings(GOOD).expect("good settings").sources;
        let nothing = Environment(&|_| None);
        let error = sources["warehouse"].resolve("warehouse", nothing, Path::new("/etc"));
        assert_eq!(
            error.expect_err("no variable").to_string(),
            "the source `warehouse` needs the environment variable `PASSWORD`, which isn't set"
        );
    }

    #[test]
    fn errors_say_which_source_and_how_to_fix_it() {
        let good = "driver: d, dialect: duckdb, table: t";
        for (source, expected) in [
            (
                "{driver: d, table: t}",
                "1:14: source `w` has no `dialect` | add `dialect` to it; see docs/sources.md",
            ),
            (
                "{driver: d, dialect: duckdb}",
                "1:14: source `w` has no `table` | add `table` or `query` to it",
            ),
            (
                "{driver: d, dialect: postgres, table: t}",
                "1:35: `sources.w.dialect`: expected postgresql, duckdb, spark, bigquery, snowflake, trino or \
                 clickhouse, found `postgres` | set `sources.w.dialect` to postgresql, duckdb, spark, bigquery, \
                 snowflake, trino or clickhouse",
            ),
            (
                &format!("{{{good}, uri: x}}"),
                "1:53: unknown setting `sources.w.uri` | see configs/settings.yml for all settings and their defaults",
            ),
            (
                &format!("{{{good}, query: SELECT 1}}"),
                "1:53: source `w` has both `table` and `query` | remove one of them",
            ),
            (
                &format!("{{{good}, columns: {{unit: u, experiment: e, time: t}}}}"),
                "1:62: source `w` names no column for `variant` | add `variant: COLUMN` to its `columns`",
            ),
            (
                &format!(
                    "{{{good}, columns: {{unit: u, experiment: e, time: t, variant: v, layer: l}}}}"
                ),
                "1:62: source `w` names a column for only one of `layer` and `slot` | name both, or neither: coverage \
                 needs both",
            ),
            (
                &format!("{{{good}, columns: {{unt: u}}}}"),
                "1:63: unknown setting `sources.w.columns.unt` | did you mean `unit`?",
            ),
            (
                &format!("{{{good}, options: {{password: hunter2}}}}"),
                "1:73: `sources.w.options.password` has a secret in plain text | write `${NAME}` for it, and put it \
                 into the environment variable `NAME`",
            ),
            (
                &format!("{{{good}, options: {{uri: 'postgresql://ada:hunter2@h/db'}}}}"),
                "1:68: `sources.w.options.uri` has a secret in plain text | write `${NAME}` for it, and put it into \
                 the environment variable `NAME`",
            ),
            (
                &format!("{{{good}, options: {{uri: '${{hunter2'}}}}"),
                "1:68: `sources.w.options.uri`: expected a text in which `${` begins the name of a variable, such as \
                 `${DB_PASSWORD}` | correct it; `$${` is a plain `${`",
            ),
        ] {
            let text = format!("sources: {{w: {source}}}\n");
            let error = settings(&text).expect_err(&text).swap_remove(0);
            assert_eq!(error, format!("my.yml:{expected}"));
            assert!(!error.contains("hunter2"), "{error}");
        }
        let error = settings("sources: {a.b: {}}\n")
            .expect_err("a name")
            .swap_remove(0);
        assert_eq!(
            error,
            "my.yml:1:11: `a.b` can't name a source | use letters, digits, `-` and `_`, so that it isn't a path"
        );
    }

    #[test]
    fn variables_may_be_whole_secrets() {
        for option in [
            "password: '${PW}'",
            "authorization_header: 'Bearer ${TOKEN}'",
            "uri: '${URI}'",
            "uri: 'postgresql://${USER}:${PW}@h/db?sslpassword=${KEY}'",
            "token_endpoint: 'https://host'",
        ] {
            let text = format!(
                "sources: {{w: {{driver: d, dialect: duckdb, table: t, options: {{{option}}}}}}}\n"
            );
            assert!(settings(&text).is_ok(), "{option}");
        }
    }
}
