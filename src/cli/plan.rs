//! `avos plan`: what an apply would change, and what blocks it.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::inputs::LoadedProposal;
use super::safeguards::SafeguardArgs;
use super::scope_args::ScopeArgs;
use super::show::{markdown, saved_line, show_plan};
use crate::config::Checked;
use crate::domain::State;
use crate::plan_file;
use crate::review::choose_again;
use crate::store::DatabaseLocation;

const EXAMPLES: &str = "\
Examples:
  avos plan --configs layers --db avos.db
  avos plan --configs layers --db avos.db --layer homepage_hero
  avos plan --configs layers --db avos.db --only hero_layout_v1 checkout_payment_v1
  avos plan --configs layers --db avos.db --detailed-exitcode || echo changes or errors
  avos plan --configs layers --db avos.db --fail-on switching,leaving,joining=50%
  avos plan --configs layers --db avos.db --format markdown > comment.md
  avos plan --configs layers --db avos.db --out plan.json
  avos plan --renew plan.json --configs layers --db avos.db --out plan.json

A database that doesn't exist counts as empty. `avos plan` writes only the file of --out:
`avos apply --plan` applies exactly that plan, and `avos-tui --plan` shows it. --renew plans the
layers of a saved plan anew, and says whether that is the same as was reviewed, less, or more.
With --detailed-exitcode: 0 no changes, 1 errors, 2 changes. --fail-on exits with 1.";

/// The arguments of `avos plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct PlanArgs {
    /// Directory of the layer files
    #[arg(long, value_name = "DIR")]
    configs: PathBuf,
    /// The database
    #[arg(long, value_name = "FILE", env = "AVOS_DB", hide_env_values = true)]
    db: DatabaseLocation,
    #[command(flatten)]
    choice: ScopeArgs,
    /// Plan again what this saved plan covers, and compare the two; it may be stale or partly applied
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["layers", "only"])]
    renew: Option<PathBuf>,
    /// Save the plan to this file, replacing an earlier plan
    #[arg(long, value_name = "PLAN")]
    out: Option<PathBuf>,
    /// Exit with 2 if there are changes
    #[arg(long)]
    detailed_exitcode: bool,
    #[command(flatten)]
    safeguards: SafeguardArgs,
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
    let safeguards = &arguments.safeguards;
    if let Some(out) = &arguments.out {
        let files = [
            ("the database", db.path()),
            ("the exposure log", safeguards.log_file()),
        ];
        plan_file::check_place(out, configs, &files)?;
    }
    let renewed = arguments
        .renew
        .as_deref()
        .map(plan_file::read)
        .transpose()?;
    let choose = |checked: &Checked, state: &State| match &renewed {
        Some(renewed) => choose_again(&renewed.scope(), checked, state),
        None => arguments.choice.scope(checked, state),
    };
    let mut proposal = LoadedProposal::from_files(configs, db, choose, context.now)?;
    if let Some(renewed) = &renewed {
        safeguards.keep_evidence(renewed, &mut proposal, context)?;
    }
    safeguards.weigh(&mut proposal, context)?;
    if let Some(renewed) = &renewed {
        proposal.review = proposal.review.renewing(renewed);
    }
    let refusal = safeguards.refusal(&proposal, context)?;
    let plan = &proposal.review;
    let document = plan.to_report();
    let out = arguments.out.as_ref();
    // A refused plan must not be left ready to be applied.
    let saved = out.filter(|_| refusal.is_none());
    if let Some(path) = saved {
        plan_file::write(path, &document)?;
    }
    match arguments.format {
        PlanFormat::Json => context.write_json(&document)?,
        PlanFormat::Human => {
            show_plan(&proposal, &mut context.out)?;
            if let Some(path) = saved {
                let style = context.out.style;
                write!(context.out, "{}", saved_line(path, db, style))?;
            }
        }
        PlanFormat::Markdown => {
            let text = markdown(&proposal, refusal.as_ref());
            write!(context.out, "{text}")?;
        }
    }
    if let Some(refusal) = refusal {
        let consequence = if out.is_some() {
            "; the plan wasn't saved"
        } else {
            ""
        };
        return Err(CliError::RefusedPlan {
            refusal,
            consequence,
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
