//! `capacity`: the experiments of a layer fit into it.

use crate::config::report::FileReport;
use crate::config::words::{as_written, decimal, quoted};
use crate::config::written::WrittenLayer;
use crate::diagnostic::{Rule, Severity};
use crate::domain::{FRACTION_TOLERANCE, Fraction, decimal_sum, exceeds_by};

/// A layer holds what its experiments reserve.
pub static CAPACITY: Rule = Rule {
    code: "capacity",
    severity: Severity::Error,
    what: "The reserved percentages of a layer's experiments that aren't completed sum to no more \
           than `total_traffic_percentage`.",
    why: "A slot belongs to one experiment; there are none left for the rest.",
    example: "experiments:\n  - traffic_percentage: 0.7\n  - traffic_percentage: 0.4",
    fix: "Lower the percentages, complete an experiment, or raise `total_traffic_percentage`.",
};

/// Checks the layer against what each experiment that holds slots reserves. Experiments of which
/// that isn't known are left out by the caller.
pub(in crate::config) fn check(
    layer: &WrittenLayer,
    total: Fraction,
    reserved: &[(&str, Fraction)],
    report: &mut FileReport,
) {
    let sum = decimal_sum(reserved.iter().map(|(_, share)| share.value()));
    if !exceeds_by(sum, total.value(), FRACTION_TOLERANCE) {
        return;
    }
    let span = layer
        .total_traffic_percentage
        .given()
        .map_or(&layer.span, |total| &total.span);
    let parts: Vec<String> = reserved
        .iter()
        .map(|(id, share)| format!("{} {}", quoted(id), as_written(share.value())))
        .collect();
    let message = format!(
        "the experiments reserve {} of the layer, more than `total_traffic_percentage` {}: {}",
        decimal(sum),
        as_written(total.value()),
        parts.join(", ")
    );
    let over = decimal(decimal_sum([sum, -total.value()]));
    let mut help = format!(
        "lower the percentages by {over} together, or complete experiments that reserve as much"
    );
    if sum <= 1.0 {
        help += &format!("; or raise `total_traffic_percentage` to {}", decimal(sum));
    }
    report.at(&CAPACITY, span, "total_traffic_percentage", message, help);
}
