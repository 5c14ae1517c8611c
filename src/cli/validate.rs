//! `avos validate`: all findings in the layer files.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::show::{count_of_findings, findings, sarif};
use crate::FORMAT_VERSION;
use crate::config::rules::files::UNREADABLE;
use crate::config::{self, ConfigCounts, ReadError};
use crate::diagnostic::{Diagnostic, Help, Span};
use crate::report::Role;

const EXAMPLES: &str = "\
Examples:
  avos validate --configs layers
  avos validate --configs layers --format json | jq -r '.diagnostics[].code'
  avos validate --configs layers --format sarif > avos.sarif";

/// How the report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ValidateFormat {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
    /// For code hosts.
    Sarif,
}

/// The arguments of `avos validate`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ValidateArgs {
    /// Directory of the layer files
    #[arg(long, value_name = "DIR")]
    configs: PathBuf,
    /// Output format: human, json, or sarif for code hosts
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ValidateFormat,
}

#[derive(Serialize)]
struct ValidateReport<'a> {
    format_version: u32,
    files: usize,
    layers: usize,
    experiments: usize,
    diagnostics: Vec<&'a Diagnostic>,
}

impl<'a> ValidateReport<'a> {
    fn new(counts: ConfigCounts, diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            files: counts.files,
            layers: counts.layers,
            experiments: counts.experiments,
            diagnostics: diagnostics.into_iter().collect(),
        }
    }
}

pub(super) fn run(arguments: &ValidateArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let sources = match config::read_sources(&arguments.configs) {
        Ok(sources) => sources,
        Err(error) => {
            // A program that asked for a document gets one in addition to the error.
            let unreadable = unreadable(&error);
            match arguments.format {
                ValidateFormat::Human => {}
                ValidateFormat::Json => {
                    context
                        .write_json(&ValidateReport::new(ConfigCounts::default(), [&unreadable]))?;
                }
                ValidateFormat::Sarif => write_sarif([&unreadable], arguments, context)?,
            }
            return Err(error.into());
        }
    };
    let checked = config::check_sources(&sources, context.now);
    let diagnostics = || checked.findings.iter().map(|finding| &finding.diagnostic);
    match arguments.format {
        ValidateFormat::Json => {
            context.write_json(&ValidateReport::new(checked.counts, diagnostics()))?;
        }
        ValidateFormat::Sarif => write_sarif(diagnostics(), arguments, context)?,
        ValidateFormat::Human => {
            let style = context.out.style;
            let text = findings(diagnostics(), &sources, style);
            let line = checked.counts.to_string();
            let role = if checked.has_errors() {
                Role::Error
            } else {
                Role::Success
            };
            let verdict = count_of_findings(diagnostics());
            let verdict = verdict.unwrap_or_else(|| "no findings".to_owned());
            let verdict = style.paint(role, &verdict);
            writeln!(context.out, "{text}{line}: {verdict}")?;
        }
    }
    Ok(if checked.has_errors() {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

fn write_sarif<'a>(
    diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
    arguments: &ValidateArgs,
    context: &mut VerbContext,
) -> io::Result<()> {
    let log = sarif(diagnostics, &arguments.configs, &context.current_dir);
    context.write_json(&log)
}

/// Returns an unreadable directory as a finding.
fn unreadable(error: &ReadError) -> Diagnostic {
    Diagnostic {
        rule: &UNREADABLE,
        message: error.to_string(),
        help: error.help().unwrap_or_default().into_owned(),
        span: Span::directory(),
        path: String::new(),
    }
}
