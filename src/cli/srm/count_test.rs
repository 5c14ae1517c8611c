//! Counts against weights.

use std::io::Write;

use serde::Serialize;

use super::written_counts;
use crate::FORMAT_VERSION;
use crate::cli::context::VerbContext;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::options::ReportFormat;
use crate::cli::show::{ArmRow, Column, TextStyle, Tint, arms, tests};
use crate::numbers::{probability, thousands};
use crate::srm::{DecidingTest, Srm, test};

#[derive(Serialize)]
struct CountReport<'a> {
    format_version: u32,
    #[serde(flatten)]
    srm: &'a Srm,
}

/// Counts and weights as they are written; without weights they are equal.
pub(super) fn run(
    observed: &[String],
    expected: &[String],
    alpha: f64,
    format: ReportFormat,
    context: &mut VerbContext,
) -> Result<Exit, CliError> {
    let weights = if expected.is_empty() {
        None
    } else {
        Some(written_counts::weights(expected)?)
    };
    let observed = written_counts::counts(observed, weights.as_ref().map(Vec::len))?;
    let weights = weights.unwrap_or_else(|| vec![1.0; observed.len()]);
    let srm = test(&observed, &weights, alpha)?;
    match format {
        ReportFormat::Json => context.write_json(&CountReport {
            format_version: FORMAT_VERSION,
            srm: &srm,
        })?,
        ReportFormat::Human => {
            let text = text(&srm, alpha, context.out.style);
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
fn text(srm: &Srm, alpha: f64, style: TextStyle) -> String {
    format!(
        "{}\n{}\n{}\n",
        numbered_arms(srm, style),
        tests(srm, None, style),
        verdict(srm, alpha, style)
    )
}

/// The arms, which have numbers instead of names.
fn numbered_arms(srm: &Srm, style: TextStyle) -> String {
    let names: Vec<String> = (1..=srm.observed_counts.len())
        .map(|number| number.to_string())
        .collect();
    let counts = srm.observed_counts.iter().zip(&srm.expected_proportions);
    let rows: Vec<ArmRow> = names
        .iter()
        .zip(counts)
        .map(|(name, (&observed, &proportion))| ArmRow {
            name,
            observed,
            proportion,
            interval: None,
        })
        .collect();
    arms(Column::number("arm"), &rows, style)
}

fn verdict(srm: &Srm, alpha: f64, style: TextStyle) -> String {
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
        let head = style.paint(Tint::Bad, "SRM:");
        return format!("{head} an arm that should get nothing got some of the {units} units.");
    }
    if srm.reject_null {
        let head = style.paint(Tint::Bad, "SRM:");
        return format!(
            "{head} the {units} units don't split as expected ({p_value} is below {alpha}).{why}"
        );
    }
    let head = style.paint(Tint::Good, "No mismatch:");
    format!("{head} the {units} units split as expected ({p_value} is not below {alpha}).{why}")
}
