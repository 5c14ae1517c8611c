//! `avos plan`: what an apply would change, and what stands in its way.

use std::io::Write;
use std::path::PathBuf;

use super::context::Context;
use super::error::CliError;
use super::inputs::Inputs;
use super::options::Format;
use super::run::Exit;
use super::show::{plan_line, review};
use crate::domain::LayerId;
use crate::review::Document;

const EXAMPLES: &str = "\
Examples:
  avos plan --configs configs --db avos.db
  avos plan --configs configs --db avos.db --layer homepage_hero
  avos plan --configs configs --db avos.db --detailed-exitcode || echo changes or errors

A database that doesn't exist counts as an empty one. Nothing is written.
With --detailed-exitcode: 0 no change, 1 error, 2 changes.";

/// The arguments of `avos plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Directory of the layer files
    #[arg(long, value_name = "DIR")]
    configs: PathBuf,
    /// The database
    #[arg(long, value_name = "FILE")]
    db: PathBuf,
    /// Plan this layer only; may be given several times
    #[arg(long = "layer", value_name = "ID")]
    layers: Vec<LayerId>,
    /// Exit with 2 where there are changes
    #[arg(long)]
    detailed_exitcode: bool,
    /// How the report is written: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments, context: &mut Context) -> Result<Exit, CliError> {
    let now = context.now;
    let inputs = Inputs::read(&arguments.configs, &arguments.db, &arguments.layers, now)?;
    let plan = inputs.review(now);
    match arguments.format {
        Format::Json => context.write_json(&Document::new(&plan))?,
        Format::Human => {
            let look = context.out.look;
            let text = review(&plan, &inputs.sources, &inputs.scope, look);
            let last = plan_line(&plan, &inputs.scope, look);
            write!(context.out, "{text}{last}")?;
        }
    }
    Ok(if !plan.is_applicable {
        Exit::Findings
    } else if arguments.detailed_exitcode && !plan.changes.is_empty() {
        Exit::Changes
    } else {
        Exit::Fine
    })
}
