//! Plain scalars, which have no quotes: how other YAML readers read them, and how to write texts so that
//! every reader reads the same text.
//!
//! The readers are YAML 1.1 (`PyYAML`, and ruamel.yaml where it follows it) and 1.2 (js-yaml, and
//! this program). This module knows the values of a file, but not what they are for.

/// Returns what some reader makes of the plain scalar, if not its text.
pub(super) fn other_reading(text: &str) -> Option<&'static str> {
    const BOOLEANS: [&str; 6] = ["yes", "no", "on", "off", "true", "false"];
    const NOT_FINITE: [&str; 2] = [".inf", ".nan"];
    let lower = text.to_ascii_lowercase();
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    // Readers skip underscores, but not at the start.
    let digits = unsigned.replace('_', if unsigned.starts_with('_') { "_" } else { "" });
    if BOOLEANS.contains(&lower.as_str()) {
        Some("a boolean")
    } else if ["~", "null"].contains(&lower.as_str()) {
        Some("no value")
    } else if NOT_FINITE.contains(&unsigned) || is_number(&digits) {
        Some("a number")
    } else if is_sexagesimal(&digits) {
        Some("a number in base 60")
    } else if is_timestamp(&lower) {
        Some("a date")
    } else {
        match text {
            "<<" => Some("a merge key"),
            "=" => Some("a default value"),
            _ => None,
        }
    }
}

/// Returns the text as YAML that every reader reads as this text: in quotes unless it is safe without.
pub(super) fn scalar(text: &str) -> String {
    let is_word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
    let starts = text.starts_with(|first: char| first.is_alphabetic() || first == '_');
    if starts && text.chars().all(is_word) && other_reading(text).is_none() {
        text.to_owned()
    } else {
        double_quoted(text)
    }
}

/// Returns the text in double quotes, with characters escaped that can't be seen.
pub(super) fn double_quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            plain if !is_unseen(plain) => quoted.push(plain),
            unseen => match u32::from(unseen) {
                code @ ..=0xffff => quoted += &format!("\\u{code:04x}"),
                code => quoted += &format!("\\U{code:08x}"),
            },
        }
    }
    quoted.push('"');
    quoted
}

/// Returns whether the character has no glyph of its own, or that of a space.
pub(super) fn is_unseen(character: char) -> bool {
    is_odd_space(character) || is_ignorable(character) || character.is_control()
}

/// Returns whether the character looks like a space or like nothing, but isn't YAML's space.
pub(super) fn is_odd_space(character: char) -> bool {
    let is_blank = character.is_whitespace() && !matches!(character, ' ' | '\t' | '\n' | '\r');
    is_blank || matches!(character, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// Returns where a plain scalar has an odd space instead of YAML's own: at its start or end, or
/// after the mark of a key or an item.
pub(super) fn misplaced_space(text: &str) -> Option<usize> {
    let mut before = None;
    for (offset, character) in text.char_indices() {
        let ends = offset + character.len_utf8() == text.len();
        let follows_mark = before == Some(':') || text[..offset].trim_start() == "-";
        if is_odd_space(character) && (offset == 0 || ends || follows_mark) {
            return Some(offset);
        }
        before = Some(character);
    }
    None
}

/// Names an odd space for a message: `a no-break space (U+00A0)`.
pub(super) fn name_of(space: char) -> String {
    let name = match space {
        '\u{a0}' => "a no-break space",
        '\u{200b}' => "a zero-width space",
        '\u{202f}' => "a narrow no-break space",
        '\u{2060}' => "a word joiner",
        '\u{3000}' => "an ideographic space",
        '\u{feff}' => "a byte order mark",
        _ => "an unusual space",
    };
    format!("{name} (U+{:04X})", u32::from(space))
}

/// Returns whether Unicode defines the character as invisible: joiners, direction marks, variation
/// selectors, the soft hyphen, tags.
pub(super) fn is_ignorable(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Returns whether this is a number in any base and notation, without sign and underscores.
fn is_number(text: &str) -> bool {
    let based = |prefix, base| {
        let digits = text.strip_prefix(prefix);
        digits.is_some_and(|digits: &str| {
            !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(base))
        })
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_decimal = is_digits(whole)
        && is_digits(decimals)
        && mantissa.len() > usize::from(mantissa.contains('.'))
        && !exponent.trim_start_matches(['+', '-']).is_empty()
        && is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    is_decimal || based("0x", 16) || based("0o", 8) || based("0b", 2)
}

/// Returns whether these are digits separated by colons, which YAML 1.1 reads like hours and
/// minutes. Without decimals, the first isn't 0: `09:30` is text.
fn is_sexagesimal(text: &str) -> bool {
    let (whole, decimals) = match text.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (text, None),
    };
    let Some((first, rest)) = whole.split_once(':') else {
        return false;
    };
    let is_part = |part: &str| is_part(part, 2) && (part.len() == 1 || part < "60");
    !first.is_empty()
        && is_digits(first)
        && (decimals.is_some() || !first.starts_with('0'))
        && is_digits(decimals.unwrap_or_default())
        && rest.split(':').all(is_part)
}

/// Returns whether this is a date, with or without a time, in lower case. No YAML program reads a
/// time without seconds.
fn is_timestamp(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let [year, month, rest] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let (day, time) = rest.split_at(rest.find(is_no_digit).unwrap_or(rest.len()));
    let is_date = year.len() == 4 && is_digits(year) && is_part(month, 2) && is_part(day, 2);
    is_date && (time.is_empty() || is_time(time))
}

/// Returns whether this can follow the day: `t` or spaces, hours, minutes, seconds and an offset.
fn is_time(text: &str) -> bool {
    const BLANKS: [char; 2] = [' ', '\t'];
    let after = text
        .strip_prefix('t')
        .unwrap_or(text.trim_start_matches(BLANKS));
    let mut parts = after.splitn(3, ':');
    let [hour, minute, rest] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let (second, rest) = rest.split_at(rest.find(is_no_digit).unwrap_or(rest.len()));
    let decimals = rest.strip_prefix('.').unwrap_or(rest);
    let offset = decimals.trim_start_matches(|character| !is_no_digit(character));
    let offset = offset.trim_start_matches(BLANKS);
    let is_offset = match offset.strip_prefix(['+', '-']) {
        Some(offset) => {
            let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "00"));
            is_part(hours, 2) && minutes.len() == 2 && is_digits(minutes)
        }
        None => ["", "z"].contains(&offset),
    };
    after.len() < text.len()
        && [hour, minute, second].iter().all(|part| is_part(part, 2))
        && is_offset
}

fn is_part(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && is_digits(text)
}

fn is_no_digit(character: char) -> bool {
    !character.is_ascii_digit()
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_takes_for_something_else_is_known() {
        for (texts, reading) in [
            ("yes No ON off True fALSE", "a boolean"),
            ("~ null NULL", "no value"),
            (
                "0 +1 -7 00123 08 1_000 0o17 0x1F 0X1f 0b1 -0x_1f 1. .5 -.5 ._1 1_ 1e3 1.5E+3 .5e-3 \
                 .inf -.Inf +.INF .NaN",
                "a number",
            ),
            ("1:30 12:30:45 -1:30 1:30.5 01:30.", "a number in base 60"),
            (
                "2026-03-01 2026-3-1 2026-03-01t09:30:00.5Z 2026-3-1T9:30:00+01:00",
                "a date",
            ),
            ("<<", "a merge key"),
            ("=", "a default value"),
        ] {
            for text in texts.split(' ') {
                assert_eq!(other_reading(text), Some(reading), "{text}");
            }
        }
        assert_eq!(other_reading("2026-03-01 12:30:45 +01:00"), Some("a date"));
    }

    #[test]
    fn other_texts_are_texts() {
        for text in [
            "",
            "a",
            "y",
            "n",
            "v1",
            "1a",
            "1.2.3",
            "v1.2",
            "_1",
            "_",
            ".",
            "+",
            "e3",
            "1e",
            "1e+",
            "0x",
            "0o8",
            "0b2",
            "0xg",
            "inf",
            "nan",
            "1:",
            ":30",
            "1:300",
            "1:99",
            "09:30",
            "0121:30",
            "2025-03-01T09:00:00Z00",
            "2026-3-1T9:30:00+01:00012",
            "1:30:",
            "1:3.5:2",
            "2026-03",
            "2026-03-01-2",
            "2026-03-01 launch",
            "2026-03-01T09:30",
            "2026-03-01T",
            "26-03-01",
            "yes!",
            "no no",
            "==",
            "<",
            "1/2",
            "50%",
            "1,000",
            "١٢",
        ] {
            assert_eq!(other_reading(text), None, "{text}");
        }
    }

    #[test]
    fn texts_are_quoted_where_they_must_be() {
        for (text, written) in [
            ("blue", "blue"),
            ("Цена_1-b", "Цена_1-b"),
            ("no", "\"no\""),
            ("1", "\"1\""),
            ("a b", "\"a b\""),
            ("-a", "\"-a\""),
            ("", "\"\""),
            ("a\"\\\n\t", "\"a\\\"\\\\\\n\\t\""),
            ("a\u{200b}\u{a0}\u{0}", "\"a\\u200b\\u00a0\\u0000\""),
            ("\u{e0020}", "\"\\U000e0020\""),
        ] {
            assert_eq!(scalar(text), written);
        }
    }
}
