//! Counts against weights.

use std::io::Write;

use serde::Serialize;

use super::written_counts;
use crate::FORMAT_VERSION;
use crate::cli::context::{Exit, VerbContext};
use crate::cli::error::CliError;
use crate::cli::options::ReportFormat;
use crate::cli::show::{Column, TextStyle, arms, tests};
use crate::numbers::{level, probability, thousands};
use crate::report::{Role, numbered_arms};
use crate::srm::{DecidingTest, Srm, test_counts};

#[derive(Serialize)]
struct CountReport<'a> {
    format_version: u32,
    #[serde(flatten)]
    srm: &'a Srm,
}

/// Tests counts against weights as typed; without weights the arms are even.
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
        Some(written_counts::parse_weights(expected)?)
    };
    let observed = written_counts::parse_counts(observed, weights.as_ref().map(Vec::len))?;
    let weights = weights.unwrap_or_else(|| vec![1.0; observed.len()]);
    let srm = test_counts(&observed, &weights, alpha)?;
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

/// Returns the arms, the tests and the verdict.
fn text(srm: &Srm, alpha: f64, style: TextStyle) -> String {
    format!(
        "{}\n{}\n{}\n",
        arms(Column::number("arm"), &numbered_arms(srm), style),
        tests(srm, None, style),
        verdict(srm, alpha, style)
    )
}

fn verdict(srm: &Srm, alpha: f64, style: TextStyle) -> String {
    if srm.total_sample_size == 0 {
        return "Nothing was tested: there are no units.".to_owned();
    }
    if srm.observed_counts.len() == 1 {
        return "Nothing was tested: a single arm gets every unit.".to_owned();
    }
    let units = thousands(srm.total_sample_size);
    let p_value = match srm.decided_by {
        DecidingTest::ChiSquared | DecidingTest::Exact => "p",
        DecidingTest::Sequential => "sequential p",
    };
    let p_value = format!("{p_value} {}", probability(srm.decisive_p_value()));
    let level = level(alpha);
    let why = match srm.decided_by {
        DecidingTest::ChiSquared | DecidingTest::Exact => "",
        DecidingTest::Sequential => {
            "\nThe sequential test decides: no simulated p-value can be below this alpha."
        }
    };
    if srm.chi2_stat.is_none() {
        let head = style.paint(Role::Error, "SRM:");
        return format!("{head} an arm that should get no units got some of the {units}.");
    }
    if srm.reject_null {
        let head = style.paint(Role::Error, "SRM:");
        return format!(
            "{head} the {units} units don't split as expected ({p_value} is below {level}).{why}"
        );
    }
    let head = style.paint(Role::Success, "No mismatch:");
    format!("{head} the {units} units split as expected ({p_value} isn't below {level}).{why}")
}
