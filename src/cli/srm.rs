//! `avos srm`: do counts follow the weights that they should?

use std::io::Write;

use serde::Serialize;

use super::context::Context;
use super::error::CliError;
use super::options::Format;
use super::run::Exit;
use super::show::{Cell, Column, Look, Table, Tint, probability, share_bar, thousands};
use crate::FORMAT_VERSION;
use crate::srm::{ExactMethod, Srm, test};

const EXAMPLES: &str = "\
Examples:
  avos srm --observed 5000,5200
  avos srm --observed 700,310 --expected 0.7,0.3
  avos srm --observed 90,110,100 --expected 1,1,1 --alpha 0.01 --format json

Exit code 1 means a mismatch: the p-value that decides is below alpha. That is the exact test's
where an arm expects fewer than 5 units, else that of chi-squared.";

/// The arguments of `avos srm`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// How many units each arm got, separated by commas
    #[arg(
        long,
        value_name = "N,N,…",
        value_delimiter = ',',
        required = true,
        num_args = 1,
        allow_hyphen_values = true
    )]
    observed: Vec<u64>,
    /// The arms' weights, of any scale; equal if left out
    #[arg(
        long,
        value_name = "W,W,…",
        value_delimiter = ',',
        num_args = 1,
        allow_hyphen_values = true
    )]
    expected: Vec<f64>,
    /// The significance level, above 0 and below 1
    #[arg(
        long,
        value_name = "A",
        default_value_t = 0.05,
        allow_hyphen_values = true
    )]
    alpha: f64,
    /// How the report is written: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

#[derive(Serialize)]
struct Document<'a> {
    format_version: u32,
    #[serde(flatten)]
    srm: &'a Srm,
}

pub(super) fn run(arguments: &Arguments, context: &mut Context) -> Result<Exit, CliError> {
    let equal;
    let weights = if arguments.expected.is_empty() {
        equal = vec![1.0; arguments.observed.len()];
        &equal
    } else {
        &arguments.expected
    };
    let srm = test(&arguments.observed, weights, arguments.alpha)?;
    match arguments.format {
        Format::Json => context.write_json(&Document {
            format_version: FORMAT_VERSION,
            srm: &srm,
        })?,
        Format::Human => {
            let text = text(&srm, arguments.alpha, context.out.look);
            write!(context.out, "{text}")?;
        }
    }
    Ok(if srm.reject_null {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

/// The arms, the tests and the verdict.
fn text(srm: &Srm, alpha: f64, look: Look) -> String {
    format!(
        "{}\n{}\n{}\n",
        arms(srm, look),
        tests(srm, look),
        verdict(srm, alpha, look)
    )
}

fn arms(srm: &Srm, look: Look) -> String {
    let mut table = Table::new(vec![
        Column::number("arm"),
        Column::number("observed"),
        Column::number("expected"),
        Column::number("share"),
        Column::number("expected share"),
        Column::whole(""),
    ]);
    let total = srm.observed_counts.iter().map(|&n| n as f64).sum::<f64>();
    let expected = srm.expected_counts.iter().zip(&srm.expected_proportions);
    for (index, (&observed, (count, proportion))) in
        srm.observed_counts.iter().zip(expected).enumerate()
    {
        let share = if total > 0.0 {
            observed as f64 / total
        } else {
            0.0
        };
        table.row([
            Cell::from((index + 1).to_string()),
            Cell::from(thousands(observed)),
            Cell::from(decimal(*count)),
            Cell::from(rounded(share)),
            Cell::from(rounded(*proportion)),
            Cell::new(share_bar(share, *proportion), Tint::Accent),
        ]);
    }
    table.render(look)
}

/// An expected count to one decimal, its thousands grouped like those of the observed ones.
fn decimal(count: f64) -> String {
    let text = format!("{count:.1}");
    let parts = text.split_once('.');
    let grouped = parts.and_then(|(whole, tenths)| Some((whole.parse::<u64>().ok()?, tenths)));
    grouped.map_or(text.clone(), |(whole, tenths)| {
        format!("{}.{tenths}", thousands(whole))
    })
}

/// A share to a hundredth of a percent, so that the column stays calm.
fn rounded(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

fn tests(srm: &Srm, look: Look) -> String {
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
            Some(ExactMethod::MonteCarlo) => "an estimate from simulated outcomes",
            _ => "from every outcome",
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
    table.render(look)
}

fn verdict(srm: &Srm, alpha: f64, look: Look) -> String {
    let decisive = srm.exact_p_value.unwrap_or(srm.p_value);
    let units = thousands(srm.total_sample_size);
    let p_value = probability(decisive);
    if srm.chi2_stat.is_none() {
        let head = look.paint(Tint::Bad, "SRM:");
        return format!("{head} an arm that should get nothing got some of the {units} units.");
    }
    if srm.reject_null {
        let head = look.paint(Tint::Bad, "SRM:");
        return format!(
            "{head} the {units} units don't split as expected (p {p_value} is below {alpha})."
        );
    }
    let head = look.paint(Tint::Good, "No mismatch:");
    format!("{head} the {units} units split as expected (p {p_value} is not below {alpha}).")
}
