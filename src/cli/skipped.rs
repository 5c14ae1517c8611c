//! Skipped rows of a log, as JSON.

use serde::Serialize;

use crate::exposure::Skips;

/// Their total, and those of each reason.
#[derive(Serialize)]
pub(super) struct SkippedRows {
    rows: u64,
    reasons: Vec<SkippedFor>,
}

#[derive(Serialize)]
struct SkippedFor {
    reason: &'static str,
    rows: u64,
    first_row: Option<i64>,
    value: Option<String>,
    hint: Option<&'static str>,
}

impl SkippedRows {
    pub(super) fn new(skips: &Skips) -> Self {
        let reasons = skips.iter().map(|skipped| SkippedFor {
            reason: skipped.reason,
            rows: skipped.rows,
            first_row: skipped.first_row,
            value: skipped.value.clone(),
            hint: skipped.hint,
        });
        Self {
            rows: skips.rows(),
            reasons: reasons.collect(),
        }
    }
}
