//! The few things that engines write differently.

use super::source::Dialect;

impl Dialect {
    /// Quotes a name.
    pub(super) fn quote(self, name: &str) -> String {
        match self {
            Self::Spark => format!("`{}`", name.replace('`', "``")),
            Self::BigQuery | Self::ClickHouse => {
                format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
            }
            Self::PostgreSql | Self::DuckDb | Self::Snowflake | Self::Trino => {
                format!("\"{}\"", name.replace('"', "\"\""))
            }
        }
    }

    /// Casts to a text that is compared byte by byte, whatever the database's collation is.
    pub(super) fn text(self, value: &str) -> String {
        match self {
            Self::PostgreSql => format!("CAST({value} AS text) COLLATE \"C\""),
            Self::Spark | Self::BigQuery => format!("CAST({value} AS STRING)"),
            Self::ClickHouse => format!("CAST({value} AS Nullable(String))"),
            Self::DuckDb | Self::Snowflake | Self::Trino => format!("CAST({value} AS VARCHAR)"),
        }
    }

    /// Casts to a whole number of 64 bits: some engines count in other types, and some drivers pass those on
    /// as texts.
    pub(super) fn bigint(self, value: &str) -> String {
        match self {
            Self::BigQuery => format!("CAST({value} AS INT64)"),
            Self::ClickHouse => format!("CAST({value} AS Nullable(Int64))"),
            Self::PostgreSql | Self::DuckDb | Self::Spark | Self::Snowflake | Self::Trino => {
                format!("CAST({value} AS BIGINT)")
            }
        }
    }

    /// Converts a time to microseconds since 1970; NULL for a time without end.
    pub(super) fn micros(self, time: &str) -> String {
        match self {
            Self::PostgreSql => format!(
                "CASE WHEN isfinite({time}) THEN CAST(round(extract(epoch FROM {time}) * 1000000) AS BIGINT) \
                 END"
            ),
            Self::DuckDb => format!("CASE WHEN isfinite({time}) THEN epoch_us({time}) END"),
            Self::Spark => format!("unix_micros(CAST({time} AS TIMESTAMP))"),
            Self::BigQuery => format!("UNIX_MICROS(CAST({time} AS TIMESTAMP))"),
            Self::Snowflake => {
                format!("CAST(DATE_PART(epoch_microsecond, {time}) AS BIGINT)")
            }
            Self::Trino => format!(
                "CAST(round(to_unixtime(CAST({time} AS TIMESTAMP(6) WITH TIME ZONE)) * 1000000) AS BIGINT)"
            ),
            Self::ClickHouse => {
                format!("toUnixTimestamp64Micro(CAST({time} AS Nullable(DateTime64(6, 'UTC'))))")
            }
        }
    }

    /// Returns the start of the window of this length that holds a time, all in microseconds since 1970. The
    /// remainder of a time before 1970 is negative in all engines, so dividing would join its last window with
    /// the first one after it.
    pub(super) fn window_start(self, micros: &str, length: i64) -> String {
        let remainder = |value: &str| match self {
            Self::ClickHouse => format!("modulo({value}, {length})"),
            _ => format!("MOD({value}, {length})"),
        };
        let floored = remainder(&format!("{} + {length}", remainder(micros)));
        format!("{micros} - {floored}")
    }

    /// Returns the statement that sets the session's zone to UTC, for engines that have one. In PostgreSQL it holds
    /// for the transaction, so that a pooler can't pass it on.
    pub(super) fn set_zone(self) -> Option<&'static str> {
        match self {
            Self::PostgreSql => Some("SET LOCAL TIME ZONE 'UTC'"),
            Self::Spark | Self::Trino => Some("SET TIME ZONE 'UTC'"),
            Self::DuckDb => Some("SET TimeZone = 'UTC'"),
            Self::Snowflake => Some("ALTER SESSION SET TIMEZONE = 'UTC'"),
            Self::ClickHouse => Some("SET session_timezone = 'UTC'"),
            // A time without a zone is in UTC unless a cast says otherwise.
            Self::BigQuery => None,
        }
    }

    /// Returns a query for the microseconds since 1970 of the start of 2000 in the session's zone. Some engines of
    /// this dialect refuse `set_zone`, and are in UTC or not.
    pub(super) fn ask_zone(self) -> Option<&'static str> {
        match self {
            Self::Spark => {
                Some("SELECT unix_micros(CAST(TIMESTAMP_NTZ '2000-01-01 00:00:00' AS TIMESTAMP))")
            }
            _ => None,
        }
    }

    /// Returns the statement after which all queries see the same rows, for engines that have one.
    pub(super) fn begin(self) -> Option<&'static str> {
        match self {
            Self::PostgreSql => Some("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
            Self::DuckDb => Some("BEGIN TRANSACTION READ ONLY"),
            Self::Spark | Self::BigQuery | Self::Snowflake | Self::Trino | Self::ClickHouse => None,
        }
    }
}
