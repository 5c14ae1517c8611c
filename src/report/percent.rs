//! Shares as percentages.

use crate::domain::FRACTION_TOLERANCE;

/// Enough for one slot of a million.
const MAX_DECIMALS: usize = 4;

/// Formats a share from 0 to 1 as `12.5%`, with as many decimals as it needs, up to four.
pub(crate) fn percent(share: f64) -> String {
    rounded_percent(share, MAX_DECIMALS)
}

/// Formats a share from 0 to 1 with at most this many decimals. Only nothing reads as `0%`, and
/// only everything as `100%`.
pub(crate) fn rounded_percent(share: f64, decimals: usize) -> String {
    let rounded = format!("{:.decimals$}", share * 100.0);
    let text = match rounded.split_once('.') {
        Some((whole, tail)) if tail.trim_end_matches('0').is_empty() => whole,
        Some(_) => rounded.trim_end_matches('0'),
        None => rounded.as_str(),
    };
    let step = 10_f64.powi(-i32::try_from(decimals).unwrap_or(0));
    match text {
        "0" if share > FRACTION_TOLERANCE => format!("<{step:.decimals$}%"),
        "100" if share < 1.0 - FRACTION_TOLERANCE => format!(">{:.decimals$}%", 100.0 - step),
        text => format!("{text}%"),
    }
}

/// Formats a share with exactly this many decimals, for columns.
pub(crate) fn aligned_percent(share: f64, decimals: usize) -> String {
    format!("{:.decimals$}%", share * 100.0)
}

/// Formats progress in whole percent, rounded down: 100% only at the end.
pub(crate) fn whole_percent(share: f64) -> String {
    format!("{:.0}%", (share * 100.0).floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_the_decimals_that_it_needs() {
        let shown = [0.0, 0.3, 0.07, 0.125, 1e-6, 1.0 / 3.0, 1.0].map(percent);
        assert_eq!(
            shown,
            ["0%", "30%", "7%", "12.5%", "0.0001%", "33.3333%", "100%"]
        );
    }

    #[test]
    fn only_nothing_reads_as_nothing_and_everything_as_everything() {
        let shown = [0.0, 1e-12, 1e-6, 0.07 * 10.0, 0.341, 0.999_99, 1.0 - 1e-12];
        assert_eq!(
            shown.map(|share| rounded_percent(share, 1)),
            ["0%", "0%", "<0.1%", "70%", "34.1%", ">99.9%", "100%"]
        );
        assert_eq!(percent(1e-8), "<0.0001%");
        assert_eq!(percent(1.0 - 1e-8), ">99.9999%");
        assert_eq!(rounded_percent(0.001, 0), "<1%");
    }

    #[test]
    fn columns_keep_their_decimals_and_progress_has_none() {
        assert_eq!(aligned_percent(0.5, 2), "50.00%");
        assert_eq!([0.999, 1.0].map(whole_percent), ["99%", "100%"]);
    }
}
