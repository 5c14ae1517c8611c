//! Plurals, skipped rows, times and cut texts.

use jiff::Timestamp;

use crate::config::ConfigCounts;
use crate::exposure::Skipped;
use crate::numbers;
use crate::text;

/// `1 change`, `3 changes`; thousands are grouped.
pub(in crate::cli) fn counted(count: usize, one: &str, many: &str) -> String {
    numbers::counted(count as u64, one, many)
}

/// The text, or as much of its beginning as fits into `room` columns with a `…` after it.
pub(in crate::cli) fn cut(text: &str, room: usize) -> String {
    text::cut(text, room, "…")
}

/// `2 files, 2 layers, 5 experiments`.
pub(in crate::cli) fn counts(counts: ConfigCounts) -> String {
    let files = counted(counts.files, "file", "files");
    let layers = counted(counts.layers, "layer", "layers");
    let experiments = counted(counts.experiments, "experiment", "experiments");
    format!("{files}, {layers}, {experiments}")
}

/// The rows of a log that were skipped for one reason.
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
    fn one_is_singular() {
        assert_eq!(counted(1, "change", "changes"), "1 change");
        assert_eq!(counted(0, "change", "changes"), "0 changes");
    }
}
