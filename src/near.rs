//! "Did you mean": known names similar to an unknown one.

use std::cmp::Reverse;

use crate::diagnostic::quoted;

/// Longer words aren't misspellings of a known one, and comparing them takes quadratic time.
const LONGEST: usize = 80;
/// Below this the similarity of two ids, from 0 to 1, is chance.
const ALIKE: f64 = 0.75;
/// More suggestions than this don't help.
const MAX: usize = 3;

/// Finds the word among a few fixed ones that is misspelled here, ignoring case, `_`, `-` and
/// spaces.
pub(crate) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
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

/// Finds the ids similar to this one, the most similar first: people tend to give ids common
/// prefixes.
pub(crate) fn alike<'a, T: AsRef<str> + Ord>(
    name: &str,
    known: impl Iterator<Item = &'a T>,
) -> Vec<&'a T> {
    if name.chars().count() > LONGEST {
        return Vec::new();
    }
    let mut near: Vec<(f64, Reverse<&T>)> = known
        .map(|known| (strsim::jaro_winkler(name, known.as_ref()), Reverse(known)))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| b.1.cmp(&a.1)));
    near.dedup();
    near.truncate(MAX);
    near.into_iter().map(|(_, Reverse(known))| known).collect()
}

/// Asks whether one of these ids was meant: ``did you mean `a` or `b`?``
pub(crate) fn did_you_mean<T: AsRef<str>>(near: &[T]) -> String {
    let near: Vec<String> = near.iter().map(|id| quoted(id.as_ref())).collect();
    format!("did you mean {}?", near.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
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

    #[test]
    fn the_likest_id_comes_first_and_each_once() {
        let known = [
            "homepage_hero",
            "checkout_flow",
            "homepage_footer",
            "homepage_hero",
        ];
        let near = alike("homepage_hreo", known.iter());
        assert_eq!(near, [&"homepage_hero", &"homepage_footer"]);
        assert!(alike("pricing", known.iter()).is_empty());
    }
}
