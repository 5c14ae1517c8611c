//! What can go wrong with an exposure log, and how to fix it.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use super::LogLocation;
use super::location::LogFormat;
use crate::diagnostic::visible;
use crate::near::{did_you_mean, nearest};
use crate::numbers::thousands;
#[cfg(feature = "store")]
use crate::sqlite::FileError;

/// Why an exposure log can't be written, read or counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The file doesn't exist, or no file matches the pattern.
    #[error("{}", say_missing(.log))]
    Missing {
        /// Where it should be.
        log: LogLocation,
    },
    /// The file's name says that it takes DuckDB to read it, which this build doesn't have.
    #[error("{} is {}, and this build only reads SQLite logs", .log, needing_duckdb(.log))]
    NoDuckDb {
        /// The log.
        log: LogLocation,
    },
    /// Rows were to be appended to Parquet or CSV files.
    #[error("{} can't be appended to: Parquet and CSV files are only read", .log)]
    OnlyRead {
        /// The log.
        log: LogLocation,
    },
    /// The name is that of a directory, maybe one with Parquet or CSV files.
    #[error("{} is a directory", .log)]
    Directory {
        /// The directory.
        log: LogLocation,
    },
    /// A Parquet or CSV file lacks columns of the table that it resembles most.
    #[error(
        "{} has no column {}, so it isn't {table}{}",
        .log, .missing.join(", "), list_instead(.columns)
    )]
    FileColumns {
        /// The file.
        log: LogLocation,
        /// What it resembles.
        table: &'static str,
        /// The missing columns.
        missing: Vec<&'static str>,
        /// The columns that it has.
        columns: Vec<String>,
    },
    /// Several columns of a Parquet or CSV file may be the same one of a log.
    #[error(
        "{} has more than one column that may hold {holds}: {}",
        .log, visible(&.columns.join(", "))
    )]
    AmbiguousColumns {
        /// The file.
        log: LogLocation,
        /// What they may hold.
        holds: &'static str,
        /// The columns.
        columns: Vec<String>,
    },
    /// The type of a column of a Parquet file can't be that of its values.
    #[error("the column {} of {} can't hold {holds}: its type is {}", visible(.column), .log, visible(.found))]
    ColumnType {
        /// The file.
        log: LogLocation,
        /// The column.
        column: String,
        /// What it should hold.
        holds: &'static str,
        /// Its type, in the words of DuckDB.
        found: String,
    },
    /// A replay needs the layer and the slot of each row, and the log has no columns for them.
    #[error("the rows of {} don't say the layer and the slot, which a replay compares", .log)]
    NoLayers {
        /// The log.
        log: LogLocation,
    },
    /// The file's name says that it is a DuckDB log, and it isn't one.
    #[error("{} is not a DuckDB database", .log)]
    NotDuckDb {
        /// The log.
        log: LogLocation,
    },
    /// The log is in use: a SQLite log that another program has locked, or a DuckDB log that is being
    /// written, or read while this program wants to write. Retry later.
    #[error("the exposure log {} is locked: it is in use", .log)]
    Locked {
        /// The log.
        log: LogLocation,
    },
    /// SQLite finds the file malformed.
    #[error("the exposure log {} is damaged: {reason}", .log)]
    Damaged {
        /// The log.
        log: LogLocation,
        /// What the engine says.
        reason: String,
    },
    /// The DuckDB log has a newer format than this build's library can read.
    #[error("{} was written by a newer DuckDB than this build can read: {reason}", .log)]
    NewerDuckDb {
        /// The log.
        log: LogLocation,
        /// What the engine says.
        reason: String,
    },
    /// Any other error of DuckDB.
    #[error("DuckDB failed on {}: {reason}", .log)]
    DuckDb {
        /// The log.
        log: LogLocation,
        /// What the engine says.
        reason: String,
    },
    /// A database without the log's table.
    #[error(
        "{} is not an exposure log: it has no table user_assignments{}",
        .log, list_instead(.tables)
    )]
    NotALog {
        /// The log.
        log: LogLocation,
        /// Its tables.
        tables: Vec<String>,
    },
    /// The log's table is a view, or has no row ids to tell old rows from new ones.
    #[error("the table user_assignments in {} has no row ids", .log)]
    NoRowIds {
        /// The log.
        log: LogLocation,
    },
    /// The log's table lacks columns.
    #[error(
        "the table user_assignments in {} has no column {}",
        .log, .missing.join(", ")
    )]
    Columns {
        /// The log.
        log: LogLocation,
        /// The missing columns.
        missing: Vec<&'static str>,
    },
    /// The log's table lacks a further column that was asked for.
    #[error("{} has no column `{}` (it has {})", .log, visible(.column), visible(&.columns.join(", ")))]
    NoDimension {
        /// The log.
        log: LogLocation,
        /// The column.
        column: String,
        /// The columns that it has.
        columns: Vec<String>,
    },
    /// A further column has too many values to tell them apart.
    #[error("the column `{}` has more than {} values", visible(.column), thousands(*.limit as u64))]
    TooManyValues {
        /// The column.
        column: String,
        /// The most that can be counted.
        limit: usize,
    },
    /// SQLite can't read the rows in the log's write-ahead log, since the directory is read-only.
    #[error(
        "the newest rows of the exposure log {} are in {}-wal, which can't be read in a read-only \
         directory",
        .log, .log
    )]
    Unmerged {
        /// The log.
        log: LogLocation,
    },
    /// The database under the log can't be read or written.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Database(FileError),
    /// The thread to write or read with can't be started.
    #[error("no thread could be started for the exposure log")]
    Thread(#[source] io::Error),
    /// The file was replaced by another one while it was opened or read. Retry.
    #[error("the exposure log {} was replaced by another file while it was open", .log)]
    Replaced {
        /// The log.
        log: LogLocation,
    },
    /// The log is a source of the settings, and what was asked for needs a file.
    #[error(
        "the source `{source_name}` is counted where it is: its rows can't be read one by one, and none can be \
         appended"
    )]
    NotAFile {
        /// The source.
        source_name: String,
    },
    /// The log is a source of the settings, which this build can't reach.
    #[error("`{source_name}` is a source in a warehouse, and this build has no ADBC")]
    NoWarehouse {
        /// The source.
        source_name: String,
    },
    /// The driver of a source can't be loaded.
    #[error("the driver `{driver}` of the source `{source_name}` can't be loaded: {reason}")]
    Driver {
        /// The source.
        source_name: String,
        /// The driver, as the settings name it.
        driver: String,
        /// What the loader says.
        reason: String,
    },
    /// The engine of a source can't be reached.
    #[error("the source `{source_name}` can't be reached: {reason}")]
    Connection {
        /// The source.
        source_name: String,
        /// What the driver says, without secrets.
        reason: String,
    },
    /// A query on a source failed.
    #[error("the source `{source_name}` can't be counted: {reason}")]
    Query {
        /// The source.
        source_name: String,
        /// What the driver says, without secrets.
        reason: String,
    },
    /// The engine of a source has another time zone than UTC, and can't be told.
    #[error(
        "the session of the source `{source_name}` isn't in UTC, and the engine refuses to set it"
    )]
    SessionZone {
        /// The source.
        source_name: String,
    },
    /// A source has more kinds of exposures than any experiments give.
    #[error("the source `{source_name}` has more than {} kinds of exposures", thousands(*.limit as u64))]
    TooManyKinds {
        /// The source.
        source_name: String,
        /// The most that can be counted.
        limit: usize,
    },
    /// An earlier write failed, and hasn't succeeded since.
    #[error("the exposure log can't be written")]
    Failing(#[source] Arc<LogError>),
    /// The logger's thread has ended.
    #[error("the exposure log's writer has ended")]
    Ended,
}

fn say_missing(log: &LogLocation) -> String {
    if log.is_pattern() {
        format!("no file matches {log}")
    } else {
        format!("the exposure log {log} doesn't exist")
    }
}

fn needing_duckdb(log: &LogLocation) -> &'static str {
    match log.format() {
        LogFormat::Parquet => "read as Parquet through DuckDB",
        LogFormat::Csv => "read as CSV through DuckDB",
        LogFormat::DuckDb | LogFormat::Sqlite => "a DuckDB log",
    }
}

/// Lists the tables or columns that it has instead.
fn list_instead(names: &[String]) -> String {
    match names {
        [] => String::new(),
        names => format!(" (it has {})", visible(&names.join(", "))),
    }
}

/// Most programs use a state database as well, so an error says that the log is locked or damaged.
#[cfg(feature = "store")]
impl From<FileError> for LogError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Busy { path } => Self::Locked { log: path.into() },
            FileError::Replaced { path } => Self::Replaced { log: path.into() },
            FileError::Damaged { path, source } => Self::Damaged {
                log: path.into(),
                reason: source.to_string(),
            },
            error => Self::Database(error),
        }
    }
}

impl LogError {
    /// Returns whether the log is locked, by this program or another one. A later try may succeed.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Locked { .. })
    }

    /// Returns the log's state in a word that can follow its name: `missing`, `locked`, `damaged`,
    /// `incompatible`, `unsupported` or, if it isn't the log's own fault, `unread`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::Locked { .. } => "locked",
            Self::NotALog { .. }
            | Self::NoRowIds { .. }
            | Self::Columns { .. }
            | Self::FileColumns { .. }
            | Self::AmbiguousColumns { .. }
            | Self::ColumnType { .. }
            | Self::Directory { .. }
            | Self::NoDimension { .. } => "incompatible",
            Self::NoDuckDb { .. }
            | Self::NoWarehouse { .. }
            | Self::NotAFile { .. }
            | Self::NoLayers { .. }
            | Self::OnlyRead { .. } => "unsupported",
            Self::NotDuckDb { .. } | Self::Damaged { .. } => "damaged",
            #[cfg(feature = "store")]
            Self::Database(FileError::NotADatabase { .. }) => "damaged",
            #[cfg(feature = "store")]
            Self::Database(_) => "unread",
            Self::Failing(error) => error.state(),
            Self::DuckDb { .. }
            | Self::NewerDuckDb { .. }
            | Self::Unmerged { .. }
            | Self::Thread(_)
            | Self::Replaced { .. }
            | Self::Driver { .. }
            | Self::Connection { .. }
            | Self::Query { .. }
            | Self::SessionZone { .. }
            | Self::TooManyKinds { .. }
            | Self::TooManyValues { .. }
            | Self::Ended => "unread",
        }
    }

    /// Returns how to fix it, unless that is obvious.
    #[must_use]
    pub fn help(&self) -> Option<Cow<'static, str>> {
        let help = match self {
            Self::Missing { log } if log.source_name().is_some() => {
                "check the name, or describe the log under `sources` in the settings; see \
                 docs/sources.md"
            }
            Self::Missing { log } if log.format().is_only_read() => {
                "check the path, and quote a pattern, so that the shell leaves it as it is"
            }
            Self::Missing { .. } => {
                "check the path; `avos assign --log FILE` or a service's logger creates one"
            }
            Self::NoDuckDb { .. } => {
                "build AVOS with `--features duckdb` and DuckDB's library, or give a file with \
                 another ending; see docs/exposures.md"
            }
            Self::OnlyRead { .. } => "name a SQLite log, such as exposures.db",
            Self::Directory { .. } => {
                "name the files in it by a quoted pattern, such as '…/*.parquet'"
            }
            Self::FileColumns {
                missing, columns, ..
            } => {
                let near = missing.iter().find_map(|name| {
                    let near = nearest(name, columns.iter().map(String::as_str))?;
                    Some(format!("rename {} to {name}", visible(near)))
                });
                let fix = match columns.as_slice() {
                    [one] if one.contains([';', '\t']) => {
                        "separate its values by commas".to_owned()
                    }
                    _ => near.unwrap_or_else(|| "write it with what is missing".to_owned()),
                };
                return Some(format!("{fix}; docs/exposures.md lists the columns").into());
            }
            Self::AmbiguousColumns { .. } => {
                "write the files with only one of them, or name it as a source's column in the settings; see \
                 docs/sources.md"
            }
            Self::ColumnType {
                holds: "the time", ..
            } => "write it as a timestamp, or as a text such as 2025-03-01 09:00:00",
            Self::ColumnType { .. } => "write it as a text or as a whole number",
            Self::NoLayers { .. } => {
                "give a log with the columns of AVOS; `srm` and the console count this one"
            }
            Self::NotDuckDb { .. } => {
                "check the path; a SQLite log has a name that doesn't end in .duckdb"
            }
            Self::Locked { log } if log.format() == LogFormat::DuckDb => {
                "try again when no other program uses it: a DuckDB log has one writer or several \
                 readers at a time"
            }
            Self::Locked { .. } => "try again when the program that holds the lock has finished",
            Self::Damaged { .. } => "restore it from a backup, or try `sqlite3 FILE .recover`",
            Self::DuckDb { .. } => "check the path, the file and its permissions",
            Self::NotALog { .. } => {
                "check the path; the state database is given apart from the exposure log"
            }
            Self::NoRowIds { .. } => {
                "copy its rows to a plain table: not a view, not WITHOUT ROWID, and without a column \
                 _rowid_"
            }
            Self::Columns { .. } => "check the path, or write the log with AVOS",
            Self::NewerDuckDb { .. } => {
                "copy it with the DuckDB that wrote it: ATTACH 'old.duckdb' AS old (READ_ONLY); \
                 ATTACH 'new.duckdb' AS new (STORAGE_VERSION 'v1.0.0'); COPY FROM DATABASE old TO \
                 new;"
            }
            Self::Unmerged { .. } => {
                "copy both files to a directory that can be written, and give the copy; or have \
                 the log's owner merge them: sqlite3 FILE 'PRAGMA wal_checkpoint(TRUNCATE)'"
            }
            #[cfg(feature = "store")]
            Self::Database(error) => return error.help().map(Cow::Borrowed),
            Self::Replaced { .. } => "try again: the next read uses the new file",
            Self::NotAFile { .. } => "give a log in a file; `srm` and the console count sources",
            Self::NoWarehouse { .. } => {
                "build AVOS with `--features warehouse`; see docs/sources.md"
            }
            Self::Driver { .. } => {
                "install the driver, and name its file or its manifest as the source's `driver`; see \
                 docs/sources.md"
            }
            Self::Connection { .. } => {
                "check the source's `uri` and `options` in the settings, and the network"
            }
            Self::Query { .. } => {
                "check the source's `dialect`, `table` or `query`, and `columns` in the settings, and that \
                 its user may read them"
            }
            Self::NoDimension {
                column, columns, ..
            } => {
                let near = nearest(column, columns.iter().map(String::as_str));
                return Some(near.map_or_else(
                    || "name one of the log's columns".into(),
                    |near| did_you_mean(&[near]).into(),
                ));
            }
            Self::TooManyValues { .. } => {
                "name a column with few values, such as a platform or a country"
            }
            Self::SessionZone { .. } => "set the zone of the engine, or of this user, to UTC",
            Self::TooManyKinds { .. } => {
                "check which column holds the variant, and which the group: an id of a unit isn't one"
            }
            Self::Thread(_) => "raise the limit on the program's threads",
            Self::Failing(error) => return error.help(),
            Self::Ended => "open the log again; the program's standard error may say why it ended",
        };
        Some(help.into())
    }
}

#[cfg(all(test, feature = "store"))]
mod tests {
    use super::*;

    #[test]
    fn what_a_database_under_a_log_is_the_log_is() {
        let path = || std::path::PathBuf::from("log.db");
        let states = [
            FileError::Busy { path: path() },
            FileError::Damaged {
                path: path(),
                source: "database disk image is malformed".into(),
            },
            FileError::NotADatabase { path: path() },
            FileError::ReadOnly { path: path() },
        ]
        .map(|error| LogError::from(error).state());
        assert_eq!(states, ["locked", "damaged", "damaged", "unread"]);
    }

    #[test]
    fn a_log_of_either_engine_has_the_same_states() {
        let log = || LogLocation::from("log.duckdb");
        let failing = LogError::Failing(Arc::new(LogError::Locked { log: log() }));
        assert_eq!(failing.state(), "locked");
        assert_eq!(LogError::NotDuckDb { log: log() }.state(), "damaged");
        let help = |name: &str| LogError::Locked { log: name.into() }.help();
        assert!(help("log.DuckDB").is_some_and(|help| help.contains("DuckDB")));
        assert!(help("log.db").is_some_and(|help| !help.contains("DuckDB")));
        let unknown = LogError::NoDuckDb { log: log() };
        assert_eq!(unknown.state(), "unsupported");
    }
}
