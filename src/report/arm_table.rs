//! The arms of a split, observed against expected, and the tests of them.

use std::borrow::Cow;

use super::{Cell, Column, Marks, Table, aligned_percent};
use crate::measured::Measured;
use crate::numbers::{probability, thousands};
use crate::srm::{ExactMethod, ShareInterval, Srm};
use crate::traffic::{SplitTraffic, Tested};

/// An arm: what it got, and what it should have got if that is known.
pub(crate) struct ObservedArm<'a> {
    pub(crate) name: Cow<'a, str>,
    /// Its number of units.
    pub(crate) units: u64,
    /// Its share, from 0 to 1; `None` if it isn't part of the split.
    pub(crate) share: Option<f64>,
    /// Its expected share, from 0 to 1.
    pub(crate) expected: Option<f64>,
    /// The confidence interval of its share.
    pub(crate) interval: Option<ShareInterval>,
}

/// Returns the arms of a log's split.
pub(crate) fn split_arms(split: &SplitTraffic) -> Vec<ObservedArm<'_>> {
    let tested = split.test.as_ref();
    let intervals = tested.map_or(&[][..], |tested| &tested.intervals);
    let arms = split.arms.iter().enumerate();
    arms.map(|(place, arm)| ObservedArm {
        name: arm.variant.as_str().into(),
        units: arm.units,
        share: split.share(arm),
        expected: arm.fraction,
        interval: intervals.get(place).copied(),
    })
    .collect()
}

/// Returns the arms of a sample.
pub(crate) fn measured_arms(measured: &Measured) -> Vec<ObservedArm<'_>> {
    let names = measured.variants.iter().map(|name| name.as_str().into());
    compared_arms(names, &measured.counts, &measured.fractions)
}

/// Returns the arms of a test, numbered from 1.
pub(crate) fn numbered_arms(srm: &Srm) -> Vec<ObservedArm<'_>> {
    let names = (1..).map(|number: usize| number.to_string().into());
    compared_arms(names, &srm.observed_counts, &srm.expected_proportions)
}

fn compared_arms<'a>(
    names: impl Iterator<Item = Cow<'a, str>>,
    counts: &[u64],
    shares: &[f64],
) -> Vec<ObservedArm<'a>> {
    let total: f64 = counts.iter().map(|count| *count as f64).sum();
    let arms = names.zip(counts).zip(shares);
    arms.map(|((name, units), expected)| ObservedArm {
        name,
        units: *units,
        share: Some(*units as f64 / total.max(1.0)),
        expected: Some(*expected),
        interval: None,
    })
    .collect()
}

/// Returns a row for each arm; `names` is the column of their names. There are intervals if an arm has
/// one.
pub(crate) fn arm_table(names: Column, arms: &[ObservedArm<'_>], marks: Marks) -> Table {
    let has_intervals = arms.iter().any(|arm| arm.interval.is_some());
    let mut columns = vec![
        names,
        Column::number("observed"),
        Column::number("expected"),
        Column::number("share"),
    ];
    if has_intervals {
        columns.push(Column::number("interval"));
    }
    columns.push(Column::number("expected share"));
    let mut table = Table::new(columns);
    let split = arms.iter().filter(|arm| arm.share.is_some());
    let total: f64 = split.map(|arm| arm.units as f64).sum();
    let or_dash = |figure: Option<String>| Cell::from(figure.unwrap_or(marks.dash.to_owned()));
    let percent = |share: f64| aligned_percent(share, 2);
    for arm in arms {
        let expected = arm.expected.map(|share| expected_count(total * share));
        let interval = arm.interval.map(|interval| interval_text(interval, marks));
        let mut cells = vec![
            Cell::from(&arm.name),
            Cell::from(thousands(arm.units)),
            or_dash(expected),
            or_dash(arm.share.map(percent)),
        ];
        if has_intervals {
            cells.push(or_dash(interval));
        }
        cells.push(or_dash(arm.expected.map(percent)));
        table.row(cells);
    }
    table
}

/// Formats an expected count with one decimal and thousands separators.
pub(crate) fn expected_count(count: f64) -> String {
    let text = format!("{count:.1}");
    let parts = text.split_once('.');
    let grouped = parts.and_then(|(whole, tenths)| Some((whole.parse::<u64>().ok()?, tenths)));
    grouped.map_or(text.clone(), |(whole, tenths)| {
        format!("{}.{tenths}", thousands(whole))
    })
}

/// Formats an interval of shares in percent, with enough digits to tell its ends apart.
pub(crate) fn interval_text(interval: ShareInterval, marks: Marks) -> String {
    let width = (interval.high - interval.low) * 100.0;
    let digits = if width >= 0.1 { 2 } else { 4 };
    let percent = |share: f64| format!("{:.digits$}", share * 100.0);
    let (low, high) = (percent(interval.low), percent(interval.high));
    format!("{low}{}{high}%", marks.dash)
}

/// Formats the chi-squared statistic: `χ² 2.06`. It is infinite if an arm that should get no units
/// got some.
pub(crate) fn chi_squared(srm: &Srm, marks: Marks) -> String {
    let statistic = srm.chi2_stat;
    let statistic = statistic.map_or("infinite".to_owned(), |statistic| format!("{statistic:.2}"));
    format!("{} {statistic}", marks.chi_squared)
}

/// Returns a row for each test; for a log's split also the corrected sequential p-value.
pub(crate) fn test_table(srm: &Srm, split: Option<&Tested>, marks: Marks) -> Table {
    let mut table = Table::new(vec![Column::whole(""); 3]).without_titles();
    let mut row = |test: &str, p: f64, stars: &str, how: &str| {
        let p = format!("p {} {stars}", probability(p));
        table.row([test, p.trim_end(), how].map(Cell::from));
    };
    let degrees = srm.degrees_of_freedom;
    let statistic = format!("{}, df {degrees}", chi_squared(srm, marks));
    row(
        "chi-squared",
        srm.p_value,
        srm.severity.as_str(),
        &statistic,
    );
    if let Some(p_value) = srm.exact_p_value {
        let how = match srm.exact_method {
            Some(ExactMethod::MonteCarlo) => "estimated from simulated outcomes",
            _ => "over every outcome",
        };
        row("exact", p_value, "", how);
    }
    let factor = srm.sequential.ln_bayes_factor;
    let factor = factor.map_or("infinite".to_owned(), |ln| format!("{ln:.4}"));
    let factor = format!("ln Bayes factor {factor}");
    row("sequential", srm.sequential.p_value, "", &factor);
    if let Some(tested) = split {
        let (times, order) = (marks.times, tested.order);
        let factor = (1.0 / tested.weight).round();
        let how = format!("sequential p {times} {factor}: split {order} of the log");
        row("corrected", tested.corrected_p_value, "", &how);
    }
    table
}
