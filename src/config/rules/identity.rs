//! `layer-mismatch`, `duplicate-layer`, `duplicate-experiment`, `invisible-difference`: an id means one
//! thing, and different names look different.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;

use crate::config::file_report::{FileReport, quoted};
use crate::config::plain::{is_ignorable, is_odd_space, is_unseen, scalar};
use crate::config::written::Written;
use crate::diagnostic::{Rule, Severity, Span};

/// An experiment's `layer_id` must be that of the layer that lists it.
pub static LAYER_MISMATCH: Rule = Rule {
    code: "layer-mismatch",
    severity: Severity::Error,
    what: "An experiment's `layer_id` is that of the layer that lists it.",
    why: "An experiment copied to another file would otherwise move there unnoticed.",
    example: "layer_id: checkout\nexperiments:\n  - layer_id: home",
    fix: "Correct the id, or move the experiment to its layer's file.",
};

/// A layer must be defined in one file.
pub static DUPLICATE_LAYER: Rule = Rule {
    code: "duplicate-layer",
    severity: Severity::Error,
    what: "No two files hold layers with the same id.",
    why: "It would be unclear which of the two is meant.",
    example: "# home.yml and home_copy.yml\nlayer_id: home",
    fix: "Give one of them another id, or remove its file.",
};

/// An experiment's id is unique.
pub static DUPLICATE_EXPERIMENT: Rule = Rule {
    code: "duplicate-experiment",
    severity: Severity::Error,
    what: "No two experiments have the same id, even on different layers.",
    why: "Assignments and exposures name an experiment by its id alone.",
    example: "experiments:\n  - experiment_id: hero\n  - experiment_id: hero",
    fix: "Give one of them another id.",
};

pub(in crate::config) fn layer_mismatch(
    written: &Written<String>,
    layer_id: &str,
    report: &mut FileReport,
) -> bool {
    if written.value == layer_id {
        return true;
    }
    let (theirs, ours) = (quoted(&written.value), quoted(layer_id));
    let message = format!("the experiment's `layer_id` is {theirs}, but it is in layer {ours}");
    let help = format!(
        "write {}, or move the experiment to the file of {theirs}",
        scalar(layer_id)
    );
    report.on(&LAYER_MISMATCH, written, message, help);
    false
}

pub(in crate::config) fn duplicate_layer(
    later: &Written<String>,
    first: &Span,
    report: &mut FileReport,
) {
    let message = format!(
        "layer {} is already defined in {}, line {}",
        quoted(&later.value),
        first.file,
        first.line
    );
    let help = "give one of them another id, or remove one of the files";
    report.on(&DUPLICATE_LAYER, later, message, help);
}

pub(in crate::config) fn duplicate_experiment(
    later: &Written<String>,
    first: &Span,
    report: &mut FileReport,
) {
    let message = format!(
        "experiment {} is already defined in {}, line {}",
        quoted(&later.value),
        first.file,
        first.line
    );
    let help = "give one of them another id; ids are unique across all layers";
    report.on(&DUPLICATE_EXPERIMENT, later, message, help);
}

/// Names that are different look different.
pub static INVISIBLE_DIFFERENCE: Rule = Rule {
    code: "invisible-difference",
    severity: Severity::Warning,
    what: "No two variants or groups of an experiment, no two layer ids and no two experiment ids \
           differ only by what can't be seen: spaces, invisible characters, or an accent that is \
           written as a character of its own.",
    why: "People see one name where programs see two: a service asks for the \
          name that no unit gets.",
    example: "variants: [\"blue\", \"blue\\u200b\"]",
    fix: "Remove what can't be seen, or give one of them another name.",
};

/// The names seen so far, as they look.
#[derive(Debug, Default)]
pub(in crate::config) struct Looks<'w>(HashMap<String, &'w Written<String>>);

impl<'w> Looks<'w> {
    /// Adds a name, and returns an earlier one that looks the same but isn't.
    pub(in crate::config) fn add(
        &mut self,
        name: &'w Written<String>,
    ) -> Option<&'w Written<String>> {
        let earlier = self.0.entry(look(&name.value)).or_insert(name);
        (earlier.value != name.value).then_some(*earlier)
    }
}

/// Reports a name that looks like an earlier one. `what` is its kind, such as `variant`.
pub(in crate::config) fn invisible_difference(
    what: &str,
    name: &Written<String>,
    earlier: &Written<String>,
    report: &mut FileReport,
) {
    let Span { file, line, .. } = &earlier.span;
    let message = format!(
        "{what} {} looks the same as {} ({file}, line {line})",
        revealed(&name.value, &earlier.value),
        revealed(&earlier.value, &name.value)
    );
    let help = "remove what can't be seen, or give one of the two another name";
    report.on(&INVISIBLE_DIFFERENCE, name, message, help);
}

/// Returns what a reader sees of a text.
fn look(text: &str) -> String {
    let space = |character| {
        if is_odd_space(character) {
            ' '
        } else {
            character
        }
    };
    let seen = text
        .nfc()
        .filter(|character| !is_ignorable(*character))
        .map(space);
    let seen: String = seen.collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the text in backticks, with escapes for characters that can't be seen or that the other
/// lacks.
fn revealed(text: &str, other: &str) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        if is_unseen(character) || !(character.is_ascii() || other.contains(character)) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    format!("`{shown}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_has_the_same_look() {
        for text in [
            "caf\u{e9} x",
            "cafe\u{301} x",
            " caf\u{e9}  x ",
            "caf\u{e9}\u{a0}x",
            "caf\u{e9}\u{3000}x",
            "ca\u{ad}f\u{e9} x",
            "c\u{200b}a\u{200c}f\u{200d}\u{e9} x\u{feff}",
            "caf\u{e9}\u{fe0f} \u{2060}x\u{e0100}\u{e0020}",
            "\u{202e}caf\u{e9}\u{34f} x\t\n",
        ] {
            assert_eq!(look(text), "caf\u{e9} x", "{text:?}");
        }
        for text in ["cafe x", "caf\u{e9}x", "Caf\u{e9} x", "caf\u{e9} x\u{301}"] {
            assert_ne!(look(text), "caf\u{e9} x", "{text:?}");
        }
    }

    #[test]
    fn the_difference_is_revealed() {
        assert_eq!(revealed("caf\u{e9}", "cafe\u{301}"), "`caf\\u{e9}`");
        assert_eq!(revealed("cafe\u{301}", "caf\u{e9}"), "`cafe\\u{301}`");
        assert_eq!(revealed("Цена\u{200b} ", "Цена"), "`Цена\\u{200b} `");
    }
}
