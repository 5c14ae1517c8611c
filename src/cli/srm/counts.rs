//! Counts against weights.

use std::io::Write;

use serde::Serialize;

use super::written;
use crate::FORMAT_VERSION;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::Format;
use crate::cli::run::Exit;
use crate::cli::show::{Arm, Column, Look, Tint, arms, tests};
use crate::numbers::{probability, thousands};
use crate::srm::{DecidingTest, Srm, test};

#[derive(Serialize)]
struct Document<'a> {
    format_version: u32,
    #[serde(flatten)]
    srm: &'a Srm,
}

/// Counts and weights as they are written; without weights they are equal.
pub(super) fn run(
    observed: &[String],
    expected: &[String],
    alpha: f64,
    format: Format,
    context: &mut Context,
) -> Result<Exit, CliError> {
    let weights = if expected.is_empty() {
        None
    } else {
        Some(written::weights(expected)?)
    };
    let observed = written::counts(observed, weights.as_ref().map(Vec::len))?;
    let weights = weights.unwrap_or_else(|| vec![1.0; observed.len()]);
    let srm = test(&observed, &weights, alpha)?;
    match format {
        Format::Json => context.write_json(&Document {
            format_version: FORMAT_VERSION,
            srm: &srm,
        })?,
        Format::Human => {
            let text = text(&srm, alpha, context.out.look);
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
        tests(srm, None, look),
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
            interval: None,
        })
        .collect();
    arms(Column::number("arm"), &rows, look)
}

fn verdict(srm: &Srm, alpha: f64, look: Look) -> String {
    if srm.total_sample_size == 0 {
        return "There are no units to test.".to_owned();
    }
    let units = thousands(srm.total_sample_size);
    let p_value = match srm.decided_by {
        DecidingTest::ChiSquared | DecidingTest::Exact => "p",
        DecidingTest::Sequential => "sequential p",
    };
    let p_value = format!("{p_value} {}", probability(srm.decisive_p_value()));
    let why = match srm.decided_by {
        DecidingTest::ChiSquared | DecidingTest::Exact => "",
        DecidingTest::Sequential => {
            "\nThe sequential test decides, since no simulated p-value can be below this alpha."
        }
    };
    if srm.chi2_stat.is_none() {
        let head = look.paint(Tint::Bad, "SRM:");
        return format!("{head} an arm that should get nothing got some of the {units} units.");
    }
    if srm.reject_null {
        let head = look.paint(Tint::Bad, "SRM:");
        return format!(
            "{head} the {units} units don't split as expected ({p_value} is below {alpha}).{why}"
        );
    }
    let head = look.paint(Tint::Good, "No mismatch:");
    format!("{head} the {units} units split as expected ({p_value} is not below {alpha}).{why}")
}
