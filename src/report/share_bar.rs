//! An observed share as a bar, next to the expected one.

use crate::numbers::whole;

/// A column filled by 0 to 8 eighths, growing from the left.
pub(crate) const EIGHTHS: [&str; 9] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/// One column of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BarColumn {
    /// Filled by this many eighths, from 0 to 8.
    Filled(usize),
    /// The place where the bar is expected to end.
    Expected,
}

/// Returns the bar of an observed share, with a mark where it is expected to end, if that is known.
/// `scale` is the share at the end of the bar.
pub(crate) fn share_bar(
    observed: f64,
    expected: Option<f64>,
    scale: f64,
    columns: usize,
) -> Vec<BarColumn> {
    // The last column is for a mark at the very end.
    let Some(room) = columns.checked_sub(1).filter(|_| scale > 0.0) else {
        return vec![BarColumn::Filled(0); columns];
    };
    let eighths = whole(observed / scale * room as f64 * 8.0);
    let mark = expected.map(|expected| whole(expected / scale * room as f64).min(room));
    (0..columns)
        .map(|column| match mark {
            Some(mark) if mark == column => BarColumn::Expected,
            _ => BarColumn::Filled(eighths.saturating_sub(column * 8).min(8)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(observed: f64, expected: impl Into<Option<f64>>, columns: usize) -> String {
        let symbol = |column| match column {
            BarColumn::Expected => "│",
            BarColumn::Filled(eighths) => EIGHTHS[eighths],
        };
        let bar = share_bar(observed, expected.into(), 0.5, columns);
        bar.into_iter().map(symbol).collect()
    }

    #[test]
    fn the_mark_is_where_the_bar_is_expected_to_end() {
        assert_eq!(bar(0.5, 0.5, 11), "██████████│");
        assert_eq!(bar(0.475, 0.5, 11), "█████████▌│");
        assert_eq!(bar(0.5, 0.25, 11), "█████│████ ");
        assert_eq!(bar(0.0, 0.0, 5), "│    ");
        assert_eq!(bar(0.25, None, 11), "█████      ");
        assert_eq!(
            (bar(0.5, 0.5, 1), bar(0.5, 0.5, 0)),
            ("│".into(), String::new())
        );
    }
}
