//! A sample's arms and tests.

use crate::report::{Role, aligned_percent};
use crate::srm::{ExactMethod, ShareInterval, Srm};
use crate::traffic::Tested;

use super::slot_bar::observed_bar;
use super::{Cell, Column, Table, TextStyle};
use crate::numbers::{probability, thousands};

/// An arm, observed and expected.
#[derive(Clone, Debug)]
pub(in crate::cli) struct ArmRow<'a> {
    /// Its name.
    pub(in crate::cli) name: &'a str,
    /// Its number of units.
    pub(in crate::cli) observed: u64,
    /// Its expected share, from 0 to 1.
    pub(in crate::cli) proportion: f64,
    /// The confidence interval of its share, if known.
    pub(in crate::cli) interval: Option<ShareInterval>,
}

/// The arms as a table, observed beside expected; `names` is the name column.
pub(in crate::cli) fn arms(names: Column, arms: &[ArmRow], style: TextStyle) -> String {
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
    columns.extend([Column::number("expected share"), Column::whole("")]);
    let mut table = Table::new(columns);
    let total: f64 = arms.iter().map(|arm| arm.observed as f64).sum();
    for arm in arms {
        let share = if total > 0.0 {
            arm.observed as f64 / total
        } else {
            0.0
        };
        let mut cells = vec![
            Cell::from(arm.name),
            Cell::from(thousands(arm.observed)),
            Cell::from(decimal(total * arm.proportion)),
            Cell::from(aligned_percent(share, 2)),
        ];
        if has_intervals {
            let interval = arm.interval.map(share_interval).unwrap_or_default();
            cells.push(Cell::from(interval));
        }
        cells.push(Cell::from(aligned_percent(arm.proportion, 2)));
        cells.push(Cell::new(observed_bar(share, arm.proportion), Role::Accent));
        table.row(cells);
    }
    table.render(style)
}

/// An expected count with one decimal and thousands separators.
pub(super) fn decimal(count: f64) -> String {
    let text = format!("{count:.1}");
    let parts = text.split_once('.');
    let grouped = parts.and_then(|(whole, tenths)| Some((whole.parse::<u64>().ok()?, tenths)));
    grouped.map_or(text.clone(), |(whole, tenths)| {
        format!("{}.{tenths}", thousands(whole))
    })
}

/// An interval of shares in percent, with enough digits to tell its ends apart.
fn share_interval(interval: ShareInterval) -> String {
    let width = (interval.high - interval.low) * 100.0;
    let digits = if width >= 0.1 { 2 } else { 4 };
    let percent = |share: f64| format!("{:.digits$}", share * 100.0);
    format!("{}–{}%", percent(interval.low), percent(interval.high))
}

/// Each test's result, one line each; for a log's split also the corrected sequential p-value.
pub(in crate::cli) fn tests(srm: &Srm, split: Option<&Tested>, style: TextStyle) -> String {
    let columns = vec![Column::whole(""), Column::whole(""), Column::whole("")];
    let mut table = Table::new(columns).without_titles();
    let statistic = srm.chi2_stat.map_or("-".to_owned(), |x| format!("{x:.4}"));
    table.row([
        Cell::from("chi-squared"),
        Cell::from(format!(
            "p {} {}",
            probability(srm.p_value),
            srm.severity.as_str()
        )),
        Cell::from(format!("χ² {statistic}, df {}", srm.degrees_of_freedom)),
    ]);
    if let Some(p_value) = srm.exact_p_value {
        let how = match srm.exact_method {
            Some(ExactMethod::MonteCarlo) => "estimated from simulated outcomes",
            _ => "over every outcome",
        };
        table.row([
            Cell::from("exact"),
            Cell::from(format!("p {}", probability(p_value))),
            Cell::from(how),
        ]);
    }
    let factor = srm.sequential.ln_bayes_factor;
    let factor = factor.map_or("infinite".to_owned(), |ln| format!("{ln:.4}"));
    table.row([
        Cell::from("sequential"),
        Cell::from(format!("p {}", probability(srm.sequential.p_value))),
        Cell::from(format!("ln Bayes factor {factor}")),
    ]);
    if let Some(tested) = split {
        let factor = (1.0 / tested.weight).round();
        table.row([
            Cell::from("corrected"),
            Cell::from(format!("p {}", probability(tested.corrected_p_value))),
            Cell::from(format!(
                "sequential p × {factor}: split {} of the log",
                tested.order
            )),
        ]);
    }
    table.render(style)
}
