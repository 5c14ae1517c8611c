//! A log that stays in a database or a warehouse: how it is reached, and which columns it has.

use std::fmt;
use std::str::FromStr;

use super::secret_text::SecretText;

/// A log in a database or a warehouse, which is counted there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WarehouseSource {
    /// Its name in the settings, safe to show.
    pub name: String,
    /// The ADBC driver: the path of a library, or the name of a manifest or library to search for.
    pub driver: String,
    /// The driver's entry point, unless it is the usual one.
    pub entrypoint: Option<String>,
    /// The engine's SQL.
    pub dialect: Dialect,
    /// The driver's options, such as `uri`, in the order of the settings.
    pub options: Vec<(String, SecretText)>,
    /// Where the rows are.
    pub relation: SourceRelation,
    /// The names of its columns.
    pub columns: SourceColumns,
    /// Further columns by whose values a deviation is looked into, as the engine names them.
    pub dimensions: Vec<String>,
}

/// Where a source's rows are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SourceRelation {
    /// In a table or view; its name, after those of its database and schema, if any.
    Table(Vec<String>),
    /// In the answer to a query, in the engine's own SQL.
    Query(String),
}

/// The columns of a source, as the engine names them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceColumns {
    /// The unit, of any type.
    pub unit: String,
    /// The experiment.
    pub experiment: String,
    /// The variant.
    pub variant: String,
    /// The time, of a type for times. A time without a zone is in UTC.
    pub time: String,
    /// The group whose allocation decided.
    pub group: Option<String>,
    /// The layer, and the unit's slot in it: without both, coverage isn't tested.
    pub layer: Option<String>,
    /// The slot.
    pub slot: Option<String>,
    /// The status; without it, every row is an assigned unit.
    pub status: Option<String>,
    /// When the row came in, of a type for times. Nothing reads it yet.
    pub arrived: Option<String>,
}

impl Default for SourceColumns {
    /// The columns of a log that AVOS wrote.
    fn default() -> Self {
        let name = |name: &str| name.to_owned();
        Self {
            unit: name("unit_id"),
            experiment: name("experiment_id"),
            variant: name("variant"),
            time: name("assignment_timestamp"),
            group: Some(name("group_key")),
            layer: Some(name("layer_id")),
            slot: Some(name("slot_index")),
            status: Some(name("status")),
            arrived: None,
        }
    }
}

/// The SQL of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// PostgreSQL, and what speaks its SQL.
    PostgreSql,
    /// DuckDB.
    DuckDb,
    /// Spark SQL: Databricks, Spark and Sail, mostly by Flight SQL.
    Spark,
    /// Google's `BigQuery`.
    BigQuery,
    /// Snowflake.
    Snowflake,
    /// Trino.
    Trino,
    /// `ClickHouse`.
    ClickHouse,
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Self; 7] = [
        Self::PostgreSql,
        Self::DuckDb,
        Self::Spark,
        Self::BigQuery,
        Self::Snowflake,
        Self::Trino,
        Self::ClickHouse,
    ];

    /// Returns the dialect of the engine that a driver is for, as its name says it: that of a manifest, such as
    /// `postgresql`, or of a library, such as `libadbc_driver_postgresql.so`. `None` for drivers that aren't known.
    #[must_use]
    pub fn of_driver(driver: &str) -> Option<Self> {
        let file = driver.rsplit(['/', '\\']).next()?;
        let stem = file.split('.').next()?;
        let stem = stem.strip_prefix("lib").unwrap_or(stem);
        match stem.strip_prefix("adbc_driver_").unwrap_or(stem) {
            "flightsql" | "databricks" => Some(Self::Spark),
            name => name.parse().ok(),
        }
    }

    /// Returns its name in the settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PostgreSql => "postgresql",
            Self::DuckDb => "duckdb",
            Self::Spark => "spark",
            Self::BigQuery => "bigquery",
            Self::Snowflake => "snowflake",
            Self::Trino => "trino",
            Self::ClickHouse => "clickhouse",
        }
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        let mut all = Self::ALL.into_iter();
        all.find(|dialect| dialect.as_str() == name)
            .ok_or(UnknownDialect)
    }
}

/// A name isn't that of a dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownDialect;

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Dialect::ALL.map(Dialect::as_str).join(", ");
        write!(f, "expected one of {names}")
    }
}

impl std::error::Error for UnknownDialect {}
