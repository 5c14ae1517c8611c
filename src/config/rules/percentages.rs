//! `percentage-range`, `reserve-below-traffic`: an experiment's shares of its layer.

use crate::config::report::Report;
use crate::config::words::decimal;
use crate::config::written::{Field, Written};
use crate::diagnostic::{Rule, Severity};
use crate::domain::Fraction;

/// A percentage is a fraction.
pub static PERCENTAGE_RANGE: Rule = Rule {
    code: "percentage-range",
    severity: Severity::Error,
    what: "`traffic_percentage` and `reserved_percentage` are numbers from 0 to 1.",
    why: "They are shares of the layer's slots, written as fractions.",
    example: "traffic_percentage: 30",
    mend: "Write the fraction: 0.3 for 30 %.",
};

/// What is active is reserved.
pub static RESERVE_BELOW_TRAFFIC: Rule = Rule {
    code: "reserve-below-traffic",
    severity: Severity::Error,
    what: "`reserved_percentage` is not below `traffic_percentage`.",
    why: "Active slots are reserved ones: an experiment can't use more than it holds.",
    example: "traffic_percentage: 0.5\nreserved_percentage: 0.3",
    mend: "Raise the reserve, or leave it out: then it equals the traffic.",
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
    report: &mut Report,
) -> Option<Percentages> {
    let mut share = |field: &Field<f64>| {
        field
            .clone()
            .and_then(|value| fraction(&PERCENTAGE_RANGE, value, report))
    };
    let (traffic, reserved) = (share(traffic), share(reserved));
    let traffic = match traffic {
        Field::Faulty => return None,
        Field::Absent => Fraction::ONE,
        Field::Given(traffic) => traffic.value,
    };
    let reserved = match reserved {
        Field::Faulty => return None,
        Field::Absent => traffic,
        Field::Given(reserved) if traffic.exceeds(reserved.value) => {
            let (reserve, active) = (decimal(reserved.value.value()), decimal(traffic.value()));
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

/// The value as a share, or a breach of `rule`.
pub(in crate::config) fn fraction(
    rule: &'static Rule,
    value: &Written<f64>,
    report: &mut Report,
) -> Option<Fraction> {
    let fraction = Fraction::new(value.value);
    if fraction.is_none() {
        let key = value.path.rsplit('.').next().unwrap_or_default();
        let message = format!("`{key}` is {}, not from 0 to 1", decimal(value.value));
        report.on(rule, value, message, percent_help(value.value));
    }
    fraction
}

/// Most numbers above 1 are per cent.
pub(in crate::config) fn percent_help(value: f64) -> String {
    if value > 1.0 && value <= 100.0 {
        let fraction = decimal(value / 100.0);
        format!(
            "write a fraction: {fraction} if {} per cent are meant",
            decimal(value)
        )
    } else {
        "write a fraction from 0 to 1, such as 0.5".to_owned()
    }
}
