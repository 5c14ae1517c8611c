//! What the log says about a unit, in words.

use crate::console::model::Startup;
use crate::exposure::{UnitRow, UnitRows};

/// Returns what the unit got according to a row of the log.
pub(super) fn got(row: &UnitRow) -> String {
    match (&row.variant, &row.status) {
        (Some(variant), _) => variant.to_string(),
        (None, Some(status)) => status.clone(),
        (None, None) => "nothing".to_owned(),
    }
}

/// Returns the row's time.
pub(super) fn when(startup: &Startup, row: &UnitRow) -> String {
    row.at
        .map_or("no time".to_owned(), |at| startup.date_and_time(at))
}

/// Returns which of the unit's rows are known, unless all are. The newest are found first.
pub(super) fn known(found: &UnitRows) -> String {
    let known = found.rows.len() as u64;
    if known < found.total {
        format!(" among its newest {known}")
    } else if !found.is_complete {
        " found before the search was stopped".to_owned()
    } else {
        String::new()
    }
}
