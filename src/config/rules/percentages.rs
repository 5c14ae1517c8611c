//! `percentage-range`, `reserve-below-traffic`: an experiment's shares of its layer.

use crate::config::report::FileReport;
use crate::config::words::{as_written, decimal};
use crate::config::written::{Field, Written};
use crate::diagnostic::{Rule, Severity};
use crate::domain::Fraction;

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

pub(in crate::config) fn check(
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
    // Within the tolerance the reserve may be the smaller one; nothing after this asks again.
    let reserved = if reserved.value() < traffic.value() {
        traffic
    } else {
        reserved
    };
    Some(Percentages { traffic, reserved })
}

/// The value as a share. If it isn't one, the help proposes one within these bounds.
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

/// What to write for a number above 1, which is most often a percentage, if it lies within these
/// bounds.
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
