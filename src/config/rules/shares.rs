//! `total-slots`, `total-traffic`, `percentage-range`, `reserve-below-traffic`, `capacity`: the size of a
//! layer, and the shares of it that its experiments take.

use crate::config::file_report::{FileReport, as_written, decimal, quoted};
use crate::config::written::{Field, WholeNumber, Written, WrittenLayer};
use crate::diagnostic::{Rule, Severity};
use crate::domain::{FRACTION_TOLERANCE, Fraction, MAX_TOTAL_SLOTS, decimal_sum, exceeds_by};

/// The number of slots must be in range.
pub static TOTAL_SLOTS: Rule = Rule {
    code: "total-slots",
    severity: Severity::Error,
    what: "`total_slots` is from 1 to 1,000,000.",
    why: "A unit's slot is its hash modulo this number; the number can't be changed later.",
    example: "total_slots: 0",
    fix: "Write a number from 1 to 1000000, or leave the key out: an existing layer keeps its \
           number, and a new one has 100.",
};

/// A layer's cap must be above 0 and at most 1.
pub static TOTAL_TRAFFIC: Rule = Rule {
    code: "total-traffic",
    severity: Severity::Error,
    what: "`total_traffic_percentage` is above 0 and at most 1.",
    why: "It is the share of the layer that its experiments may hold together.",
    example: "total_traffic_percentage: 80",
    fix: "Write the fraction, 0.8 for 80%, or leave the key out for 1.0.",
};

pub(in crate::config) fn total_slots(
    field: &Field<WholeNumber>,
    report: &mut FileReport,
) -> Field<u32> {
    field.clone().and_then(|given| slots_within(given, report))
}

fn slots_within(given: &Written<WholeNumber>, report: &mut FileReport) -> Option<u32> {
    let slots = match given.value {
        WholeNumber::Small(number) => u32::try_from(number).ok(),
        WholeNumber::Huge(_) => None,
    };
    let slots = slots.filter(|slots| (1..=MAX_TOTAL_SLOTS).contains(slots));
    if slots.is_none() {
        let number = match given.value {
            WholeNumber::Small(number) => number.to_string(),
            WholeNumber::Huge(number) => as_written(number),
        };
        let message = format!("`total_slots` is {number}, not from 1 to {MAX_TOTAL_SLOTS}");
        let help = format!("write a number from 1 to {MAX_TOTAL_SLOTS}, such as 100");
        report.on(&TOTAL_SLOTS, given, message, help);
    }
    slots
}

pub(in crate::config) fn total_traffic(
    field: &Field<f64>,
    report: &mut FileReport,
) -> Option<Fraction> {
    let checked = field
        .clone()
        .and_then(|value| traffic_within(value, report));
    checked.value_or(Fraction::ONE)
}

fn traffic_within(value: &Written<f64>, report: &mut FileReport) -> Option<Fraction> {
    let fraction = Fraction::new(value.value).filter(|fraction| fraction.value() > 0.0);
    if fraction.is_none() {
        let number = as_written(value.value);
        let message = format!("`total_traffic_percentage` is {number}, not above 0 and at most 1");
        let help = percent_help(value.value, Fraction::ZERO, Fraction::ONE)
            .unwrap_or_else(|| "write a fraction above 0 and at most 1, such as 1.0".to_owned());
        report.on(&TOTAL_TRAFFIC, value, message, help);
    }
    fraction
}

/// Percentages must be fractions from 0 to 1.
pub static PERCENTAGE_RANGE: Rule = Rule {
    code: "percentage-range",
    severity: Severity::Error,
    what: "`traffic_percentage` and `reserved_percentage` are numbers from 0 to 1.",
    why: "They are shares of the layer's slots, written as fractions.",
    example: "traffic_percentage: 30",
    fix: "Write the fraction: 0.3 for 30%.",
};

/// The reserve must not be below the traffic.
pub static RESERVE_BELOW_TRAFFIC: Rule = Rule {
    code: "reserve-below-traffic",
    severity: Severity::Error,
    what: "`reserved_percentage` is not below `traffic_percentage`.",
    why: "Active slots are reserved ones: an experiment can't use more than it holds.",
    example: "traffic_percentage: 0.5\nreserved_percentage: 0.3",
    fix: "Raise the reserve, or leave it out: then it equals the traffic.",
};

/// An experiment's shares.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) struct Percentages {
    pub(in crate::config) traffic: Fraction,
    /// Never below the traffic.
    pub(in crate::config) reserved: Fraction,
}

pub(in crate::config) fn percentages(
    traffic: &Field<f64>,
    reserved: &Field<f64>,
    report: &mut FileReport,
) -> Option<Percentages> {
    let other = |field: &Field<f64>| field.given().and_then(|value| Fraction::new(value.value));
    // What a help proposes for one of the two must go with the other.
    let below = other(reserved).unwrap_or(Fraction::ONE);
    let above = match traffic {
        Field::Absent => Fraction::ONE,
        _ => other(traffic).unwrap_or(Fraction::ZERO),
    };
    let traffic = traffic
        .clone()
        .and_then(|value| share(value, Fraction::ZERO, below, report));
    let reserved = reserved
        .clone()
        .and_then(|value| share(value, above, Fraction::ONE, report));
    let traffic = traffic.value_or(Fraction::ONE)?;
    let reserved = match reserved {
        Field::Faulty => return None,
        Field::Absent => traffic,
        Field::Given(reserved) if traffic.exceeds(reserved.value) => {
            let (reserve, active) = (
                as_written(reserved.value.value()),
                as_written(traffic.value()),
            );
            let message =
                format!("`reserved_percentage` {reserve} is below `traffic_percentage` {active}");
            let help = format!("raise it to at least {active}, or leave it out");
            report.on(&RESERVE_BELOW_TRAFFIC, &reserved, message, help);
            return None;
        }
        Field::Given(reserved) => reserved.value,
    };
    // Within the tolerance the reserve may be smaller; nothing checks this again.
    let reserved = if reserved.value() < traffic.value() {
        traffic
    } else {
        reserved
    };
    Some(Percentages { traffic, reserved })
}

/// Returns the value as a share. If it isn't one, the help proposes one within these bounds.
fn share(
    value: &Written<f64>,
    lowest: Fraction,
    highest: Fraction,
    report: &mut FileReport,
) -> Option<Fraction> {
    let share = Fraction::new(value.value);
    if share.is_none() {
        let key = value.path.rsplit('.').next().unwrap_or_default();
        let message = format!("`{key}` is {}, not from 0 to 1", as_written(value.value));
        let help = percent_help(value.value, lowest, highest).unwrap_or_else(|| {
            if lowest.is_same(highest) {
                return format!("write {highest}");
            }
            format!("write a fraction from {lowest} to {highest}, such as {highest}")
        });
        report.on(&PERCENTAGE_RANGE, value, message, help);
    }
    share
}

/// Suggests what to write for a number above 1, which is usually a percentage, if it is within
/// these bounds.
pub(in crate::config) fn percent_help(
    value: f64,
    lowest: Fraction,
    highest: Fraction,
) -> Option<String> {
    if Fraction::ONE.value() < value && value < 1.01 && !Fraction::ONE.exceeds(highest) {
        return Some("write 1.0, which is everything".to_owned());
    }
    let fraction = Fraction::new(value / 100.0).filter(|_| value > 1.0)?;
    let fits = !lowest.exceeds(fraction) && !fraction.exceeds(highest);
    fits.then(|| {
        let (fraction, value) = (decimal(fraction.value()), as_written(value));
        format!("write a fraction: {fraction} if {value}% is meant")
    })
}

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

/// Checks the layer against what each experiment that holds slots reserves. Experiments for which
/// that isn't known are omitted by the caller.
pub(in crate::config) fn capacity(
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
