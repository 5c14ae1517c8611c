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
    GROUP,
];
/// The column that is ours, the last one.
const GROUP: &str = "group_key";
/// Those of them without which a log can't be read.
pub(super) const READ: [&str; 7] = [
    "unit_id",
    "layer_id",
    "slot_index",
    "experiment_id",
    "variant",
    "status",
    "assignment_timestamp",
];

pub(super) const CREATE: &str = "
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
pub(super) const ADD_GROUP: &str = "ALTER TABLE user_assignments ADD COLUMN group_key VARCHAR";

/// The columns of the original, without which rows can't be appended.
fn original() -> &'static [&'static str] {
    COLUMNS.split_last().map_or(&[], |(_, original)| original)
}

/// What a log's table has.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// Whether it has our column.
    pub(super) has_group: bool,
    /// The column whose name begins with a byte order mark: the first one of a file that was
    /// imported with it.
    marked: Option<&'static str>,
}

impl Shape {
    /// A column as a query asks for it.
    pub(super) fn column(self, column: &'static str) -> Cow<'static, str> {
        if self.marked == Some(column) {
            return format!("\"{BYTE_ORDER_MARK}{column}\"").into();
        }
        column.into()
    }

    /// Our column as a query asks for it.
    pub(super) fn group(self) -> Cow<'static, str> {
        if self.has_group {
            self.column(GROUP)
        } else {
            "NULL".into()
        }
    }
}

/// What the table has, if it has the columns to read.
pub(super) fn readable(columns: &[String], path: &Path) -> Result<Shape, LogError> {
    let marked = columns.iter().find_map(|column| {
        let name = column.strip_prefix(BYTE_ORDER_MARK)?;
        let is_it = |known: &&str| known.eq_ignore_ascii_case(name) && !has(columns, known);
        COLUMNS.into_iter().find(is_it)
    });
    shape(columns, &READ, marked, path)
}

/// What the table has, if rows can be appended to it.
pub(super) fn writable(columns: &[String], path: &Path) -> Result<Shape, LogError> {
    shape(columns, original(), None, path)
}

fn has(columns: &[String], wanted: &str) -> bool {
    columns
        .iter()
        .any(|column| column.eq_ignore_ascii_case(wanted))
}

fn shape(
    columns: &[String],
    needed: &[&'static str],
    marked: Option<&'static str>,
    path: &Path,
) -> Result<Shape, LogError> {
    let has = |column: &'static str| has(columns, column) || marked == Some(column);
    let missing = needed.iter().copied().filter(|column| !has(column));
    let missing: Vec<&'static str> = missing.collect();
    if !missing.is_empty() {
        let path = path.to_path_buf();
        return Err(LogError::Columns {
            log: path.into(),
            missing,
        });
    }
    Ok(Shape {
        has_group: has(GROUP),
        marked,
    })
}
