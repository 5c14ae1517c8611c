//! Text from files and databases, made safe for a terminal.

use std::borrow::Cow;
use std::fmt::Write;

/// Returns the text with control characters made visible, so that nothing from a file reaches the
/// terminal as a command: escape becomes `\u{1b}`, a line break `\n`. Direction overrides and other
/// invisible formatting characters, which can make a line read as something else, are shown too.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            hidden if is_hidden(hidden) => {
                // Writing to a String can't fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(hidden));
            }
            plain => shown.push(plain),
        }
    }
    Cow::Owned(shown)
}

/// Quotes a name for a sentence: in backticks, with escapes for what can't be seen, and cut if it is
/// long. A log may hold a megabyte where a name should be.
pub(crate) fn quoted(name: &str) -> String {
    const LONGEST: usize = 60;
    let end = name.char_indices().nth(LONGEST);
    let (shown, ellipsis) = end.map_or((name, ""), |(end, _)| (&name[..end], "…"));
    let escaped = format!("{shown:?}");
    // Quotes need no escape in backticks.
    let escaped = escaped[1..escaped.len() - 1].replace("\\\"", "\"");
    format!("`{escaped}{ellipsis}`")
}

/// Quotes names for a sentence, separated by commas.
pub(crate) fn quoted_list<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let names = names.into_iter().map(|name| quoted(name.as_ref()));
    names.collect::<Vec<_>>().join(", ")
}

/// Returns whether a terminal would treat the character as a command, or wouldn't show it although it
/// changes how the text reads.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::{quoted, visible};

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(
            visible("a\x1b[31mb\n\u{202e}c"),
            "a\\u{1b}[31mb\\n\\u{202e}c"
        );
        assert!(matches!(
            visible("Цена ✓ 中文"),
            std::borrow::Cow::Borrowed(_)
        ));
    }

    #[test]
    fn a_quoted_name_shows_what_is_hidden_and_is_cut() {
        assert_eq!(quoted("b\x1b \"\u{202e}"), "`b\\u{1b} \"\\u{202e}`");
        let name = "é".repeat(61);
        assert_eq!(quoted(&name[..120]), format!("`{}`", &name[..120]));
        assert_eq!(quoted(&name), format!("`{}…`", &name[..120]));
    }
}
