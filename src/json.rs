//! JSON for standard output and for files, also safe for a terminal.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::diagnostic::is_hidden;

/// Writes a document on one line, without its end. Characters that a terminal treats as commands,
/// or that make a line read as something else, are escaped: for programs it is the same text.
pub(crate) fn write(to: impl Write, document: &impl Serialize) -> serde_json::Result<()> {
    document.serialize(&mut Serializer::with_formatter(to, Visible))
}

/// Formats compactly, and escapes characters that are [`is_hidden`].
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        to: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Nearly all text is this, and of it nothing is hidden.
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return to.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(is_hidden) {
            let (plain, hidden) = rest.split_at(at);
            to.write_all(plain.as_bytes())?;
            let mut characters = hidden.chars();
            for unit in characters.next().into_iter().flat_map(|hidden| {
                let mut units = [0; 2];
                hidden.encode_utf16(&mut units).to_vec()
            }) {
                write!(to, "\\u{unit:04x}")?;
            }
            rest = characters.as_str();
        }
        to.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped_and_read_back() {
        let text = "a\u{9b}31m\u{85}b\u{202e}c\u{feff}\u{7f}\"\\n✓🦀";
        let mut written = Vec::new();
        write(&mut written, &text).expect("JSON");
        let written = String::from_utf8(written).expect("UTF-8");
        let expected = r#""a\u009b31m\u0085b\u202ec\ufeff\u007f\"\\n✓🦀""#;
        assert_eq!(written, expected);
        assert_eq!(
            serde_json::from_str::<String>(&written).expect("JSON"),
            text
        );
    }
}
