//! Reads the sources of a settings file.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::document::Node;
use super::error::SettingsProblem;
use super::named_sources::NamedSource;
use super::option_text::OptionText;
use super::plain_secrets::has_plain_secret;
use super::reader::SettingsReader;
use crate::diagnostic::visible;
use crate::exposure::{Dialect, SourceColumns, SourceRelation, is_source_name};

/// The option that most drivers call so, and that a source has keys of its own for.
const URI: &str = "uri";

/// The keys of a source.
const SOURCE_KEYS: [&str; 10] = [
    "driver",
    "entrypoint",
    "dialect",
    "uri",
    "uri_env",
    "options",
    "table",
    "query",
    "columns",
    "dimensions",
];

/// The keys of a source's columns.
const COLUMN_KEYS: [&str; 9] = [
    "unit",
    "experiment",
    "variant",
    "time",
    "group",
    "layer",
    "slot",
    "status",
    "arrived",
];

/// What a source's map sets so far.
#[derive(Default)]
struct SourceDraft {
    driver: Option<String>,
    entrypoint: Option<String>,
    dialect: Option<Dialect>,
    uri: Option<OptionText>,
    options: Vec<(String, OptionText)>,
    relation: Option<SourceRelation>,
    columns: Option<SourceColumns>,
    dimensions: Vec<String>,
    /// Whether something was reported already, so that what it sets isn't missing as well.
    is_wrong: bool,
}

impl SourceDraft {
    fn has_uri(&self) -> bool {
        self.uri.is_some() || self.options.iter().any(|(option, _)| option == URI)
    }
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
                "uri" | "uri_env" if draft.has_uri() => {
                    self.error(key, SettingsProblem::SeveralUris(name.to_owned()));
                }
                "uri" => draft.uri = self.option_text(URI, &full, value),
                "uri_env" => draft.uri = self.variable_name(&full, value),
                "options" => {
                    let had_uri = draft.has_uri();
                    draft.options = self.source_options(&full, value);
                    if had_uri && draft.options.iter().any(|(option, _)| option == URI) {
                        self.error(key, SettingsProblem::SeveralUris(name.to_owned()));
                    }
                }
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
                "dimensions" => {
                    draft.dimensions = self.dimensions(&full, value).unwrap_or_default();
                }
                _ => self.unknown_key(&prefix, key, &SOURCE_KEYS),
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
            uri,
            options,
            relation,
            columns,
            dimensions,
            ..
        } = draft;
        let of_driver = driver.as_deref().and_then(Dialect::of_driver);
        let dialect = dialect.or(of_driver);
        let missing = [("driver", driver.is_none()), ("table", relation.is_none())];
        for (key, is_missing) in missing {
            if is_missing {
                let problem = SettingsProblem::SourceWithout {
                    name: name.to_owned(),
                    key,
                };
                self.error(value, problem);
            }
        }
        if driver.is_some() && dialect.is_none() {
            let problem = SettingsProblem::SourceWithoutDialect(name.to_owned());
            self.error(value, problem);
        }
        Some(NamedSource {
            driver: driver?,
            entrypoint,
            dialect: dialect?,
            options: uri
                .map(|uri| (URI.to_owned(), uri))
                .into_iter()
                .chain(options)
                .collect(),
            relation: relation?,
            columns: columns.unwrap_or_default(),
            dimensions,
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
            if let Some(text) = self.option_text(&option.value, &full, value) {
                options.push((option.value.clone(), text));
            }
        }
        options
    }

    /// Reads the value of the option with this name.
    fn option_text(
        &mut self,
        option: &str,
        key: &str,
        value: &Spanned<Node>,
    ) -> Option<OptionText> {
        let text = match &value.value {
            Node::Text(text) => text.clone(),
            Node::Number(number) => number.to_string(),
            Node::Bool(value) => value.to_string(),
            Node::Null | Node::List(_) | Node::Map(_) => {
                return self.required(key, value, "a text, a number, true or false");
            }
        };
        let key = key.to_owned();
        let problem = match OptionText::parse(&text) {
            None => SettingsProblem::Variable(key),
            Some(text) if !has_plain_secret(option, &text) => return Some(text),
            Some(_) if option == URI => SettingsProblem::PlainSecretInUri(key),
            Some(_) => SettingsProblem::PlainSecret(key),
        };
        self.error(value, problem);
        None
    }

    /// Reads the name of a variable that has an option's whole value.
    fn variable_name(&mut self, key: &str, value: &Spanned<Node>) -> Option<OptionText> {
        let name = match &value.value {
            Node::Text(name) => OptionText::variable(name),
            _ => None,
        };
        if name.is_none() {
            self.error(value, SettingsProblem::VariableName(key.to_owned()));
        }
        name
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
        let prefix = format!("sources.{name}.columns.");
        let mut named: BTreeMap<&str, String> = BTreeMap::new();
        for (key, value) in self.entries(prefix.trim_end_matches('.'), value) {
            let Some(known) = COLUMN_KEYS.into_iter().find(|known| *known == key.value) else {
                self.unknown_key(&prefix, key, &COLUMN_KEYS);
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
            arrived: column("arrived"),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::console::settings::Settings;

    /// Loads settings with a source `w`; an error is the first one.
    fn load(source: &str) -> Result<Settings, String> {
        let text = format!("sources: {{w: {source}}}\n");
        Settings::load(Some(("my.yml", &text)), &[])
            .map_err(|errors| format!("{} | {}", errors[0], errors[0].help()))
    }

    const GOOD: &str = "driver: d, dialect: duckdb, table: t";

    fn check_error(source: &str, expected: &str) {
        let error = load(source).expect_err(source);
        assert_eq!(error, format!("my.yml:{expected}"));
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn errors_say_which_source_and_how_to_fix_it() {
        let good = GOOD;
        for (source, expected) in [
            (
                "{driver: d, table: t}",
                "1:14: source `w` has no `dialect`, and the name of its driver doesn't say which one it is | add \
                 `dialect` to it, one of postgresql, duckdb, spark, bigquery, snowflake, trino, clickhouse",
            ),
            (
                "{table: t}",
                "1:14: source `w` has no `driver` | add `driver` to it; see docs/sources.md",
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
                &format!("{{{good}, url: x}}"),
                "1:53: unknown setting `sources.w.url` | did you mean `uri`?",
            ),
            (
                &format!("{{{good}, dimensions: [a, b, a]}}"),
                "1:72: `sources.w.dimensions`: expected a list of names of columns, each once | write `dimensions: \
                 [platform, country]`",
            ),
            (
                &format!("{{{good}, dimensions: platform}}"),
                "1:65: `sources.w.dimensions`: expected a list of names of columns, each once | write `dimensions: \
                 [platform, country]`",
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
        ] {
            check_error(source, expected);
        }
        let errors = Settings::load(Some(("my.yml", "sources: {a.b: {}}\n")), &[]);
        let errors = errors.expect_err("a name");
        assert_eq!(
            format!("{} | {}", errors[0], errors[0].help()),
            "my.yml:1:11: `a.b` can't name a source | use letters, digits, `-` and `_`, so that it isn't a path"
        );
    }

    #[test]
    fn errors_have_no_secrets_and_say_where_to_put_them() {
        let good = GOOD;
        for (source, expected) in [
            (
                &format!("{{{good}, uri: x, uri_env: X}}"),
                "1:61: source `w` has its URI twice | remove one of them",
            ),
            (
                &format!("{{{good}, uri: x, options: {{uri: y}}}}"),
                "1:61: source `w` has its URI twice | remove one of them",
            ),
            (
                &format!("{{{good}, options: {{uri: y}}, uri_env: X}}"),
                "1:72: source `w` has its URI twice | remove one of them",
            ),
            (
                &format!("{{{good}, uri: 'postgresql://ada:hunter2@h/db'}}"),
                "1:58: `sources.w.uri` has a secret in plain text | put the URI into an environment variable `NAME`, \
                 and write `uri_env: NAME` instead; or write `${NAME}` for the secret alone",
            ),
            (
                &format!("{{{good}, uri_env: 'postgresql://ada:hunter2@h/db'}}"),
                "1:62: `sources.w.uri_env`: expected the name of an environment variable | put the URI into a \
                 variable, and write its name, such as `WAREHOUSE_URI`",
            ),
            (
                &format!("{{{good}, options: {{password: hunter2}}}}"),
                "1:73: `sources.w.options.password` has a secret in plain text | write `${NAME}` for it, and put it \
                 into the environment variable `NAME`",
            ),
            (
                &format!("{{{good}, options: {{uri: 'postgresql://ada:hunter2@h/db'}}}}"),
                "1:68: `sources.w.options.uri` has a secret in plain text | put the URI into an environment variable \
                 `NAME`, and write `uri_env: NAME` instead; or write `${NAME}` for the secret alone",
            ),
            (
                &format!("{{{good}, options: {{uri: '${{hunter2'}}}}"),
                "1:68: `sources.w.options.uri`: expected a text in which `${` begins the name of a variable, such as \
                 `${DB_PASSWORD}` | correct it; `$${` is a plain `${`",
            ),
        ] {
            check_error(source, expected);
        }
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
            let source = format!("{{driver: d, dialect: duckdb, table: t, options: {{{option}}}}}");
            assert!(load(&source).is_ok(), "{option}");
        }
    }

    #[test]
    fn the_name_of_a_driver_may_say_the_dialect() {
        for (driver, dialect) in [
            ("postgresql", Some("PostgreSql")),
            ("adbc_driver_postgresql", Some("PostgreSql")),
            ("./lib/libadbc_driver_snowflake.so.1", Some("Snowflake")),
            ("/opt/duckdb/libduckdb.dylib", Some("DuckDb")),
            ("flightsql", Some("Spark")),
            ("databricks", Some("Spark")),
            ("bigquery", Some("BigQuery")),
            ("trino", Some("Trino")),
            ("clickhouse", Some("ClickHouse")),
            ("/etc/adbc/drivers/postgresql.toml", Some("PostgreSql")),
            ("mssql", None),
            ("our_driver", None),
        ] {
            let loaded = load(&format!("{{driver: {driver}, table: t}}"));
            let found = loaded
                .ok()
                .map(|settings| format!("{:?}", settings.sources["w"].dialect));
            assert_eq!(found.as_deref(), dialect, "{driver}");
            let written = load(&format!("{{driver: {driver}, dialect: trino, table: t}}"));
            let written = written.expect("a dialect").sources["w"].dialect;
            assert_eq!(written.as_str(), "trino");
        }
    }
}
