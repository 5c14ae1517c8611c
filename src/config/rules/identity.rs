//! `layer-mismatch`, `duplicate-layer`, `duplicate-experiment`: ids mean one thing.

use crate::config::plain::scalar;
use crate::config::report::FileReport;
use crate::config::words::quoted;
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
    what: "No two files hold a layer of the same id.",
    why: "It would be unclear which of the two is meant.",
    example: "# home.yml and home_copy.yml\nlayer_id: home",
    fix: "Give one of them another id, or remove its file.",
};

/// An experiment's id is unique.
pub static DUPLICATE_EXPERIMENT: Rule = Rule {
    code: "duplicate-experiment",
    severity: Severity::Error,
    what: "No two experiments have the same id, in whatever layers they are.",
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
