//! The verb: all checks, as text or JSON.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::check_inputs::{check_configs, check_database, check_server};
use super::check_surroundings::{check_program, check_settings, check_terminal};
use super::checks::{Check, CheckStatus, Checks};
use crate::FORMAT_VERSION;
use crate::cli::context::{Exit, VerbContext};
use crate::cli::error::CliError;
use crate::cli::options::{ColorChoice, ReportFormat};
use crate::cli::show::{TextStyle, counted};
use crate::diagnostic::visible;
use crate::report::Role;
use crate::store::DatabaseLocation;
use crate::text::{pad, width};

const EXAMPLES: &str = "\
Examples:
  avos doctor
  avos doctor --configs layers --db avos.db

Paste the output into a bug report, but look it over first: it shows the home directory as `~`
and hides nothing else. It changes no files. Exit code 1 means that there is a problem.";

/// The arguments of `avos doctor`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct DoctorArgs {
    /// Directory of the layer files
    #[arg(long, value_name = "DIR")]
    configs: Option<PathBuf>,
    /// The database
    #[arg(long, value_name = "FILE", env = "AVOS_DB", hide_env_values = true)]
    db: Option<DatabaseLocation>,
    /// The console's settings file [default: the usual path]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

#[derive(Serialize)]
struct DoctorReport<'a> {
    format_version: u32,
    checks: &'a [Check],
}

pub(in crate::cli) fn run(
    arguments: &DoctorArgs,
    color: ColorChoice,
    context: &mut VerbContext,
) -> Result<Exit, CliError> {
    let environment = context.environment;
    let mut checks = Checks::new(environment.text("HOME"));
    check_program(&mut checks);
    check_terminal(color, context, &mut checks);
    check_settings(
        arguments.settings.as_deref(),
        color,
        environment,
        &mut checks,
    );
    // Only files can be inspected and watched.
    let db = arguments.db.as_ref().and_then(DatabaseLocation::path);
    if let Some(dir) = &arguments.configs {
        check_configs(dir, db, context.now, &mut checks);
    }
    match (&arguments.db, db) {
        (_, Some(file)) => check_database(file, &mut checks),
        (Some(server), None) => check_server(server, &mut checks),
        (None, None) => {}
    }
    match arguments.format {
        ReportFormat::Json => context.write_json(&DoctorReport {
            format_version: FORMAT_VERSION,
            checks: &checks.found,
        })?,
        ReportFormat::Human => {
            let text = text(&checks, context.out.style);
            write!(context.out, "{text}")?;
        }
    }
    Ok(if checks.count(CheckStatus::Problem) > 0 {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

/// Returns the checks by section, and a summary. Lines are never cut, since they are pasted into
/// reports.
fn text(checks: &Checks, style: TextStyle) -> String {
    let names = checks.found.iter().map(|check| width(check.name));
    let column = names.max().unwrap_or(0);
    let mut text = String::new();
    let mut area = "";
    for check in &checks.found {
        if check.area != area {
            area = check.area;
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(&format!("{}\n", style.paint(Role::Strong, area)));
        }
        let (mark, role) = match check.status {
            CheckStatus::Fine => ("✓", Role::Success),
            CheckStatus::Attention => ("!", Role::Warning),
            CheckStatus::Problem => ("✗", Role::Error),
        };
        text.push_str(&format!(
            "  {} {}  {}\n",
            style.paint(role, mark),
            pad(check.name, column),
            visible(&check.value)
        ));
        if let Some(help) = &check.help {
            let head = style.paint(Role::Accent, "help:");
            text.push_str(&format!("    {head} {}\n", visible(help)));
        }
    }
    format!("{text}\n{}\n", verdict(checks, style))
}

fn verdict(checks: &Checks, style: TextStyle) -> String {
    let problems = checks.count(CheckStatus::Problem);
    let doubts = checks.count(CheckStatus::Attention);
    let doubts = (doubts > 0).then(|| counted(doubts, "thing to know", "things to know"));
    let (role, problems) = if problems > 0 {
        (Role::Error, counted(problems, "problem", "problems"))
    } else {
        (Role::Success, "No problems".to_owned())
    };
    let parts: Vec<String> = [Some(problems), doubts].into_iter().flatten().collect();
    style.paint(role, &parts.join(", "))
}
