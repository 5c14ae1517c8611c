//! `missing-key`, `unknown-key`, `duplicate-key`, `slots-unsupported`: which keys there are.

use crate::config::file_report::{FileReport, quoted};
use crate::config::node::{Level, LocatedNode};
use crate::config::written::Written;
use crate::diagnostic::{Rule, Severity, Span};
use crate::domain::ATTRIBUTES;
use crate::near::nearest;

/// Every required key is present and isn't empty.
pub static MISSING_KEY: Rule = Rule {
    code: "missing-key",
    severity: Severity::Error,
    what: "A layer has `layer_id` and `layer_salt`; an experiment has `experiment_id`, `layer_id`, \
           `name`, `variants` and `traffic_allocation`. None of them is empty.",
    why: "No default could be right: the ids and the salt decide which variant a unit gets.",
    example: "layer_id: checkout\n# no layer_salt",
    fix: "Add the key.",
};

/// No key is unknown.
pub static UNKNOWN_KEY: Rule = Rule {
    code: "unknown-key",
    severity: Severity::Error,
    what: "Every key is one that a layer or an experiment has.",
    why: "A misspelled key would silently mean its default: without `traffic_percentage`, 100% of \
          the traffic.",
    example: "traffic_percentge: 0.05",
    fix: "Correct the spelling, move the key to where it belongs, or remove it.",
};

/// No mapping has a key twice.
pub static DUPLICATE_KEY: Rule = Rule {
    code: "duplicate-key",
    severity: Severity::Error,
    what: "A mapping has each key only once.",
    why: "Programs differ in which of the two values they take, and silently lose the other.",
    example: "status: draft\nstatus: active",
    fix: "Remove one of them.",
};

/// `slots` isn't used.
pub static SLOTS_UNSUPPORTED: Rule = Rule {
    code: "slots-unsupported",
    severity: Severity::Error,
    what: "An experiment doesn't name its slots.",
    why: "Slots are placed so that no unit loses its variant; slots chosen by hand can't promise \
          that.",
    example: "slots: [0, 1, 2]",
    fix: "Set the share with `traffic_percentage`.",
};

/// Returns a required key with an example value.
pub(in crate::config) fn example(key: &str) -> Option<String> {
    let value = match key {
        "layer_salt" => "checkout_2026",
        _ => ATTRIBUTES.iter().find(|row| row.key == key)?.example?,
    };
    Some(format!("{key}: {value}"))
}

/// Reports a required key that is missing; `example` is a line for the help, if not the usual one.
pub(in crate::config) fn missing(
    key: &str,
    example: Option<&str>,
    span: &Span,
    path: &str,
    report: &mut FileReport,
) {
    let message = format!("`{key}` is missing");
    let usual = self::example(key);
    let line = example.or(usual.as_deref()).unwrap_or(key);
    let help = format!("add it, such as `{line}`");
    report.at(&MISSING_KEY, span, path, message, help);
}

/// Reports a required text that is empty.
pub(in crate::config) fn empty(at: &LocatedNode<'_>, report: &mut FileReport) {
    let message = format!("`{}` is empty", at.path);
    let help = "give it a value that isn't blank";
    report.at(&MISSING_KEY, &at.span, &at.path, message, help);
}

/// Reports a key that its mapping has already, on `line`.
pub(in crate::config) fn duplicate(key: &Written<String>, line: usize, report: &mut FileReport) {
    let message = format!(
        "duplicate key {}; first defined on line {line}",
        quoted(&key.value)
    );
    report.on(&DUPLICATE_KEY, key, message, "remove one of the two");
}

/// Reports an unknown key, and returns the known one that was obviously meant, if any.
pub(in crate::config) fn unknown(
    key: &Written<String>,
    level: Level,
    is_given: impl Fn(&str) -> bool,
    report: &mut FileReport,
) -> Option<&'static str> {
    let name = key.value.as_str();
    if level == Level::Experiment && name == "slots" {
        let message = "`slots` is not supported: slots are placed by the program";
        let help = if is_given("traffic_percentage") {
            "remove it: `traffic_percentage` is given, the share of the layer's slots"
        } else {
            "use `traffic_percentage`, the share of the layer's slots"
        };
        report.on(&SLOTS_UNSUPPORTED, key, message, help);
        return Some("traffic_percentage");
    }
    let (own, other) = (level.keys(), level.other());
    let shown = quoted(name);
    let not_one = format!("unknown key {shown} in {}", level.name());
    if name == "<<" {
        let help = "merge keys aren't supported: write the keys out";
        report.on(&UNKNOWN_KEY, key, not_one, help);
    } else if other.keys().contains(&name) {
        let message = format!(
            "key {shown} belongs in the {}, not in the {}",
            other.name(),
            level.name()
        );
        let help = match level {
            Level::Layer => "move it into the experiment, below `experiments`, or remove it",
            Level::Experiment => "move it to the layer, above `experiments`, or remove it",
        };
        report.on(&UNKNOWN_KEY, key, message, help);
    } else if report.is_full() {
        report.on(&UNKNOWN_KEY, key, not_one, "remove it");
    } else if let Some(meant) = nearest(name, own.iter().copied()) {
        let help = if is_given(meant) {
            format!("remove it: `{meant}` is given already")
        } else {
            format!("did you mean `{meant}`?")
        };
        report.on(&UNKNOWN_KEY, key, not_one, help);
        return Some(meant);
    } else if let Some(meant) = nearest(name, other.keys().iter().copied()) {
        let belonging = match level {
            Level::Layer => "which belongs in the experiment",
            Level::Experiment => "which belongs to the layer, above `experiments`",
        };
        let help = format!("did you mean `{meant}`, {belonging}?");
        report.on(&UNKNOWN_KEY, key, not_one, help);
    } else {
        let help = format!(
            "remove it; the keys of the {} are {}",
            level.name(),
            own.join(", ")
        );
        report.on(&UNKNOWN_KEY, key, not_one, help);
    }
    None
}
