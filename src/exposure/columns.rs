//! The columns of a log's table, which are the same in every engine.

use std::path::Path;

use super::LogError;

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
/// Those of them that counts need.
const COUNTED: [&str; 5] = [
    "unit_id",
    "experiment_id",
    "variant",
    "status",
    "assignment_timestamp",
];
/// Those that a replay and a lookup need.
const WHOLE: [&str; 7] = [
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
pub(super) fn original() -> &'static [&'static str] {
    COLUMNS.split_last().map_or(&[], |(_, original)| original)
}

/// What a log is read for, which decides the columns it must have. Columns beyond those are read
/// where they exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Counting.
    Counted,
    /// Replay and lookup, which need layer and slot as well.
    Whole,
}

impl Wanted {
    /// The columns without which a log can't be read.
    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Counted => &COUNTED,
            Self::Whole => &WHOLE,
        }
    }
}

/// What a log's table has.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// Whether it has our column.
    pub(super) has_group: bool,
    has_layer: bool,
    has_slot: bool,
}

impl Shape {
    /// Our column as a query asks for it.
    pub(super) fn group(self) -> &'static str {
        if self.has_group { GROUP } else { "NULL" }
    }

    /// The layer as a query asks for it.
    pub(super) fn layer(self) -> &'static str {
        if self.has_layer { "layer_id" } else { "NULL" }
    }

    /// The slot as a query asks for it.
    pub(super) fn slot(self) -> &'static str {
        if self.has_slot { "slot_index" } else { "NULL" }
    }
}

/// What the table has, if it has the columns that are needed.
pub(super) fn shape(
    columns: &[String],
    needed: &[&'static str],
    path: &Path,
) -> Result<Shape, LogError> {
    let has = |wanted: &str| {
        columns
            .iter()
            .any(|column| column.eq_ignore_ascii_case(wanted))
    };
    let missing = needed.iter().filter(|column| !has(column));
    let missing: Vec<&'static str> = missing.copied().collect();
    if !missing.is_empty() {
        let path = path.to_path_buf();
        return Err(LogError::Columns { path, missing });
    }
    Ok(Shape {
        has_group: has(GROUP),
        has_layer: has("layer_id"),
        has_slot: has("slot_index"),
    })
}
