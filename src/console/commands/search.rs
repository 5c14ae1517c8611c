//! Finds commands by a few letters.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::Command;
use super::registry::Spec;

/// Where a command matches, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum MatchedIn {
    Help,
    Id,
    Label,
    /// At the start of another word for it.
    SearchWord,
    /// At the start of one of the label's words.
    LabelWord,
}

/// Returns the commands that match the query, best first; all, in registry order, if it is empty.
#[must_use]
pub fn find(query: &str) -> Vec<Command> {
    let specs = Command::specs();
    if query.is_empty() {
        return specs.iter().map(|spec| spec.command).collect();
    }
    let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher);
    let mut found: Vec<((MatchedIn, u32), Command)> = specs
        .iter()
        .filter_map(|spec| Some((rank(spec, query, &mut score)?, spec.command)))
        .collect();
    // The sort is stable: equals stay in the registry's order.
    found.sort_by_key(|(rank, _)| Reverse(*rank));
    found.into_iter().map(|(_, command)| command).collect()
}

/// Returns where the command matches best, and how well. In the help, letters that lie apart match
/// almost anything, so only whole texts count there.
fn rank(
    spec: &Spec,
    query: &str,
    score: &mut impl FnMut(&str) -> Option<u32>,
) -> Option<(MatchedIn, u32)> {
    let query = query.trim().to_lowercase();
    let is_begun = |word: &&&str| word.starts_with(&query);
    let of_word = spec.words.iter().find(is_begun);
    let of_word = of_word.map(|word| (MatchedIn::SearchWord, score(word).unwrap_or_default()));
    of_word.max(rank_by_texts(spec, &query, score))
}

/// Returns the same of its label, its id and its help.
fn rank_by_texts(
    spec: &Spec,
    query: &str,
    score: &mut impl FnMut(&str) -> Option<u32>,
) -> Option<(MatchedIn, u32)> {
    if let Some(score) = score(spec.label) {
        let starts = |(index, _): (usize, char)| spec.label[index..].starts_with(query);
        let is_start = |(index, _): &(usize, char)| {
            *index == 0 || spec.label[..*index].ends_with(|before: char| !before.is_alphanumeric())
        };
        let place = if spec.label.char_indices().filter(is_start).any(starts) {
            MatchedIn::LabelWord
        } else {
            MatchedIn::Label
        };
        return Some((place, score));
    }
    if let Some(score) = score(spec.id) {
        return Some((MatchedIn::Id, score));
    }
    let help = spec.help.to_lowercase();
    let mut words = query.split_whitespace();
    let is_there = words.all(|word| help.contains(word));
    is_there.then(|| (MatchedIn::Help, score(spec.help).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_letters_find_a_command() {
        assert_eq!(find("zoo").first(), Some(&Command::Zoom));
        assert_eq!(find("apply layer").first(), Some(&Command::ApplyLayer));
        assert_eq!(find("").len(), Command::specs().len());
        assert!(find("xqzw").is_empty());
    }

    #[test]
    fn the_start_of_a_label_comes_first_and_the_help_last() {
        for (query, first) in [
            ("next", Command::NextAttention),
            ("layer", Command::ApplyLayer),
            ("p", Command::Pause),
            ("lookup", Command::Lookup),
            ("palette", Command::Palette),
            ("OSC 52", Command::Copy),
        ] {
            assert_eq!(find(query).first(), Some(&first), "{query}");
        }
        for (word, command) in [
            ("pause", Command::Pause),
            ("resume", Command::Resume),
            ("ramp", Command::Ramp),
            ("complete", Command::Complete),
        ] {
            assert_eq!(find(word).first(), Some(&command), "{word}");
        }
    }

    #[test]
    fn other_words_find_a_command() {
        for (words, command) in [
            (&["past", "before", "state"][..], Command::Time),
            (&["room", "free", "space", "Spa"], Command::Order),
        ] {
            for word in words {
                assert_eq!(find(word).first(), Some(&command), "{word}");
            }
        }
        // A label comes before another word.
        assert_eq!(find("earlier")[..2], [Command::Earlier, Command::Time]);
    }

    #[test]
    fn each_other_word_is_in_lower_case_and_adds_something() {
        for spec in Command::specs() {
            for word in spec.words {
                assert_eq!(*word, word.to_lowercase());
                assert!(!spec.label.contains(word), "{word}");
            }
        }
    }
}
