//! Plurals, times and cut texts.

use jiff::Timestamp;

use crate::numbers;
use crate::text;

/// Returns `1 change`, `3 changes`; thousands are grouped.
pub(in crate::cli) fn counted(count: usize, one: &str, many: &str) -> String {
    numbers::counted(count as u64, one, many)
}

/// Returns the text, or as much of its beginning as fits into `room` columns with a `…` after it.
pub(in crate::cli) fn cut(text: &str, room: usize) -> String {
    text::cut(text, room, "…")
}

/// Formats a time to the second, in UTC.
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
