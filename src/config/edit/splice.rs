//! Where a value is written, or where its key is to be inserted: replacements of ranges of bytes.
//!
//! The ranges are those of the tree. What they don't say (where a flow collection ends, how far a line
//! goes) is read from the text. A wrong guess does no harm: the result is read back and compared.

use std::ops::Range;

use super::super::node::Level;
use super::super::plain::{double_quoted, is_unseen, scalar};
use super::super::tree::{YamlNode, YamlValue};
use super::file_edit::{Obstacle, ScalarValue};

/// New text for a range of bytes.
#[derive(Clone, Debug)]
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) text: String,
    /// Where the value begins in `text`.
    pub(super) value_start: usize,
}

/// Replaces a scalar, keeping its quotes if it stays a text.
pub(super) fn replace(
    text: &str,
    (key, node): (&YamlNode, &YamlNode),
    value: &ScalarValue,
) -> Result<Splice, Obstacle> {
    if matches!(node.value, YamlValue::List(_) | YamlValue::Map(_)) {
        return Err(Obstacle::NotScalar);
    }
    if node.range != node.written {
        return Err(Obstacle::Alias);
    }
    let written = trimmed(text, &node.range);
    // A key without a value has no place of its own.
    if written.is_empty() {
        return Err(Obstacle::Absent);
    }
    let old = &text[written.clone()];
    // A plain scalar of several lines is one text as well.
    if old.contains('\n') || old.starts_with(['|', '>']) {
        return Err(Obstacle::SeveralLines);
    }
    let new = match value {
        ScalarValue::Text(new) | ScalarValue::Date(new) if old.starts_with('"') => {
            double_quoted(new)
        }
        ScalarValue::Text(new) | ScalarValue::Date(new) if old.starts_with('\'') => {
            single_quoted(new)
        }
        value => quoted_like(text, key, value),
    };
    Ok(Splice {
        range: written,
        text: new,
        value_start: 0,
    })
}

/// Gives a value to a key that has none (`status:`).
pub(super) fn fill(text: &str, key: &YamlNode, value: &ScalarValue) -> Result<Splice, Obstacle> {
    let end = trimmed(text, &key.range).end;
    let colon = text[end..].find(':').ok_or(Obstacle::Entangled)?;
    let at = end + colon + 1;
    Ok(Splice {
        range: at..at,
        text: format!(" {}", quoted_like(text, key, value)),
        value_start: 1,
    })
}

/// Removes a key with its value; `None` if more would go with them: a comment, the dash of a list, an anchor, or
/// another key of the line.
pub(super) fn remove(
    text: &str,
    mapping: &YamlNode,
    pairs: &[(YamlNode, YamlNode)],
    (key, node): &(YamlNode, YamlNode),
) -> Option<Splice> {
    let end = end_of(text, node)?;
    let value = trimmed(text, &node.range);
    let is_alone = text[after_colon(text, key)..value.start].trim().is_empty();
    let is_scalar = !matches!(node.value, YamlValue::List(_) | YamlValue::Map(_));
    if !is_alone || !is_scalar || node.range != node.written || text[value].contains('\n') {
        return None;
    }
    let range = if is_flow(text, mapping) {
        let index = pairs
            .iter()
            .position(|(other, _)| other.range == key.range)?;
        let (_, before) = pairs.get(index.checked_sub(1)?)?;
        let start = end_of(text, before)?;
        (text[start..key.range.start].trim() == ",").then_some(start..end)?
    } else {
        let line = text[..key.range.start].rfind('\n')? + 1;
        let rest = text[end..].split('\n').next().unwrap_or_default();
        let around = [&text[line..key.range.start], rest];
        let is_whole_line = around.iter().all(|it| it.trim().is_empty());
        let next = (end + rest.len() + 1).min(text.len());
        is_whole_line.then_some(line..next)?
    };
    Some(Splice {
        range,
        text: String::new(),
        value_start: 0,
    })
}

/// Inserts a key with a value into a mapping, after the key that comes before it in the order of the
/// docs. Returns the index of the new pair, too.
pub(super) fn insert(
    text: &str,
    level: Level,
    mapping: &YamlNode,
    pairs: &[(YamlNode, YamlNode)],
    (key, value): (&str, &ScalarValue),
) -> Result<(usize, Splice), Obstacle> {
    let order = level.keys();
    let rank = |key: &str| order.iter().position(|known| *known == key);
    let rank_of = |pair: &(YamlNode, YamlNode)| match &pair.0.value {
        YamlValue::Text(key) => rank(key),
        _ => None,
    };
    let before = pairs
        .iter()
        .enumerate()
        .filter(|(_, pair)| rank_of(pair) < rank(key))
        .max_by_key(|(_, pair)| rank_of(pair));
    let (index, (last_key, last_value)) = before.ok_or(Obstacle::Absent)?;
    let end = end_of(text, last_value).unwrap_or_else(|| after_colon(text, last_key));
    if is_flow(text, mapping) {
        // In a file that is JSON, too, everything is quoted.
        let key = if text[last_key.range.clone()].starts_with('"') {
            double_quoted(key)
        } else {
            key.to_owned()
        };
        let pair = format!("{key}: {}", quoted_like(text, last_key, value));
        let value_start = key.len() + 2;
        return Ok((
            index + 1,
            Splice {
                range: end..end,
                text: format!(", {pair}"),
                value_start: value_start + 2,
            },
        ));
    }
    let (at, line_break) = after_line(text, end)?;
    let pair = format!("{key}: {}", plain(value));
    let value_start = key.len() + 2;
    let indent = indent(text, pairs);
    let head = format!("{line_break}{indent}");
    Ok((
        index + 1,
        Splice {
            range: at..at,
            value_start: head.len() + value_start,
            text: head + &pair,
        },
    ))
}

/// Returns the end of the line on which a value ends, where a new line can begin, and the line break.
pub(super) fn after_line(text: &str, end: usize) -> Result<(usize, &'static str), Obstacle> {
    let rest = text[end..].split('\n').next().unwrap_or_default();
    let has_break = end + rest.len() < text.len();
    let line = rest.trim_end_matches('\r');
    // Behind the value there may be a comment, which is the value's.
    if !line.trim_start_matches([' ', '\t']).is_empty() && !line.trim_start().starts_with('#') {
        return Err(Obstacle::Entangled);
    }
    let line_break = if has_break && rest.ends_with('\r') || !has_break && text.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    Ok((end + line.len(), line_break))
}

/// Returns the indentation of a block mapping's keys.
pub(super) fn indent(text: &str, pairs: &[(YamlNode, YamlNode)]) -> String {
    let prefix = |(key, _): &(YamlNode, YamlNode)| {
        let before = &text[..key.range.start];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        before[start..].trim_start_matches('\u{feff}')
    };
    let mut prefixes = pairs.iter().map(prefix);
    let whole = prefixes.find(|prefix| prefix.chars().all(|character| character == ' '));
    let first = || " ".repeat(pairs.first().map_or("", prefix).chars().count());
    whole.map_or_else(first, str::to_owned)
}

pub(super) fn is_flow(text: &str, node: &YamlNode) -> bool {
    let start = after_properties(text, node.range.start);
    // A block list begins where its first item does, which may be a flow mapping.
    let opening = match node.value {
        YamlValue::List(_) => '[',
        _ => '{',
    };
    text[start..].starts_with(opening)
}

/// Skips an anchor and a tag in front of a value.
pub(super) fn after_properties(text: &str, start: usize) -> usize {
    let mut rest = &text[start..];
    while rest.starts_with(['&', '!']) {
        rest = rest.trim_start_matches(|character: char| !character.is_whitespace());
        rest = rest.trim_start();
    }
    text.len() - rest.len()
}

/// Returns where a value ends; `None` for one that isn't written.
pub(super) fn end_of(text: &str, node: &YamlNode) -> Option<usize> {
    let is_alias = node.range != node.written;
    let children: Vec<&YamlNode> = match &node.value {
        YamlValue::List(items) if !is_alias => items.iter().collect(),
        YamlValue::Map(pairs) if !is_alias => {
            pairs.iter().flat_map(|(key, value)| [key, value]).collect()
        }
        _ => {
            let written = trimmed(text, &node.range);
            return (!written.is_empty()).then_some(written.end);
        }
    };
    let inner = children.into_iter().rev().find_map(|it| end_of(text, it));
    if !is_flow(text, node) {
        return inner;
    }
    let start = inner.unwrap_or_else(|| after_properties(text, node.range.start) + 1);
    closing_bracket(text, start).map(|at| at + 1)
}

/// Returns the next closing bracket behind the last value of a flow collection.
fn closing_bracket(text: &str, from: usize) -> Option<usize> {
    let mut in_comment = false;
    for (offset, character) in text[from..].char_indices() {
        match character {
            '\n' => in_comment = false,
            _ if in_comment => {}
            ']' | '}' => return Some(from + offset),
            '#' => in_comment = true,
            ',' | ':' => {}
            blank if blank.is_whitespace() => {}
            _ => return None,
        }
    }
    None
}

pub(super) fn after_colon(text: &str, key: &YamlNode) -> usize {
    let end = trimmed(text, &key.range).end;
    text[end..].find(':').map_or(end, |colon| end + colon + 1)
}

/// Returns the range without the white space at its end.
fn trimmed(text: &str, range: &Range<usize>) -> Range<usize> {
    let written = text.get(range.clone()).unwrap_or_default();
    range.start..range.start + written.trim_end().len()
}

/// Writes a value without quotes, unless its key has double ones: then the file may be JSON, too.
fn quoted_like(text: &str, key: &YamlNode, value: &ScalarValue) -> String {
    match value {
        ScalarValue::Text(new) | ScalarValue::Date(new)
            if text[key.range.clone()].starts_with('"') =>
        {
            double_quoted(new)
        }
        value => plain(value),
    }
}

fn plain(value: &ScalarValue) -> String {
    match value {
        ScalarValue::Integer(_)
        | ScalarValue::Number(_)
        | ScalarValue::Date(_)
        | ScalarValue::Null => value.to_string(),
        ScalarValue::Text(text) => scalar(text),
    }
}

/// Returns the text in single quotes, or in double ones if it needs escapes.
fn single_quoted(text: &str) -> String {
    if text.chars().any(is_unseen) {
        return double_quoted(text);
    }
    format!("'{}'", text.replace('\'', "''"))
}
