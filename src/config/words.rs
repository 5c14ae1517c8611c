//! Numbers, values and near names as messages say them.

/// A number without the noise of binary fractions: `0.1 + 0.2` is `0.3`.
pub(super) fn decimal(value: f64) -> String {
    let rounded = (value * 1e9).round() / 1e9;
    if value.abs() >= 1e15 {
        format!("{value:e}")
    } else if value.abs() < 1e6 && (rounded != 0.0 || value == 0.0) {
        // Adding 0 turns -0 into 0.
        (rounded + 0.0).to_string()
    } else {
        value.to_string()
    }
}

/// Text from a file in quotes, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return format!("{text:?}");
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{:?}", start + "…")
}

/// Names in quotes, separated by commas: `"a", "b"`; many are cut.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 20;
    let mut names = names.into_iter();
    let mut shown: Vec<String> = names.by_ref().take(MOST).map(quoted).collect();
    let left = names.count();
    if left > 0 {
        shown.push(format!("and {left} more"));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_no_noise() {
        let texts = [
            0.1 + 0.2,
            0.07 * 100.0,
            1.0,
            -0.0,
            1e-12,
            1e300,
            1_234_567.5,
        ]
        .map(decimal);
        assert_eq!(
            texts,
            ["0.3", "7", "1", "0", "0.000000000001", "1e300", "1234567.5"]
        );
        assert_eq!([f64::NAN, f64::NEG_INFINITY].map(decimal), ["NaN", "-inf"]);
    }
}
