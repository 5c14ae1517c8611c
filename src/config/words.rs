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

/// The candidate that `word` most probably was meant to be, if one is near enough: case, `-` and
/// `_` don't count, and about a quarter of the letters may be wrong.
pub(super) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    // No key or name of a choice is longer; comparing a huge text would cost its square.
    const LONGEST: usize = 80;
    if word.chars().count() > LONGEST {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace(['_', '-', ' '], "");
    let word = plain(word);
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&word, &plain(candidate));
            (distance, candidate)
        })
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= (word.chars().count() / 4).max(1))
        .filter(|(distance, candidate)| *distance < candidate.chars().count())
        .map(|(_, candidate)| candidate)
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

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let keys = ["traffic_percentage", "name", "status"];
        assert_eq!(
            nearest("traffic_percentge", keys),
            Some("traffic_percentage")
        );
        assert_eq!(
            nearest("trafficPercentage", keys),
            Some("traffic_percentage")
        );
        assert_eq!(nearest("Status", keys), Some("status"));
        assert_eq!(nearest("owner", keys), None);
        assert_eq!(nearest("", ["a"]), None);
    }
}
