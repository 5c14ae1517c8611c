//! The verb: every area, as text or JSON.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::check::{Check, Report, Status};
use super::{configs, database, program, settings, terminal};
use crate::FORMAT_VERSION;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::{ColorChoice, Format};
use crate::cli::run::Exit;
use crate::cli::show::{Look, Tint, counted};
use crate::diagnostic::visible;
use crate::text::{pad, width};

const EXAMPLES: &str = "\
Examples:
  avos doctor
  avos doctor --configs layers --db avos.db

Paste what it prints into a bug report. It writes nothing, and shows the home directory as
`~`; look it over all the same. Exit code 1 means that there is a problem.";

/// The arguments of `avos doctor`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// Directory of the layer files
    #[arg(long, value_name = "DIR")]
    configs: Option<PathBuf>,
    /// The database
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// The console's settings, if not in their usual place
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// How the report is written: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

#[derive(Serialize)]
struct Document<'a> {
    format_version: u32,
    checks: &'a [Check],
}

pub(in crate::cli) fn run(
    arguments: &Arguments,
    color: ColorChoice,
    context: &mut Context,
) -> Result<Exit, CliError> {
    let environment = context.environment;
    let mut report = Report::new(environment.text("HOME"));
    program::look(&mut report);
    terminal::look(color, context, &mut report);
    settings::look(
        arguments.settings.as_deref(),
        color,
        environment,
        &mut report,
    );
    if let Some(dir) = &arguments.configs {
        configs::look(dir, arguments.db.as_deref(), context.now, &mut report);
    }
    if let Some(db) = &arguments.db {
        database::look(db, &mut report);
    }
    match arguments.format {
        Format::Json => context.write_json(&Document {
            format_version: FORMAT_VERSION,
            checks: &report.checks,
        })?,
        Format::Human => {
            let text = text(&report, context.out.look);
            write!(context.out, "{text}")?;
        }
    }
    Ok(if report.count(Status::Problem) > 0 {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

/// The checks by their areas, and how many need a look. Lines are never cut: they are to be pasted.
fn text(report: &Report, look: Look) -> String {
    let names = report.checks.iter().map(|check| width(check.name));
    let column = names.max().unwrap_or(0);
    let mut text = String::new();
    let mut area = "";
    for check in &report.checks {
        if check.area != area {
            area = check.area;
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(&format!("{}\n", look.paint(Tint::Strong, area)));
        }
        let (mark, tint) = match check.status {
            Status::Fine => ("✓", Tint::Good),
            Status::Attention => ("!", Tint::Doubtful),
            Status::Problem => ("✗", Tint::Bad),
        };
        text.push_str(&format!(
            "  {} {}  {}\n",
            look.paint(tint, mark),
            pad(check.name, column),
            visible(&check.value)
        ));
        if let Some(help) = &check.help {
            let head = look.paint(Tint::Accent, "help:");
            text.push_str(&format!("    {head} {}\n", visible(help)));
        }
    }
    format!("{text}\n{}\n", verdict(report, look))
}

fn verdict(report: &Report, look: Look) -> String {
    let problems = report.count(Status::Problem);
    let doubts = report.count(Status::Attention);
    let doubts = (doubts > 0).then(|| counted(doubts, "thing to know", "things to know"));
    let (tint, problems) = if problems > 0 {
        (Tint::Bad, counted(problems, "problem", "problems"))
    } else {
        (Tint::Good, "No problems".to_owned())
    };
    let parts: Vec<String> = [Some(problems), doubts].into_iter().flatten().collect();
    look.paint(tint, &parts.join(", "))
}
