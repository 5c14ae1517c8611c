//! Key chords: from the terminal's events, from the settings file, as hints on the screen.
//!
//! One key press is one chord, however the terminal encodes it. This module doesn't know what a chord
//! does.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyModifiers};

use crate::near::nearest;

/// A key with its modifiers, normalized: an upper-case letter has no Shift, Backtab is Shift-Tab,
/// Ctrl-letters are lower-case, and Ctrl-H, Ctrl-I, Ctrl-J and Ctrl-M are Backspace, Tab and Enter,
/// since a terminal sends the same byte for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Why a string isn't a valid key chord.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChordError {
    /// Nothing, or nothing after a modifier.
    #[error("missing key")]
    Empty,
    /// An unknown key name.
    #[error("unknown key `{name}`")]
    UnknownKey {
        /// The key as written.
        name: String,
        /// A key with a similar name.
        near: Option<&'static str>,
    },
    /// Shift with a character that already implies whether Shift is held.
    #[error("`shift-` can't be combined with `{0}`")]
    Shift(char),
}

impl ChordError {
    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::UnknownKey {
                near: Some(near), ..
            } => format!("did you mean `{near}`?"),
            Self::Shift(_) => "write the character that the keys produce, such as `?`".to_owned(),
            Self::Empty | Self::UnknownKey { .. } => {
                "write a character (`a`, `A`, `?`) or a name (`enter`, `esc`, `tab`, `shift-tab`, \
                 `space`, `up`, `f5`), with `ctrl-` or `alt-` before it if needed"
                    .to_owned()
            }
        }
    }
}

/// Keys by name; the first name of a code is the one shown.
const NAMED: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("return", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("escape", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("del", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pgup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("pgdn", KeyCode::PageDown),
    ("plus", KeyCode::Char('+')),
    ("minus", KeyCode::Char('-')),
];

const MODIFIERS: &[(&str, KeyModifiers)] = &[
    ("ctrl", KeyModifiers::CONTROL),
    ("alt", KeyModifiers::ALT),
    ("shift", KeyModifiers::SHIFT),
];

impl Chord {
    /// Returns the normalized chord of a key with modifiers.
    #[must_use]
    pub fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let mut modifiers =
            modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let mut code = code;
        if code == KeyCode::BackTab {
            code = KeyCode::Tab;
            modifiers |= KeyModifiers::SHIFT;
        }
        if let KeyCode::Char(character) = code {
            let shifted = modifiers.contains(KeyModifiers::SHIFT);
            if character != ' ' {
                modifiers -= KeyModifiers::SHIFT;
            }
            if modifiers.contains(KeyModifiers::CONTROL) {
                code = match character.to_ascii_lowercase() {
                    'h' => KeyCode::Backspace,
                    'i' => KeyCode::Tab,
                    'j' | 'm' => KeyCode::Enter,
                    other => KeyCode::Char(other),
                };
                if !matches!(code, KeyCode::Char(_)) {
                    modifiers -= KeyModifiers::CONTROL;
                }
            } else if shifted {
                code = KeyCode::Char(upper(character));
            }
        }
        Self { code, modifiers }
    }

    /// Returns whether this is Escape, which closes what is open.
    #[must_use]
    pub fn is_escape(self) -> bool {
        self == Self::new(KeyCode::Esc, KeyModifiers::NONE)
    }

    /// Returns whether this is Ctrl-C, which closes whatever is open.
    #[must_use]
    pub fn is_interrupt(self) -> bool {
        self == Self::new(KeyCode::Char('c'), KeyModifiers::CONTROL)
    }

    /// Returns whether this always closes what is open.
    #[must_use]
    pub fn leaves(self) -> bool {
        self.is_escape() || self.is_interrupt()
    }

    /// Types into a field at its end; returns whether the text changed.
    pub fn edit_text(self, text: &mut String) -> bool {
        let clears_line = self == Self::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
        match self.typed() {
            Some(character) => {
                text.push(character);
                true
            }
            None if self.code == KeyCode::Backspace => text.pop().is_some(),
            None if clears_line => {
                text.clear();
                true
            }
            None => false,
        }
    }

    /// Returns the key.
    #[must_use]
    pub fn code(self) -> KeyCode {
        self.code
    }

    /// Returns the modifiers; Shift only with keys that aren't characters.
    #[must_use]
    pub fn modifiers(self) -> KeyModifiers {
        self.modifiers
    }

    /// Returns the character that this chord types into a text field, if any.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(character)
                if !self
                    .modifiers
                    .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) =>
            {
                Some(character)
            }
            _ => None,
        }
    }

    /// Formats the chord as the footer shows it: `Ctrl-P`, `⇧Tab`, `↑`; with `ascii` `Shift-Tab`, `Up`.
    #[must_use]
    pub fn hint(self, ascii: bool) -> String {
        let mut hint = String::new();
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            hint.push_str("Ctrl-");
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            hint.push_str("Alt-");
        }
        if self.modifiers.contains(KeyModifiers::SHIFT) {
            hint.push_str(if ascii { "Shift-" } else { "⇧" });
        }
        match (self.code, ascii) {
            (KeyCode::Up, false) => hint.push('↑'),
            (KeyCode::Down, false) => hint.push('↓'),
            (KeyCode::Left, false) => hint.push('←'),
            (KeyCode::Right, false) => hint.push('→'),
            (KeyCode::PageUp, _) => hint.push_str("PgUp"),
            (KeyCode::PageDown, _) => hint.push_str("PgDn"),
            (KeyCode::Char(character), _) if character != ' ' => {
                let control = self.modifiers.contains(KeyModifiers::CONTROL);
                hint.push(if control { upper(character) } else { character });
            }
            (code, _) => hint.push_str(&capitalize(&name(code))),
        }
        hint
    }
}

impl fmt::Display for Chord {
    /// Formats the chord as the settings file spells it, so that it parses back: `ctrl-p`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (prefix, modifier) in MODIFIERS {
            if self.modifiers.contains(*modifier) {
                text.push_str(prefix);
                text.push('-');
            }
        }
        text.push_str(&name(self.code));
        f.pad(&text)
    }
}

impl FromStr for Chord {
    type Err = ChordError;

    fn from_str(text: &str) -> Result<Self, ChordError> {
        let mut rest = text.trim();
        let mut modifiers = KeyModifiers::NONE;
        while let Some((modifier, after)) = split_modifier(rest) {
            modifiers |= modifier;
            rest = after;
        }
        let mut characters = rest.chars();
        let code = match (characters.next(), characters.next()) {
            (None, _) => return Err(ChordError::Empty),
            (Some(character), None) if !character.is_control() => {
                let cased = character.is_lowercase() || character.is_uppercase();
                let alone = modifiers == KeyModifiers::SHIFT;
                if alone && !cased {
                    return Err(ChordError::Shift(character));
                }
                KeyCode::Char(character)
            }
            _ => parse_named(rest)?,
        };
        Ok(Self::new(code, modifiers))
    }
}

/// Splits off the modifier at the start of the text. A dash or plus alone is a key.
fn split_modifier(text: &str) -> Option<(KeyModifiers, &str)> {
    MODIFIERS.iter().find_map(|(prefix, modifier)| {
        let (start, rest) = text.split_at_checked(prefix.len())?;
        let rest = rest.strip_prefix(['-', '+'])?;
        start
            .eq_ignore_ascii_case(prefix)
            .then_some((*modifier, rest))
    })
}

fn parse_named(text: &str) -> Result<KeyCode, ChordError> {
    let lower = text.to_ascii_lowercase();
    if let Some((_, code)) = NAMED.iter().find(|(name, _)| *name == lower) {
        return Ok(*code);
    }
    if let Some(number) = lower
        .strip_prefix('f')
        .and_then(|number| number.parse::<u8>().ok())
        .filter(|number| (1..=24).contains(number))
    {
        return Ok(KeyCode::F(number));
    }
    let near = nearest(&lower, NAMED.iter().map(|(name, _)| *name));
    Err(ChordError::UnknownKey {
        name: crate::diagnostic::visible(text).into_owned(),
        near,
    })
}

/// Returns a key's name in the settings.
fn name(code: KeyCode) -> String {
    if let Some((name, _)) = NAMED
        .iter()
        .find(|(name, named)| *named == code && !matches!(*name, "plus" | "minus"))
    {
        return (*name).to_owned();
    }
    match code {
        KeyCode::Char(character) => character.to_string(),
        // The rest can't be written in the settings, but the terminal may send them.
        other => other.to_string().to_lowercase(),
    }
}

/// Upper-cases a character if the result is one character; `ß` stays `ß`.
fn upper(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => character,
    }
}

fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        upper(first).to_string() + characters.as_str()
    })
}

/// Appends pasted text to what was typed in a field, as one line: breaks and tabs between words are spaces, and
/// other control characters are left out.
pub(in crate::console) fn paste_text(typed: &mut String, pasted: &str) {
    let mut is_apart = true;
    for piece in pasted.split(['\n', '\r', '\t']).filter(|it| !it.is_empty()) {
        if !is_apart && !piece.starts_with(' ') {
            typed.push(' ');
        }
        is_apart = piece.ends_with(' ');
        typed.extend(piece.chars().filter(|character| !character.is_control()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_text_is_one_line_of_words() {
        for (pasted, line) in [
            ("alpha\nbeta\tgamma", "alpha beta gamma"),
            ("user_7\r\n", "user_7"),
            ("a\r\n\r\nb", "a b"),
            ("a \n b\nc \nd", "a  b c d"),
            ("  a\u{1b}[31m", "  a[31m"),
            ("\n", ""),
        ] {
            let mut typed = "> ".to_owned();
            paste_text(&mut typed, pasted);
            assert_eq!(typed, format!("> {line}"));
        }
    }

    fn chord(text: &str) -> Chord {
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Chord {
        Chord::new(code, modifiers)
    }

    #[test]
    fn one_press_is_one_chord_however_it_is_encoded() {
        let shift = KeyModifiers::SHIFT;
        let control = KeyModifiers::CONTROL;
        for (code, modifiers, text) in [
            (KeyCode::Char('a'), KeyModifiers::NONE, "a"),
            (KeyCode::Char('A'), shift, "A"),
            (KeyCode::Char('A'), KeyModifiers::NONE, "A"),
            (KeyCode::Char('a'), shift, "shift-a"),
            (KeyCode::Char('?'), shift, "?"),
            (KeyCode::Char('P'), control | shift, "Ctrl+P"),
            (KeyCode::BackTab, shift, "shift-tab"),
            (KeyCode::BackTab, KeyModifiers::NONE, "shift-tab"),
            (KeyCode::Char('h'), control, "backspace"),
            (KeyCode::Char('j'), control, "enter"),
            (KeyCode::Char(' '), KeyModifiers::NONE, "space"),
            (KeyCode::Char('-'), control, "ctrl--"),
            (KeyCode::Char('-'), KeyModifiers::NONE, "-"),
            (KeyCode::Char(':'), shift, ":"),
            (KeyCode::F(5), KeyModifiers::NONE, "F5"),
            (KeyCode::Up, KeyModifiers::ALT, "alt-up"),
        ] {
            assert_eq!(pressed(code, modifiers), chord(text), "{text}");
        }
    }

    #[test]
    fn displayed_chords_parse_back() {
        for text in [
            "a",
            "A",
            "ctrl-p",
            "shift-tab",
            "space",
            "f12",
            "ctrl-alt-x",
            "+",
            "-",
            "é",
            "pageup",
        ] {
            assert_eq!(chord(text).to_string(), text);
        }
    }

    #[test]
    fn hints_are_short() {
        for (text, unicode, ascii) in [
            ("ctrl-p", "Ctrl-P", "Ctrl-P"),
            ("shift-tab", "⇧Tab", "Shift-Tab"),
            ("up", "↑", "Up"),
            ("esc", "Esc", "Esc"),
            ("space", "Space", "Space"),
            ("f5", "F5", "F5"),
            ("A", "A", "A"),
            ("a", "a", "a"),
        ] {
            assert_eq!(chord(text).hint(false), unicode);
            assert_eq!(chord(text).hint(true), ascii);
        }
    }

    #[test]
    fn errors_say_how_to_write_a_chord() {
        let error = |text: &str| text.parse::<Chord>().expect_err(text);
        assert_eq!(error(""), ChordError::Empty);
        assert_eq!(error("ctrl-"), ChordError::Empty);
        assert_eq!(error("shift-1"), ChordError::Shift('1'));
        assert_eq!(error("entr").help(), "did you mean `enter`?");
        assert_eq!(error("f99").to_string(), "unknown key `f99`");
        assert!(
            matches!(error("ab\u{1b}"), ChordError::UnknownKey { name, .. } if name == "ab\\u{1b}")
        );
    }

    #[test]
    fn text_is_typed() {
        assert_eq!(chord("A").typed(), Some('A'));
        assert_eq!(chord("space").typed(), Some(' '));
        assert_eq!(chord("ctrl-a").typed(), None);
        assert_eq!(chord("enter").typed(), None);
    }
}
