//! A Parquet or CSV file as a table of DuckDB.

use std::fmt::Write;
use std::path::Path;

use duckdb::Connection;

use super::super::super::location::LogFormat;
use super::super::super::{LogError, LogLocation};
use super::super::open::{duckdb_error, utf8_path};
use super::csv_header;

/// A file in a `FROM` clause.
pub(super) struct FileTable {
    /// The table function that reads it.
    pub(super) sql: String,
    /// Its columns, and those that the names of its directories add (`country=CH/`).
    pub(super) columns: Vec<FileColumn>,
}

/// A column of a file.
#[derive(Clone, Debug)]
pub(super) struct FileColumn {
    /// Its name in the file.
    pub(super) name: String,
    /// Its type, in the words of DuckDB.
    pub(super) kind: String,
    /// Its name in DuckDB, quoted.
    pub(super) sql: String,
}

impl FileTable {
    /// Looks at the columns of the file. An empty CSV file has none.
    pub(super) fn open(connection: &Connection, path: &Path) -> Result<Self, LogError> {
        let file = quoted(&literal(utf8_path(path)?));
        let is_csv = LogLocation::from(path).format() == LogFormat::Csv;
        let (sql, names) = if is_csv {
            let names = csv_header::read_names(path)?;
            (csv(&file, names.len()), names)
        } else {
            // Old writers leave out that bytes are a text.
            let options = "binary_as_string = true, hive_types_autocast = false";
            (format!("read_parquet({file}, {options})"), Vec::new())
        };
        // DuckDB wants a column even of an empty file.
        let made_up = usize::from(is_csv && names.is_empty());
        let described = || {
            let mut statement = connection.prepare(&format!("DESCRIBE SELECT * FROM {sql}"))?;
            let columns = statement.query_map([], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })?;
            columns.collect::<duckdb::Result<Vec<(String, String)>>>()
        };
        let described = described().map_err(duckdb_error(path))?;
        let columns =
            described
                .into_iter()
                .skip(made_up)
                .enumerate()
                .map(|(index, (inner, kind))| FileColumn {
                    sql: format!("\"{}\"", inner.replace('"', "\"\"")),
                    name: names.get(index).cloned().unwrap_or(inner),
                    kind,
                });
        let columns = columns.collect();
        Ok(Self { sql, columns })
    }
}

/// Reads a CSV file by RFC 4180. Its values stay texts, which the log's own rules read; only an empty field without
/// quotes is NULL. The columns get names of their own: those of the file may be the same.
fn csv(file: &str, columns: usize) -> String {
    let mut types = String::new();
    for index in 0..columns.max(1) {
        let separator = if index == 0 { "" } else { ", " };
        let _ = write!(types, "{separator}'column {index}': 'VARCHAR'");
    }
    format!(
        "read_csv({file}, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', \
         allow_quoted_nulls = false, hive_types_autocast = false, columns = {{{types}}})"
    )
}

/// Quotes a text.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Returns the pattern that only this path matches.
fn literal(path: &str) -> String {
    let mut pattern = String::with_capacity(path.len());
    for character in path.chars() {
        if matches!(character, '*' | '?' | '[') {
            pattern.extend(['[', character, ']']);
        } else {
            pattern.push(character);
        }
    }
    pattern
}
