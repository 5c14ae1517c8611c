//! Numbers and plurals as people read them.

use jiff::Timestamp;

use crate::config::Counts;
use crate::exposure::Skipped;
use crate::numbers;

/// `1 change`, `3 changes`; thousands are grouped.
pub(in crate::cli) fn counted(count: usize, one: &str, many: &str) -> String {
    numbers::counted(count as u64, one, many)
}

/// `2 files, 2 layers, 5 experiments`.
pub(in crate::cli) fn counts(counts: Counts) -> String {
    let files = counted(counts.files, "file", "files");
    let layers = counted(counts.layers, "layer", "layers");
    let experiments = counted(counts.experiments, "experiment", "experiments");
    format!("{files}, {layers}, {experiments}")
}

/// A share as `12.5%`: as many of four decimals as it needs, enough for one slot of a million.
pub(in crate::cli) fn percent(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}%")
}

/// Rows of a log that were left out for one reason.
pub(in crate::cli) fn left_out(skipped: &Skipped) -> String {
    let rows = numbers::counted(skipped.rows, "row", "rows");
    let first = skipped.first_row;
    format!("skipped: {rows}, the first is row {first}: {skipped}")
}

/// A time to the second, in UTC.
pub(in crate::cli) fn utc(at: Timestamp) -> String {
    format!("{at:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_no_further_than_they_can_be_read() {
        assert_eq!(percent(0.3), "30%");
        assert_eq!(percent(0.07), "7%");
        assert_eq!(percent(0.125), "12.5%");
        assert_eq!(percent(1e-6), "0.0001%");
        assert_eq!(percent(0.0), "0%");
        assert_eq!(counted(1, "change", "changes"), "1 change");
        assert_eq!(counted(0, "change", "changes"), "0 changes");
    }
}
