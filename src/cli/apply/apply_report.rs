//! What an apply did, or why it was refused.

use std::io::Write;

use serde::Serialize;

use crate::FORMAT_VERSION;
use crate::cli::context::VerbContext;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::options::ReportFormat;
use crate::cli::show::counted;
use crate::diagnostic::Diagnostic;
use crate::domain::Revision;
use crate::plan::PlanId;
use crate::review::Review;
use crate::store::Applied;

/// What an apply did.
#[derive(Serialize)]
struct ApplyReport<'a> {
    format_version: u32,
    applied: usize,
    journal_id: Option<i64>,
    plan_id: &'a PlanId,
    revision: &'a Revision,
}

/// An apply that was refused.
#[derive(Serialize)]
struct ApplyRefusal<'a> {
    format_version: u32,
    applied: usize,
    journal_id: Option<i64>,
    reason: &'static str,
    diagnostics: Vec<&'a Diagnostic>,
}

/// Returns the error; a program that asked for JSON gets a document as well.
pub(super) fn refuse(
    format: ReportFormat,
    diagnostics: Vec<&Diagnostic>,
    error: CliError,
    context: &mut VerbContext,
) -> Result<Exit, CliError> {
    if format == ReportFormat::Json
        && let Some(reason) = error.refusal()
    {
        context.write_json(&ApplyRefusal {
            format_version: FORMAT_VERSION,
            applied: 0,
            journal_id: None,
            reason,
            diagnostics,
        })?;
    }
    Err(error)
}

/// Reports what was applied.
pub(super) fn report(
    format: ReportFormat,
    plan: &Review,
    applied: &Applied,
    context: &mut VerbContext,
) -> Result<(), CliError> {
    match (format, applied.journal_id) {
        (ReportFormat::Json, journal_id) => context.write_json(&ApplyReport {
            format_version: FORMAT_VERSION,
            applied: applied.applied,
            journal_id,
            plan_id: &plan.plan_id,
            revision: &applied.revision,
        })?,
        // The plan's last line already said that there are no changes.
        (ReportFormat::Human, None) => {}
        (ReportFormat::Human, Some(journal_id)) => {
            let changes = counted(applied.applied, "change", "changes");
            writeln!(context.out, "Applied {changes} (journal {journal_id})")?;
        }
    }
    Ok(())
}
