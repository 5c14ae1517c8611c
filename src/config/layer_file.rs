//! New layer files: names that every file system accepts and [`read_sources`](super::read_sources)
//! recognizes as layer files, and texts that every YAML reader reads as the same values. Touches no
//! file.

use std::collections::HashSet;

use super::plain::{double_quoted, is_odd_space};
use crate::domain::{LayerRecord, LayerState};

/// The maximum length of a stem made from an id, in bytes; file systems allow 255 for the whole
/// name.
const LONGEST: usize = 100;

/// Returns a file name for each of these layer ids, in their order: `ID.yml` where the id is a plain name,
/// else the usable part of it, with a number if that is taken. No two are equal, even if case is
/// ignored.
#[must_use]
pub fn layer_file_names<'a>(ids: impl IntoIterator<Item = &'a str> + Clone) -> Vec<String> {
    let mut taken = HashSet::new();
    let plain: Vec<bool> = ids
        .clone()
        .into_iter()
        .map(|id| is_plain(id) && taken.insert(folded(id)))
        .collect();
    let names = ids.into_iter().zip(plain).map(|(id, is_plain)| {
        if is_plain {
            return format!("{id}.yml");
        }
        let stem = readable(id);
        let numbered = (2_u64..).map(|number| format!("{stem}-{number}"));
        let mut candidates = std::iter::once(stem.clone()).chain(numbered);
        let free = candidates.find(|candidate| taken.insert(folded(candidate)));
        format!("{}.yml", free.unwrap_or(stem))
    });
    names.collect()
}

/// Returns whether the id can be a file's name as it is, in a shell and in every file system.
fn is_plain(id: &str) -> bool {
    id.len() <= LONGEST && id.starts_with(is_first) && id.chars().all(is_plain_char)
}

/// Returns whether a name may begin with it: not a dot, which hides a file, nor a dash, which
/// begins an option.
fn is_first(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn is_plain_char(character: char) -> bool {
    is_first(character) || matches!(character, '-' | '.')
}

/// Returns the part of the id that can be in a name.
fn readable(id: &str) -> String {
    let words = id.split(|character| !is_plain_char(character));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let joined = words.join("-");
    let begin = joined.trim_start_matches(|character| !is_first(character));
    let stem = begin[..begin.floor_char_boundary(LONGEST)].trim_end_matches(['-', '.']);
    if stem.is_empty() {
        "layer".to_owned()
    } else {
        stem.to_owned()
    }
}

/// Folds a name as a case-insensitive file system compares it.
fn folded(name: &str) -> String {
    name.to_uppercase().to_lowercase()
}

/// Returns the layer as a layer file, with keys in a fixed order and defaults left out. The library
/// that reads layer files writes it, and quotes whatever any reader doesn't read as text: a bare `yes`,
/// dates and numbers as other versions of YAML know them, line separators.
#[must_use]
#[expect(
    clippy::missing_panics_doc,
    reason = "records of plain values are always YAML"
)]
pub fn layer_file_text(layer: &LayerState) -> String {
    let record = LayerRecord::from(layer);
    let written = |quote_all| {
        let options = serde_saphyr::ser_options! {
            // One line per text, so that versions of a file differ in texts and not in indentation.
            prefer_block_scalars: false,
            quote_all: quote_all,
        };
        serde_saphyr::to_string_with_options(&record, options)
            // Records are strings, numbers, lists and maps with string keys: YAML has them all.
            .expect("a record of plain values is YAML")
    };
    let plain = written(false);
    // The library leaves these bare, which `check_sources` refuses at the edge of a text.
    if plain.contains(is_odd_space) {
        written(true).lines().map(with_quoted_key).collect()
    } else {
        plain
    }
}

/// Quotes a bare key with an odd space in a line of a layer's text, its end included: the library
/// quotes only values.
fn with_quoted_key(line: &str) -> String {
    // A long key has a line of its own, and its value follows a colon on the next.
    let mut code = line.trim_start_matches(' ');
    while let Some(rest) = code.strip_prefix("? ").or(code.strip_prefix(": ")) {
        code = rest;
    }
    let before = &line[..line.len() - code.len()];
    let end = code.find(": ").or(code.strip_suffix(':').map(str::len));
    let (key, after) = code.split_at(end.unwrap_or(code.len()));
    let is_quoted = code.starts_with(['"', '\'']);
    let is_item = code.starts_with("- ");
    if key.contains(is_odd_space) && !is_quoted && !is_item {
        format!("{before}{}{after}\n", double_quoted(key))
    } else {
        format!("{line}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::sources::is_layer_file;

    fn names<const N: usize>(ids: [&str; N]) -> Vec<String> {
        let names = layer_file_names(ids);
        let is_good = |name: &String| {
            is_layer_file(name) && name.len() < 200 && !name.contains(['/', '\\', '\0', ' '])
        };
        assert!(names.iter().all(is_good), "{names:?}");
        let different: HashSet<String> = names.iter().map(|name| folded(name)).collect();
        assert_eq!(different.len(), N, "{names:?}");
        names
    }

    #[test]
    fn plain_ids_are_names_as_they_are() {
        assert_eq!(
            names(["checkout_flow", "v1.2-b", "2025", "_a", "Цена"]),
            [
                "checkout_flow.yml",
                "v1.2-b.yml",
                "2025.yml",
                "_a.yml",
                "Цена.yml"
            ]
        );
    }

    #[test]
    fn other_ids_keep_what_can_be_read() {
        assert_eq!(
            names([
                "a/b",
                "../../etc/passwd",
                "~home~",
                "#x",
                ".hidden",
                "-rf",
                "a b",
                "a\nb\u{1b}"
            ]),
            [
                "a-b.yml",
                "etc-passwd.yml",
                "home.yml",
                "x.yml",
                "hidden.yml",
                "rf.yml",
                "a-b-2.yml",
                "a-b-3.yml"
            ]
        );
        assert_eq!(
            names(["", " ", "\u{202e}", "...", "layer"]),
            [
                "layer-2.yml",
                "layer-3.yml",
                "layer-4.yml",
                "layer-5.yml",
                "layer.yml"
            ]
        );
    }

    #[test]
    fn ids_that_differ_only_in_case_or_late_get_different_names() {
        assert_eq!(
            names(["Home", "HOME", "home", "home-2"]),
            ["Home.yml", "HOME-3.yml", "home-4.yml", "home-2.yml"]
        );
        let (one, other) = ("é".repeat(2000), format!("{}x", "é".repeat(2000)));
        let names = names([&one, &other]);
        assert_eq!(names[0], format!("{}.yml", "é".repeat(50)));
        assert_eq!(names[1], format!("{}-2.yml", "é".repeat(50)));
    }
}
