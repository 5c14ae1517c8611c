//! `total-slots`, `total-traffic`: a layer's size.

use crate::config::report::FileReport;
use crate::config::words::as_written;
use crate::config::written::{Field, WholeNumber, Written};
use crate::diagnostic::{Rule, Severity};
use crate::domain::{Fraction, MAX_TOTAL_SLOTS};

use super::percentages::percent_help;

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
