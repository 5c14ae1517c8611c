//! Finds commands by a few letters.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::Command;

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
    let mut found: Vec<(u32, Command)> = specs
        .iter()
        .filter_map(|spec| {
            let text = format!("{} {}", spec.label, spec.help);
            let score = pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher)?;
            Some((score, spec.command))
        })
        .collect();
    // The sort is stable: equals stay in the registry's order.
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, command)| command).collect()
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
}
