//! The columns of a log's table, which are the same in every engine.

use std::borrow::Cow;
use std::path::Path;

use super::LogError;
use super::value::BYTE_ORDER_MARK;

/// The columns in the order that rows are written in.
pub(super) const COLUMNS: [&str; 9] = [
    "unit_id",
    "layer_id",
    "slot_index",
    "experiment_id",
    "experiment_name",
    "variant",
    "status",
    "assignment_timestamp",
    GROUP_COLUMN,
];
/// The column that is ours, the last one.
const GROUP_COLUMN: &str = "group_key";
/// Those of them without which a log can't be read.
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
	group_key VARCHAR
)";
pub(super) const ADD_GROUP_COLUMN: &str =
    "ALTER TABLE user_assignments ADD COLUMN group_key VARCHAR";

/// The columns of the original, without which rows can't be appended.
fn original_columns() -> &'static [&'static str] {
    COLUMNS.split_last().map_or(&[], |(_, original)| original)
}

/// What a log's table has.
#[derive(Clone, Copy)]
pub(super) struct TableShape {
    /// Whether it has our column.
    pub(super) has_group: bool,
    /// The column whose name begins with a byte order mark: the first one of a file that was
    /// imported with it.
    marked: Option<&'static str>,
}

impl TableShape {
    /// A column as a query asks for it.
    pub(super) fn column_sql(self, column: &'static str) -> Cow<'static, str> {
        if self.marked == Some(column) {
            return format!("\"{BYTE_ORDER_MARK}{column}\"").into();
        }
        column.into()
    }

    /// Our column as a query asks for it.
    pub(super) fn group_sql(self) -> Cow<'static, str> {
        if self.has_group {
            self.column_sql(GROUP_COLUMN)
        } else {
            "NULL".into()
        }
    }
}

/// What the table has, if it has the columns to read.
pub(super) fn check_readable(columns: &[String], path: &Path) -> Result<TableShape, LogError> {
    let marked = columns.iter().find_map(|column| {
        let name = column.strip_prefix(BYTE_ORDER_MARK)?;
        let is_it = |known: &&str| known.eq_ignore_ascii_case(name) && !has_column(columns, known);
        COLUMNS.into_iter().find(is_it)
    });
    check_columns(columns, &READ_COLUMNS, marked, path)
}

/// What the table has, if rows can be appended to it.
pub(super) fn check_writable(columns: &[String], path: &Path) -> Result<TableShape, LogError> {
    check_columns(columns, original_columns(), None, path)
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
    let missing = needed.iter().copied().filter(|column| !has(column));
    let missing: Vec<&'static str> = missing.collect();
    if !missing.is_empty() {
        let path = path.to_path_buf();
        return Err(LogError::Columns {
            log: path.into(),
            missing,
        });
    }
    Ok(TableShape {
        has_group: has(GROUP_COLUMN),
        marked,
    })
}
