//! Traffic and reserve only grow.

use super::Violation;
use crate::diagnostic::{Rule, Severity};
use crate::domain::{Experiment, LayerId};

pub(crate) static RAMP_DOWN: Rule = Rule {
    code: "ramp-down",
    severity: Severity::Error,
    what: "`traffic_percentage` only grows. A key left out means 1.0.",
    why: "Fewer slots would take the variant from units that have one.",
    example: "traffic_percentage: 0.2  # was 0.3",
    fix: "Restore the percentage. To take the variants away for a while, set `status: paused`: the \
           slots stay, and with them the way back. To continue with fewer units, set \
           `status: completed`, which frees the slots, and create a new experiment with a smaller \
           `traffic_percentage`.",
};

pub(crate) static RESERVE_DOWN: Rule = Rule {
    code: "reserve-down",
    severity: Severity::Error,
    what: "`reserved_percentage` only grows. A key left out means `traffic_percentage`.",
    why: "Reserved slots are promised to later ramp-ups; once given back, another experiment may take \
          them.",
    example: "reserved_percentage: 0.4  # was 0.6",
    fix: "Restore the reserve. It becomes free when the experiment is completed; a new one can then \
           reserve less.",
};

/// The alternatives to less traffic.
const FEWER_UNITS: &str = "to stop it for a while, set `status: paused`; to continue with fewer units, \
                           set `status: completed` and create a new experiment";

/// The alternatives to a smaller reserve.
const SMALLER_RESERVE: &str = "to free slots, set `status: completed` and create a new experiment \
                               that reserves less";

/// Checks percentages against those of the database.
pub(in crate::plan) fn check(
    layer_id: &LayerId,
    has: &Experiment,
    wants: &Experiment,
) -> Option<Violation> {
    let id = &wants.experiment_id;
    let (rule, key, before, after, ways_out) =
        if has.traffic_percentage.exceeds(wants.traffic_percentage) {
            let values = (has.traffic_percentage, wants.traffic_percentage);
            (
                &RAMP_DOWN,
                "traffic_percentage",
                values.0,
                values.1,
                FEWER_UNITS,
            )
        } else if has.reserved_percentage.exceeds(wants.reserved_percentage) {
            let values = (has.reserved_percentage, wants.reserved_percentage);
            (
                &RESERVE_DOWN,
                "reserved_percentage",
                values.0,
                values.1,
                SMALLER_RESERVE,
            )
        } else {
            return None;
        };
    Some(Violation::of_experiment(
        rule,
        (layer_id, id),
        key,
        format!("`{key}` of experiment `{id}` can't shrink from {before} to {after}"),
        format!("write `{key}: {before}` or more; {ways_out}"),
    ))
}
