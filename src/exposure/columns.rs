//! The columns of a log's table, the same in every engine.

use std::borrow::Cow;
use std::path::Path;

use super::value::BYTE_ORDER_MARK;
use super::{LogError, LogLocation};

/// The columns, in the order in which rows are written.
pub(super) const COLUMNS: [&str; 11] = [
    "unit_id",
    "layer_id",
    "slot_index",
    "experiment_id",
    "experiment_name",
    "variant",
    "status",
    "assignment_timestamp",
    GROUP_COLUMN,
    SOURCE_COLUMN,
    REVISION_COLUMN,
];
/// The columns that the Python AVOS writes, all required for appending: the first ones. Only this program
/// writes the others.
const ORIGINAL_COLUMNS: usize = 8;
const GROUP_COLUMN: &str = "group_key";
pub(super) const SOURCE_COLUMN: &str = "source";
pub(super) const REVISION_COLUMN: &str = "revision";
/// The columns that are required for reading a log.
pub(super) const READ_COLUMNS: [&str; 7] = [
    "unit_id",
    "layer_id",
    "slot_index",
    "experiment_id",
    "variant",
    "status",
    "assignment_timestamp",
];

pub(super) const CREATE_TABLE: &str = "
CREATE TABLE user_assignments (
	unit_id VARCHAR,
	layer_id VARCHAR,
	slot_index INTEGER,
	experiment_id VARCHAR,
	experiment_name VARCHAR,
	variant VARCHAR,
	status VARCHAR,
	assignment_timestamp TIMESTAMP,
	group_key VARCHAR,
	source VARCHAR,
	revision VARCHAR
)";

/// What is read besides the columns that are counted.
#[derive(Clone, Debug)]
pub(super) enum Further {
    Nothing,
    /// A further column of this name, which must be there.
    Dimension(String),
    /// Source and revision, where the table has them.
    Answerer,
}

/// Which columns a log's table has.
#[derive(Clone)]
pub(super) struct TableShape {
    /// Which of the columns it lacks that only this program writes.
    pub(super) lacking: Vec<&'static str>,
    /// The column whose name begins with a byte order mark: the first one of a file that was imported
    /// with its mark.
    marked: Option<&'static str>,
    /// The SQL expressions of what is read besides.
    pub(super) further_sql: Vec<Cow<'static, str>>,
}

impl TableShape {
    /// Returns the SQL expression of a column.
    pub(super) fn column_sql(&self, column: &'static str) -> Cow<'static, str> {
        if self.marked == Some(column) {
            return format!("\"{BYTE_ORDER_MARK}{column}\"").into();
        }
        column.into()
    }

    /// Returns the SQL expression of the group: NULL if the table has none.
    pub(super) fn group_sql(&self) -> Cow<'static, str> {
        self.optional_sql(GROUP_COLUMN)
    }

    /// Returns the SQL expression of a column that only this program writes: NULL if the table has none.
    fn optional_sql(&self, column: &'static str) -> Cow<'static, str> {
        if self.lacking.contains(&column) {
            "NULL".into()
        } else {
            self.column_sql(column)
        }
    }

    /// Returns the SQL that adds the columns that the table lacks, if any.
    pub(super) fn add_columns_sql(&self) -> Option<String> {
        let add = |column| format!("ALTER TABLE user_assignments ADD COLUMN {column} VARCHAR;");
        let added: String = self.lacking.iter().map(add).collect();
        Some(added).filter(|added| !added.is_empty())
    }
}

/// Checks that a table has the columns required for reading, and for reading this besides.
pub(super) fn check_readable(
    columns: &[String],
    further: &Further,
    path: &Path,
) -> Result<TableShape, LogError> {
    let marked = columns.iter().find_map(|column| {
        let name = column.strip_prefix(BYTE_ORDER_MARK)?;
        let is_marked =
            |known: &&str| known.eq_ignore_ascii_case(name) && !has_column(columns, known);
        COLUMNS.into_iter().find(is_marked)
    });
    let mut shape = check_columns(columns, &READ_COLUMNS, marked, path)?;
    match further {
        Further::Nothing => {}
        Further::Dimension(name) => {
            let found = find_dimension(columns, name, &path.into())?;
            let quoted = format!("\"{}\"", found.replace('"', "\"\""));
            shape.further_sql.push(quoted.into());
        }
        Further::Answerer => {
            let columns = [SOURCE_COLUMN, REVISION_COLUMN];
            shape.further_sql = columns.map(|column| shape.optional_sql(column)).into();
        }
    }
    Ok(shape)
}

/// Finds a further column among those of a log; only if there is none of this name, one that is written with
/// other capitals.
pub(super) fn find_dimension<'c>(
    columns: &'c [String],
    dimension: &str,
    log: &LogLocation,
) -> Result<&'c str, LogError> {
    let same = columns.iter().find(|column| *column == dimension);
    let alike = || {
        let mut columns = columns.iter();
        columns.find(|column| column.eq_ignore_ascii_case(dimension))
    };
    let found = same.or_else(alike);
    found
        .map(String::as_str)
        .ok_or_else(|| LogError::NoDimension {
            log: log.clone(),
            column: dimension.to_owned(),
            columns: columns.to_vec(),
        })
}

/// Checks that a table has the columns required for appending.
pub(super) fn check_writable(columns: &[String], path: &Path) -> Result<TableShape, LogError> {
    check_columns(columns, &COLUMNS[..ORIGINAL_COLUMNS], None, path)
}

fn has_column(columns: &[String], wanted: &str) -> bool {
    columns
        .iter()
        .any(|column| column.eq_ignore_ascii_case(wanted))
}

fn check_columns(
    columns: &[String],
    needed: &[&'static str],
    marked: Option<&'static str>,
    path: &Path,
) -> Result<TableShape, LogError> {
    let has = |column: &'static str| has_column(columns, column) || marked == Some(column);
    let lacking = |needed: &[&'static str]| -> Vec<&'static str> {
        let columns = needed.iter().copied();
        columns.filter(|column| !has(column)).collect()
    };
    let missing = lacking(needed);
    if !missing.is_empty() {
        return Err(LogError::Columns {
            log: path.into(),
            missing,
        });
    }
    Ok(TableShape {
        lacking: lacking(&COLUMNS[ORIGINAL_COLUMNS..]),
        marked,
        further_sql: Vec::new(),
    })
}
