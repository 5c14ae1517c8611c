//! Numbers formatted for people.

/// Formats a number with thousands separators: `30,123`.
pub(crate) fn thousands(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Formats `1 unit`, `3,000 units`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    let word = if count == 1 { one } else { many };
    format!("{} {word}", thousands(count))
}

/// Formats a probability, rounded for reading; a small one never becomes 0.
pub(crate) fn probability(p: f64) -> String {
    if p == 0.0 {
        "0".to_owned()
    } else if p < 0.001 {
        format!("{p:.1e}")
    } else {
        format!("{p:.3}")
    }
}

/// Formats a significance level as people write it: `0.05`, and `1e-300` without its zeros.
#[cfg(feature = "console")]
pub(crate) fn level(alpha: f64) -> String {
    if alpha < 1e-6 {
        format!("{alpha:e}")
    } else {
        alpha.to_string()
    }
}

/// Rounds to the nearest whole number, of columns or counts.
#[cfg(feature = "console")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the conversion stops at the ends of the range"
)]
pub(crate) fn whole(value: f64) -> usize {
    value.round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let shown = [0_u32, 999, 1000, 30_123, 1_000_000].map(thousands);
        assert_eq!(shown, ["0", "999", "1,000", "30,123", "1,000,000"]);
    }

    #[cfg(feature = "console")]
    #[test]
    fn a_level_is_short_whatever_its_size() {
        let shown = [0.05, 0.000_001, 1e-300].map(level);
        assert_eq!(shown, ["0.05", "0.000001", "1e-300"]);
    }

    #[test]
    fn a_small_probability_is_never_rounded_to_nothing() {
        let shown = [1.0, 0.0004, 1e-300, 0.0].map(probability);
        assert_eq!(shown, ["1.000", "4.0e-4", "1.0e-300", "0"]);
    }
}
