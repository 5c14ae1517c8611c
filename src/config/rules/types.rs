//! `type`: a value of another type than its key needs.

use crate::config::file_report::{FileReport, decimal, quoted};
use crate::config::node::LocatedNode;
use crate::config::plain;
use crate::config::text::Text;
use crate::config::tree::{YamlNode, YamlValue};
use crate::config::written::WholeNumber;
use crate::diagnostic::{Rule, Severity};
use crate::domain::MAX_TOTAL_SLOTS;

use super::{dates, keys};

/// Every value has the type that its key needs.
pub static TYPE: Rule = Rule {
    code: "type",
    severity: Severity::Error,
    what: "Every value has the type that its key needs: text, a number, a list or a mapping.",
    why: "YAML reads a bare `1` as a number and, in many programs, a bare `no` as false, `12:30` as \
          750 and `2026-03-01` as a date. Guessing what was meant could give a variant another name \
          than the one that the service asks for. A no-break space next to a value is part of it.",
    example: "variants: [control, 1]",
    fix: "Quote text that looks like something else (`\"1\"`, `\"no\"`); write numbers without \
           quotes, in plain digits.",
};

/// Reports a value of another type than `wanted`.
fn wrong(at: &LocatedNode<'_>, wanted: &str, help: impl Into<String>, report: &mut FileReport) {
    let help = match at.node.value {
        YamlValue::Null if at.raw().is_empty() => no_value_help(at),
        _ => help.into(),
    };
    wrong_type(at, wanted, help, report);
}

fn wrong_type(at: &LocatedNode<'_>, wanted: &str, help: String, report: &mut FileReport) {
    if report_odd_space(at, NO_QUOTES, report).is_some() {
        return;
    }
    let found = match &at.node.value {
        YamlValue::Null => "no value".to_owned(),
        value @ (YamlValue::List(_) | YamlValue::Map(_)) => value.kind().to_owned(),
        YamlValue::Text(_) => format!("the text {}", quoted(at.raw().trim_matches(['"', '\'']))),
        value => format!("{} {}", value.kind().replacen("a ", "the ", 1), shown(at)),
    };
    let message = format!("`{}`: expected {wanted}, found {found}", at.path);
    report.at(&TYPE, &at.span, &at.path, message, help);
}

/// The help for an odd space where quotes would be wrong too.
const NO_QUOTES: &str = "remove it, or replace it with a space where one is needed";

/// Reports an odd space, which YAML treats as part of a plain text, in place of YAML's own; returns
/// the text without it.
fn report_odd_space(at: &LocatedNode<'_>, help: &str, report: &mut FileReport) -> Option<String> {
    let raw = at.raw();
    let offset = plain::misplaced_space(raw).filter(|_| at.is_plain())?;
    let character = raw[offset..].chars().next()?;
    let start = at.node.written.start + offset;
    let span = at.text.character_at(start);
    let message = format!(
        "found {}, which YAML treats as part of the text",
        plain::name_of(character)
    );
    report.at(&TYPE, &span, &at.path, message, help);
    Some(raw.replace(plain::is_odd_space, " ").trim().to_owned())
}

/// Returns the value as written, without quotes.
fn shown(at: &LocatedNode<'_>) -> String {
    let quoted = quoted(at.raw());
    quoted[1..quoted.len() - 1].to_owned()
}

fn no_value_help(at: &LocatedNode<'_>) -> String {
    let key = at.path.rsplit('.').next().unwrap_or_default();
    match keys::example(key) {
        _ if key.ends_with(']') => "give it a value, or remove it".to_owned(),
        Some(example) => format!("give it a value, such as `{example}`"),
        None if at.path.contains("allocation") => "give it a value, such as 0.5".to_owned(),
        None => "give it a value, or leave the key out for its default".to_owned(),
    }
}

/// Returns the value as text. Only what every YAML program reads as text is text.
pub(in crate::config) fn text(at: &LocatedNode<'_>, report: &mut FileReport) -> Option<String> {
    text_or(at, None, report)
}

/// Returns the value as text; for anything else the help proposes `instead`.
fn text_or(at: &LocatedNode<'_>, instead: Option<&str>, report: &mut FileReport) -> Option<String> {
    let proposed = |text: &str| match instead {
        Some(instead) => format!("write {}", plain::scalar(instead)),
        None => format!("quote it: {}", plain::double_quoted(text)),
    };
    match &at.node.value {
        YamlValue::Text(text) => {
            let help = "replace it with a space, or quote the text if it is meant";
            if at.is_plain() && report_odd_space(at, help, report).is_some() {
                return None;
            }
            if let Some(reading) = plain::other_reading(text).filter(|_| at.is_plain()) {
                let message = format!(
                    "`{}`: expected text, found a bare `{text}`, which many programs read as \
                     {reading}",
                    at.path
                );
                report.at(&TYPE, &at.span, &at.path, message, proposed(text));
                return None;
            }
            if text.contains('\0') {
                let message = format!(
                    "`{}` holds a NUL character, which separates the inputs of the hash",
                    at.path
                );
                report.at(&TYPE, &at.span, &at.path, message, "remove the `\\0`");
                return None;
            }
            Some(text.clone())
        }
        YamlValue::Null | YamlValue::Bool | YamlValue::Number(..) => {
            match instead {
                Some(_) => wrong_type(at, "text", proposed(at.raw()), report),
                None => wrong(at, "text", proposed(at.raw()), report),
            }
            None
        }
        YamlValue::List(_) | YamlValue::Map(_) => {
            let help = "write a single value, in quotes if need be";
            wrong(at, "text", help, report);
            None
        }
    }
}

/// Returns the value as a key. An odd space in it is reported and dropped, so that the intended key
/// isn't missing.
pub(in crate::config) fn key(at: &LocatedNode<'_>, report: &mut FileReport) -> Option<String> {
    match &at.node.value {
        // Rules that know the keys report it.
        YamlValue::Text(text) if text == "<<" => Some(text.clone()),
        YamlValue::Text(_) if at.is_plain() => {
            report_odd_space(at, NO_QUOTES, report).or_else(|| text(at, report))
        }
        _ => text(at, report),
    }
}

/// Returns a reader of one of a few words; the key's own rule checks which.
pub(in crate::config) fn word<'a>(
    names: &'a [&'a str],
) -> impl FnOnce(&LocatedNode<'_>, &mut FileReport) -> Option<String> + 'a {
    move |at, report| {
        if let YamlValue::Text(text) = &at.node.value {
            return report_odd_space(at, NO_QUOTES, report)
                .is_none()
                .then(|| text.clone());
        }
        let help = format!("write one of {}", names.join(", "));
        wrong(at, "one of a few words", help, report);
        None
    }
}

/// Returns the value as a date, not yet parsed. A bare date is one in every YAML program.
pub(in crate::config) fn date(at: &LocatedNode<'_>, report: &mut FileReport) -> Option<String> {
    if let YamlValue::Text(text) = &at.node.value {
        return report_odd_space(at, NO_QUOTES, report)
            .is_none()
            .then(|| text.clone());
    }
    wrong(at, "a date", dates::help(at.raw()), report);
    None
}

/// Returns the value as text that isn't empty.
pub(in crate::config) fn filled_text(
    at: &LocatedNode<'_>,
    report: &mut FileReport,
) -> Option<String> {
    filled_text_or(None)(at, report)
}

/// Returns the value as text that isn't empty; `instead` is what it should be, if that is known.
pub(in crate::config) fn filled_text_or(
    instead: Option<&str>,
) -> impl FnOnce(&LocatedNode<'_>, &mut FileReport) -> Option<String> {
    move |at, report| {
        let text = text_or(at, instead, report)?;
        if text.trim().is_empty() {
            keys::empty(at, report);
            return None;
        }
        Some(text)
    }
}

/// Returns the value as a number, which may be infinite or not a number (`.nan`).
pub(in crate::config) fn number(at: &LocatedNode<'_>, report: &mut FileReport) -> Option<f64> {
    if let YamlValue::Number(value, _) = at.node.value {
        return Some(value);
    }
    wrong(at, "a number", share_help(at), report);
    None
}

/// Returns the value as a whole number.
pub(in crate::config) fn whole(
    at: &LocatedNode<'_>,
    report: &mut FileReport,
) -> Option<WholeNumber> {
    if let YamlValue::Number(value, integer) = at.node.value {
        let digits = at.raw().trim_start_matches(['+', '-']);
        match integer {
            Some(integer) => return Some(WholeNumber::Small(integer)),
            None if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Some(WholeNumber::Huge(value));
            }
            None => {}
        }
    }
    wrong(at, "a whole number", whole_help(at), report);
    None
}

/// Returns the value as a whole number of 64 bits.
pub(in crate::config) fn integer(at: &LocatedNode<'_>, report: &mut FileReport) -> Option<i64> {
    match whole(at, report)? {
        WholeNumber::Small(number) => Some(number),
        WholeNumber::Huge(_) => {
            let help = format!("write a number from {} to {}", i64::MIN, i64::MAX);
            wrong(at, "a whole number of 64 bits", help, report);
            None
        }
    }
}

/// Suggests what to write for a share: every number with decimals is one.
fn share_help(at: &LocatedNode<'_>) -> String {
    let written = match &at.node.value {
        YamlValue::Text(text) => text.trim().replace('_', ""),
        _ => String::new(),
    };
    let (number, divisor) = match written.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 100.0),
        None => (written.as_str(), 1.0),
    };
    let share = number.parse::<f64>().ok().map(|number| number / divisor);
    match share.filter(|share| (0.0..=1.0).contains(share)) {
        Some(share) if divisor > 1.0 => format!("write the fraction: {}", decimal(share)),
        Some(share) if !at.is_plain() => format!("remove the quotes: {}", decimal(share)),
        Some(share) => format!("write {}", decimal(share)),
        None => "write a fraction from 0 to 1 in plain digits, such as 0.5".to_owned(),
    }
}

/// Returns what to write for a whole number: the one that is meant, if that is clear and not too large
/// for any key.
fn whole_help(at: &LocatedNode<'_>) -> String {
    let meant = match &at.node.value {
        YamlValue::Number(value, _) => value.to_string(),
        YamlValue::Text(text) => text.trim().replace('_', ""),
        _ => String::new(),
    };
    let is_plain = !meant.starts_with(['0', '+']);
    let number = meant.parse::<u32>().ok().filter(|_| is_plain);
    match number.filter(|number| *number <= MAX_TOTAL_SLOTS) {
        Some(number) if matches!(at.node.value, YamlValue::Text(_)) && !at.is_plain() => {
            format!("remove the quotes: {number}")
        }
        Some(number) => format!("write {number}"),
        None => "write a number in plain digits, such as 100".to_owned(),
    }
}

/// Returns the value as a list.
pub(in crate::config) fn list<'a>(
    at: &LocatedNode<'a>,
    report: &mut FileReport,
) -> Option<&'a [YamlNode]> {
    if let YamlValue::List(items) = &at.node.value {
        return Some(items);
    }
    let help = match &at.node.value {
        YamlValue::Map(pairs) => {
            // An odd space after the mark of an item makes it a key.
            if let Some((key, _)) = pairs.first()
                && report_odd_space(&at.key(key), NO_QUOTES, report).is_some()
            {
                return None;
            }
            "begin each item with `- `"
        }
        _ => "write a list: one `- item` per line, or `[a, b]`",
    };
    wrong(at, "a list", help, report);
    None
}

/// Returns the value as a mapping.
pub(in crate::config) fn map<'a>(
    at: &LocatedNode<'a>,
    report: &mut FileReport,
) -> Option<&'a [(YamlNode, YamlNode)]> {
    if let YamlValue::Map(pairs) = &at.node.value {
        return Some(pairs);
    }
    wrong(at, "a mapping", "write one `key: value` per line", report);
    None
}

/// Reports a file that doesn't hold a layer.
pub(in crate::config) fn no_layer(text: &Text<'_>, root: &YamlNode, report: &mut FileReport) {
    let at = LocatedNode {
        text,
        node: root,
        span: text.start(),
        path: String::new(),
    };
    if report_odd_space(&at, NO_QUOTES, report).is_some() {
        return;
    }
    let message = match &root.value {
        YamlValue::Null => "expected a layer, but the file is empty".to_owned(),
        value => format!("expected a layer, but the file holds {}", value.kind()),
    };
    let help = "write the layer's keys, `layer_id` and `layer_salt` first, or remove the file";
    report.at(&TYPE, &text.start(), "", message, help);
}
