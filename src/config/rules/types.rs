//! `type`: a value of another type than its key wants.

use crate::config::report::Report;
use crate::config::section::At;
use crate::config::text::Text;
use crate::config::tree::{Node, Value};
use crate::config::words::quoted;
use crate::config::written::WholeNumber;
use crate::diagnostic::{Rule, Severity};

use super::keys;

/// A value has the type that its key wants.
pub static TYPE: Rule = Rule {
    code: "type",
    severity: Severity::Error,
    what: "Every value has the type that its key wants: text, a number, a list or a mapping.",
    why: "YAML reads a bare `1` as a number and, in many programs, a bare `no` as false. Guessing \
          what was meant could give a variant another name than the one that the service asks for.",
    example: "variants: [control, 1]",
    mend: "Quote text that looks like something else (`\"1\"`, `\"no\"`); write numbers without \
           quotes, in plain digits.",
};

/// What YAML 1.1 programs read as booleans, besides `true` and `false`.
const OLD_BOOLEANS: [&str; 4] = ["yes", "no", "on", "off"];

fn wrong(at: &At<'_>, wanted: &str, help: impl Into<String>, report: &mut Report) {
    let found = match &at.node.value {
        Value::Null => "has no value".to_owned(),
        value @ (Value::List(_) | Value::Map(_)) => format!("is {}", value.kind()),
        Value::Text(_) => format!("is the text {}", quoted(at.raw().trim_matches(['"', '\'']))),
        value => format!(
            "is {} {}",
            value.kind().replacen("a ", "the ", 1),
            shown(at)
        ),
    };
    let message = format!("`{}` {found}, but {wanted} is wanted", at.path);
    report.at(&TYPE, &at.place, &at.path, message, help);
}

/// The value as written, without quotes around it: numbers and booleans need none.
fn shown(at: &At<'_>) -> String {
    let quoted = quoted(at.raw());
    quoted[1..quoted.len() - 1].to_owned()
}

/// The help for a key without a value.
const NO_VALUE: &str = "give it a value, or leave the key out if it has a default";

/// The value as text. Only what every YAML program reads as text is text.
pub(in crate::config) fn text(at: &At<'_>, report: &mut Report) -> Option<String> {
    let help = match &at.node.value {
        Value::Text(text) => {
            let is_plain = at.raw() == text.as_str();
            if is_plain && OLD_BOOLEANS.contains(&text.to_lowercase().as_str()) {
                let message = format!(
                    "`{}` is a bare `{text}`, which many programs read as a boolean, but text is \
                     wanted",
                    at.path
                );
                let help = format!("quote it: \"{text}\"");
                report.at(&TYPE, &at.place, &at.path, message, help);
                return None;
            }
            if text.contains('\0') {
                let message = format!(
                    "`{}` holds a NUL character, which separates the inputs of the hash",
                    at.path
                );
                report.at(&TYPE, &at.place, &at.path, message, "remove the `\\0`");
                return None;
            }
            return Some(text.clone());
        }
        Value::Null if at.raw().is_empty() => NO_VALUE.to_owned(),
        Value::Null | Value::Bool | Value::Number(..) => {
            format!("quote it: \"{}\"", shown(at))
        }
        Value::List(_) | Value::Map(_) => "write a single value, in quotes if need be".to_owned(),
    };
    wrong(at, "text", help, report);
    None
}

/// The value as text that isn't empty.
pub(in crate::config) fn filled_text(at: &At<'_>, report: &mut Report) -> Option<String> {
    let text = text(at, report)?;
    if text.trim().is_empty() {
        keys::empty(at, report);
        return None;
    }
    Some(text)
}

/// The value as a number, which may be infinite or no number at all (`.nan`).
pub(in crate::config) fn number(at: &At<'_>, report: &mut Report) -> Option<f64> {
    if let Value::Number(value, _) = at.node.value {
        return Some(value);
    }
    wrong(at, "a number", number_help(at, "0.5"), report);
    None
}

/// The value as a whole number.
pub(in crate::config) fn whole(at: &At<'_>, report: &mut Report) -> Option<WholeNumber> {
    if let Value::Number(value, integer) = at.node.value {
        let digits = at.raw().trim_start_matches(['+', '-']);
        match integer {
            Some(integer) => return Some(WholeNumber::Small(integer)),
            None if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Some(WholeNumber::Huge(value));
            }
            None => {}
        }
    }
    wrong(at, "a whole number", number_help(at, "100"), report);
    None
}

/// The value as a whole number of 64 bits.
pub(in crate::config) fn priority(at: &At<'_>, report: &mut Report) -> Option<i64> {
    match whole(at, report)? {
        WholeNumber::Small(number) => Some(number),
        WholeNumber::Huge(_) => {
            let help = format!("write a number from {} to {}", i64::MIN, i64::MAX);
            wrong(at, "a whole number of 64 bits", help, report);
            None
        }
    }
}

fn number_help(at: &At<'_>, example: &str) -> String {
    match &at.node.value {
        Value::Null => NO_VALUE.to_owned(),
        Value::Text(text) if at.raw() != text && text.trim().parse::<f64>().is_ok() => {
            format!("remove the quotes: {}", text.trim())
        }
        Value::Text(text) if text.trim().ends_with('%') => {
            let percent: Option<f64> = text.trim().trim_end_matches('%').trim().parse().ok();
            percent.filter(|percent| percent.is_finite()).map_or_else(
                || format!("write a number, such as {example}"),
                |percent| {
                    let fraction = crate::config::words::decimal(percent / 100.0);
                    format!("write the fraction: {fraction}")
                },
            )
        }
        _ => format!("write a number in plain digits, such as {example}"),
    }
}

/// The value as a list.
pub(in crate::config) fn list<'a>(at: &At<'a>, report: &mut Report) -> Option<&'a [Node]> {
    if let Value::List(items) = &at.node.value {
        return Some(items);
    }
    let help = "write a list: one `- item` a line, or `[a, b]`; `[]` for none";
    wrong(at, "a list", help, report);
    None
}

/// The value as a mapping.
pub(in crate::config) fn map<'a>(at: &At<'a>, report: &mut Report) -> Option<&'a [(Node, Node)]> {
    if let Value::Map(pairs) = &at.node.value {
        return Some(pairs);
    }
    wrong(at, "a mapping", "write one `key: value` a line", report);
    None
}

/// Reports a file that holds something else than a layer.
pub(in crate::config) fn no_layer(text: &Text<'_>, root: &Node, report: &mut Report) {
    let message = match &root.value {
        Value::Null => "the file is empty, but a layer is wanted".to_owned(),
        value => format!("the file holds {}, but a layer is wanted", value.kind()),
    };
    let help = "write the layer's keys, `layer_id` and `layer_salt` first, or remove the file";
    report.at(&TYPE, &text.start(), "", message, help);
}
