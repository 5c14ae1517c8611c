//! `avos plan`: what an apply would change, and what blocks it.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;

use super::context::VerbContext;
use super::error::CliError;
use super::exit::Exit;
use super::inputs::LoadedProposal;
use super::plan_fail_on::{FailOn, breaches};
use super::show::{NEW_DATABASE, markdown, plan_line, review, saved_line};
use crate::domain::LayerId;
use crate::plan_file;

const EXAMPLES: &str = "\
Examples:
  avos plan --configs layers --db avos.db
  avos plan --configs layers --db avos.db --layer homepage_hero
  avos plan --configs layers --db avos.db --detailed-exitcode || echo changes or errors
  avos plan --configs layers --db avos.db --fail-on switching,leaving,joining=50%
  avos plan --configs layers --db avos.db --format markdown > comment.md
  avos plan --configs layers --db avos.db --out plan.json

A database that doesn't exist counts as empty. `avos plan` writes only the file of --out:
`avos apply --plan` applies exactly that plan, and `avos-tui --plan` shows it.
With --detailed-exitcode: 0 no changes, 1 errors, 2 changes. --fail-on exits with 1.";

/// The arguments of `avos plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct PlanArgs {
    /// Directory of the layer files
    #[arg(long, value_name = "DIR")]
    configs: PathBuf,
    /// The database
    #[arg(long, value_name = "FILE")]
    db: PathBuf,
    /// Plan only this layer; can be repeated
    #[arg(long = "layer", value_name = "ID")]
    layers: Vec<LayerId>,
    /// Save the plan to this file, replacing an earlier plan
    #[arg(long, value_name = "PLAN")]
    out: Option<PathBuf>,
    /// Exit with 2 if there are changes
    #[arg(long)]
    detailed_exitcode: bool,
    /// Refuse a plan that makes units move or has warnings: switching, leaving, joining,
    /// joining=SHARE (more than this share of a layer, like 0.5 or 50%), warnings; can be repeated
    #[arg(long, value_name = "CONDITION", value_delimiter = ',')]
    fail_on: Vec<FailOn>,
    /// Output format: human, json or markdown
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: PlanFormat,
}

/// How a plan is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    /// For people at a terminal.
    #[default]
    Human,
    /// For programs.
    Json,
    /// For people at a pull request.
    Markdown,
}

pub(super) fn run(arguments: &PlanArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let (configs, db) = (&arguments.configs, &arguments.db);
    let proposal = LoadedProposal::from_files(configs, db, &arguments.layers, context.now)?;
    let (plan, after) = (&proposal.review, proposal.known_after());
    let document = plan.to_report();
    let breaches = breaches(&arguments.fail_on, plan);
    let out = arguments.out.as_ref();
    // A refused plan must not lie there ready to be applied.
    if let Some(path) = out.filter(|_| breaches.is_none()) {
        plan_file::write(path, &document)?;
    }
    match arguments.format {
        PlanFormat::Json => context.write_json(&document)?,
        PlanFormat::Human => {
            let style = context.out.style;
            if proposal.is_new {
                writeln!(context.out, "{NEW_DATABASE}\n")?;
            }
            let text = review(plan, &proposal.sources, after, style);
            let last = plan_line(plan, style);
            write!(context.out, "{text}{last}")?;
            if let Some(path) = out.filter(|_| breaches.is_none()) {
                write!(context.out, "{}", saved_line(path, db, style))?;
            }
        }
        PlanFormat::Markdown => {
            let text = markdown(
                plan,
                &proposal.sources,
                after,
                proposal.is_new,
                breaches.as_deref(),
            );
            write!(context.out, "{text}")?;
        }
    }
    if let Some(breaches) = breaches {
        return Err(CliError::FailOn {
            breaches,
            has_out: out.is_some(),
        });
    }
    Ok(if !plan.is_applicable {
        Exit::Findings
    } else if arguments.detailed_exitcode && !plan.changes.is_empty() {
        Exit::Changes
    } else {
        Exit::Fine
    })
}
