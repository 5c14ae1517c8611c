//! `avos srm`: do counts follow the weights that they should?

use std::io::Write;

use serde::Serialize;

use super::context::Context;
use super::error::CliError;
use super::options::{AlphaOption, Format};
use super::run::Exit;
use super::show::{Arm, Column, Look, Tint, arms, probability, tests, thousands};
use crate::FORMAT_VERSION;
use crate::srm::{Srm, test};

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
    #[command(flatten)]
    alpha: AlphaOption,
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
    let srm = test(&arguments.observed, weights, arguments.alpha.alpha)?;
    match arguments.format {
        Format::Json => context.write_json(&Document {
            format_version: FORMAT_VERSION,
            srm: &srm,
        })?,
        Format::Human => {
            let text = text(&srm, arguments.alpha.alpha, context.out.look);
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
        numbered_arms(srm, look),
        tests(srm, look),
        verdict(srm, alpha, look)
    )
}

/// The arms, which have numbers instead of names.
fn numbered_arms(srm: &Srm, look: Look) -> String {
    let names: Vec<String> = (1..=srm.observed_counts.len())
        .map(|number| number.to_string())
        .collect();
    let counts = srm.observed_counts.iter().zip(&srm.expected_proportions);
    let rows: Vec<Arm> = names
        .iter()
        .zip(counts)
        .map(|(name, (&observed, &proportion))| Arm {
            name,
            observed,
            proportion,
        })
        .collect();
    arms(Column::number("arm"), &rows, look)
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
