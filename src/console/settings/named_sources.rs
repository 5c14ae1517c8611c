//! Sources: exposure logs with a name, in databases and warehouses.

use std::path::{Path, PathBuf};

use super::option_text::OptionText;
use crate::environment::Environment;
use crate::exposure::{Dialect, SourceColumns, SourceRelation, WarehouseSource};

/// An exposure log with a name, as the settings describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedSource {
    pub(super) driver: String,
    pub(super) entrypoint: Option<String>,
    pub(super) dialect: Dialect,
    pub(super) options: Vec<(String, OptionText)>,
    pub(super) relation: SourceRelation,
    pub(super) columns: SourceColumns,
    pub(super) dimensions: Vec<String>,
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
            dimensions: self.dimensions.clone(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::settings::Settings;
    use crate::exposure::SecretText;

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

    /// As few keys as there can be, and a variable that has the whole URI.
    const SHORT: &str = "\
sources:
  warehouse:
    driver: postgresql            # a manifest's name, or a path to a driver
    uri_env: WAREHOUSE_URI        # or `uri:`
    table: analytics.exposures    # or `query:`
    columns: {unit: user_id, layer: layer, slot: slot, experiment: experiment, variant: variant, group: segment, status: status, time: seen_at, arrived: loaded_at}
    dimensions: [country, platform]
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
                arrived: None,
            }
        );
        let lake = source("lake").expect("a source");
        assert_eq!(lake.driver, "/etc/avos/./lib/libduckdb.so");
        assert_eq!(lake.entrypoint.as_deref(), Some("duckdb_adbc_init"));
        assert_eq!(lake.columns, SourceColumns::default());
    }

    #[test]
    fn a_driver_says_the_dialect_and_a_variable_the_uri() {
        let sources = settings(SHORT).expect("good settings").sources;
        let variable = |name: &str| {
            (name == "WAREHOUSE_URI").then(|| "postgresql://avos:s3cret@db/analytics".into())
        };
        let resolve = |variable| {
            sources["warehouse"].resolve("warehouse", Environment(variable), Path::new("/etc"))
        };
        let name = |name: &str| name.to_owned();
        let warehouse = WarehouseSource {
            name: name("warehouse"),
            driver: name("postgresql"),
            entrypoint: None,
            dialect: Dialect::PostgreSql,
            options: vec![(
                name("uri"),
                SecretText::new(
                    name("postgresql://avos:s3cret@db/analytics"),
                    [name("postgresql://avos:s3cret@db/analytics")],
                ),
            )],
            relation: SourceRelation::Table(vec![name("analytics"), name("exposures")]),
            columns: SourceColumns {
                unit: name("user_id"),
                experiment: name("experiment"),
                variant: name("variant"),
                time: name("seen_at"),
                group: Some(name("segment")),
                layer: Some(name("layer")),
                slot: Some(name("slot")),
                status: Some(name("status")),
                arrived: Some(name("loaded_at")),
            },
            dimensions: vec![name("country"), name("platform")],
        };
        let resolved = resolve(&variable).expect("a source");
        assert_eq!(resolved, warehouse);
        assert!(!format!("{resolved:?}").contains("s3cret"));
        let missing = resolve(&|_| None).expect_err("no variable");
        assert_eq!(missing.variable, "WAREHOUSE_URI");
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

    /// Each section has one complete example: first that of the whole page, then one for each kind of engine.
    #[test]
    fn the_examples_of_the_page_on_sources_are_good() {
        let page = include_str!("../../../docs/sources.md");
        let sections = page.split("\n### ");
        let dialects = sections.map(|section| {
            let examples: Vec<&str> = section.split("```yaml\n").skip(1).collect();
            assert_eq!(examples.len(), 1, "{section}");
            let example = examples[0].split("```").next().unwrap_or_default();
            let sources = settings(example).expect(example).sources;
            let (name, source) = sources.first_key_value().expect("a source");
            let all_set = Environment(&|_| Some("x".into()));
            let resolved = source.resolve(name, all_set, Path::new("/etc/avos"));
            resolved.expect("a source").dialect
        });
        let expected = [
            Dialect::PostgreSql,
            Dialect::DuckDb,
            Dialect::PostgreSql,
            Dialect::Spark,
            Dialect::Snowflake,
            Dialect::BigQuery,
            Dialect::Trino,
            Dialect::ClickHouse,
        ];
        assert_eq!(dialects.collect::<Vec<_>>(), expected);
    }
}
