//! How much a layer's experiments hold in total, including those that are only in the database.

use super::Violation;
use crate::diagnostic::{Rule, Severity};
use crate::domain::{
    DesiredLayer, Experiment, FRACTION_TOLERANCE, Layer, LayerState, decimal_sum, exceeds_by,
};

pub(super) static CAPACITY: Rule = Rule {
    code: "capacity",
    severity: Severity::Error,
    what: "The experiments of a layer that aren't completed, including those that are only in the \
           database, reserve no more than its `total_traffic_percentage` and no more slots than it has.",
    why: "A slot belongs to one experiment: what doesn't fit would have to be taken from another.",
    example: "# the database has an experiment with 0.6 that is in no file\n\
              traffic_percentage: 0.5",
    fix: "Lower the new experiment's percentage, complete another experiment, or raise the \
           layer's `total_traffic_percentage`.",
};

/// Checks the percentages that the layer's experiments would reserve in total.
pub(in crate::plan) fn check(
    desired: &DesiredLayer,
    before: Option<&LayerState>,
) -> Option<Violation> {
    let stays = |experiment: &&Experiment| {
        let id = &experiment.experiment_id;
        experiment.holds_slots()
            && !desired
                .experiments
                .iter()
                .any(|wants| wants.experiment_id == *id)
    };
    let only_in_database: Vec<&Experiment> = before
        .map(|layer| layer.experiments.iter().filter(stays).collect())
        .unwrap_or_default();
    let holding = desired
        .experiments
        .iter()
        .filter(|experiment| experiment.holds_slots());
    let capacity = desired.total_traffic_percentage;
    let base = decimal_sum(
        only_in_database
            .iter()
            .map(|e| e.reserved_percentage.value()),
    );
    let asked = holding.clone().map(|e| e.reserved_percentage.value());
    let sum = decimal_sum([base, decimal_sum(asked)]);
    if !exceeds_by(sum, capacity.value(), FRACTION_TOLERANCE) {
        return None;
    }

    let grows = |wants: &Experiment| {
        let has = before.and_then(|layer| layer.experiment(&wants.experiment_id));
        has.filter(|has| has.holds_slots())
            .is_none_or(|has| wants.reserved_percentage.exceeds(has.reserved_percentage))
    };
    let mut running = base;
    let culprit = holding
        .clone()
        .find(|wants| {
            running = decimal_sum([running, wants.reserved_percentage.value()]);
            grows(wants) && exceeds_by(running, capacity.value(), FRACTION_TOLERANCE)
        })
        .or_else(|| holding.rev().find(|wants| grows(wants)));
    let is_lowered =
        before.is_some_and(|layer| layer.layer.total_traffic_percentage.exceeds(capacity));
    if culprit.is_none() && !is_lowered {
        // Another program exceeded the capacity. A plan that takes nothing more, such as a pause
        // during an incident, isn't refused for that.
        return None;
    }
    let id = &desired.layer_id;
    let mut message = format!("layer `{id}` holds at most {capacity}, but {sum} is asked for");
    if !only_in_database.is_empty() {
        let names: Vec<String> = only_in_database
            .iter()
            .map(|e| format!("`{}` with {}", e.experiment_id, e.reserved_percentage))
            .collect();
        message += &format!(
            ", including what is only in the database: {}",
            names.join(", ")
        );
    }
    let excess = decimal_sum([sum, -capacity.value()]);
    let mut help = format!("lower the percentages by {excess} together, or complete an experiment");
    if sum <= 1.0 {
        help += "; or raise `total_traffic_percentage`";
    }
    Some(match culprit {
        Some(wants) => {
            let key = held_key(wants);
            Violation::of_experiment(&CAPACITY, (id, &wants.experiment_id), key, message, help)
        }
        None => Violation::of_layer(&CAPACITY, id, "total_traffic_percentage", message, help),
    })
}

/// Returns whether the layer has too little room.
pub(in crate::plan) fn is_of_capacity(violation: &Violation) -> bool {
    std::ptr::eq(violation.rule, &raw const CAPACITY)
}

/// Reports that the percentages fit, but the slots don't after rounding up.
pub(in crate::plan) fn report_no_slots_left(
    layer: &Layer,
    wants: &Experiment,
    wanted: u32,
    free: u32,
) -> Violation {
    let id = &wants.experiment_id;
    Violation::of_experiment(
        &CAPACITY,
        (&layer.layer_id, id),
        held_key(wants),
        format!(
            "experiment `{id}` needs {} more of layer `{}`, which has {free} free: percentages are \
             rounded up to whole slots",
            counted(wanted),
            layer.layer_id
        ),
        format!(
            "lower a percentage so that it takes {} less; one slot is {} of the layer",
            counted(wanted - free),
            round(1.0 / f64::from(layer.total_slots)),
        ),
    )
}

/// Returns the key that says how much the experiment holds.
fn held_key(wants: &Experiment) -> &'static str {
    if wants.reserved_percentage.exceeds(wants.traffic_percentage) {
        "reserved_percentage"
    } else {
        "traffic_percentage"
    }
}

fn counted(slots: u32) -> String {
    format!("{slots} slot{}", if slots == 1 { "" } else { "s" })
}

/// Removes the noise of adding decimals in binary.
fn round(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}
