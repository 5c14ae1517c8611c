//! `avos copy`: copies state and journal into an empty database, and compares both.

use std::io::Write;

use serde::Serialize;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::options::ReportFormat;
use super::show::counted;
use crate::FORMAT_VERSION;
use crate::copying::{CopiedDatabase, copy_database};
use crate::diagnostic::visible;
use crate::numbers::thousands;
use crate::store::{self, DatabaseLocation};

const EXAMPLES: &str = "\
Examples:
  avos copy --from avos.db --to postgres://ada@db.example/avos
  avos copy --from postgres://ada@db.example/avos --to backup.db

Copies the state and the whole journal into a database that has neither, then reads both and
compares: by digest, and by what 1,000 invented units get in every layer. Nobody should apply to
the first one meanwhile: what comes after the copy isn't in it.";

/// The arguments of `avos copy`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CopyArgs {
    /// The database to copy
    #[arg(long, value_name = "DB")]
    from: DatabaseLocation,
    /// The empty database: a path where there is no file yet, or a server's after `avos init`
    #[arg(long, value_name = "DB")]
    to: DatabaseLocation,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

#[derive(Serialize)]
struct CopyReport {
    format_version: u32,
    from: String,
    to: String,
    #[serde(flatten)]
    copied: CopiedDatabase,
}

pub(super) fn run(arguments: &CopyArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let (from, to) = (
        store::open(arguments.from.clone()),
        store::open(arguments.to.clone()),
    );
    let copied = copy_database(&*from, &*to, context.now)?;
    let (from, to) = (arguments.from.to_string(), arguments.to.to_string());
    match arguments.format {
        ReportFormat::Json => context.write_json(&CopyReport {
            format_version: FORMAT_VERSION,
            from,
            to,
            copied,
        })?,
        ReportFormat::Human => {
            let text = format!(
                "Copied {}, {} and {} from {} to {}\nBoth have digest {:.12}, and {} units get \
                 the same from both.\n",
                counted(copied.layers, "layer", "layers"),
                counted(copied.experiments, "experiment", "experiments"),
                counted(
                    copied.entries,
                    "entry of the journal",
                    "entries of the journal"
                ),
                visible(&from),
                visible(&to),
                copied.digest,
                thousands(copied.units),
            );
            write!(context.out, "{text}")?;
        }
    }
    Ok(Exit::Fine)
}
