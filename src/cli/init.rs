//! `avos init` and `avos migrate`: the tables in a database on a server. A file needs neither.

use std::io::Write;

use serde::Serialize;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::options::ReportFormat;
use crate::FORMAT_VERSION;
use crate::diagnostic::visible;
use crate::store::{self, DatabaseLocation, SCHEMA_VERSION};

const INIT_EXAMPLES: &str = "\
Examples:
  avos init --db postgres://ada@db.example/avos
  avos init --db postgres://ada@db.example/avos --triggers

Creates the schema `avos` with its tables where they are missing, as a role that may create a
schema; what is there stays. Applies never create tables. With --triggers, consoles and services
notice at once when somebody edits rows by hand, and otherwise within a minute.";

/// The arguments of `avos init`.
#[derive(Debug, clap::Args)]
#[command(after_help = INIT_EXAMPLES)]
pub(super) struct InitArgs {
    /// The database on a server
    #[arg(long, value_name = "URL", env = "AVOS_DB", hide_env_values = true)]
    db: DatabaseLocation,
    /// Also create triggers that notice when rows are edited by hand
    #[arg(long)]
    triggers: bool,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

const MIGRATE_EXAMPLES: &str = "\
Examples:
  avos migrate --db postgres://ada@db.example/avos

Extends the tables of an earlier version, as the role that owns them. Upgrade the programs first:
an earlier version refuses the extended database.";

/// The arguments of `avos migrate`.
#[derive(Debug, clap::Args)]
#[command(after_help = MIGRATE_EXAMPLES)]
pub(super) struct MigrateArgs {
    /// The database on a server
    #[arg(long, value_name = "URL", env = "AVOS_DB", hide_env_values = true)]
    db: DatabaseLocation,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

#[derive(Serialize)]
struct InitReport {
    format_version: u32,
    database: String,
    /// Whether the tables were missing.
    created: bool,
    triggers: bool,
    schema_version: i64,
}

#[derive(Serialize)]
struct MigrateReport {
    format_version: u32,
    database: String,
    /// The version before; null if there was nothing to do.
    from: Option<i64>,
    schema_version: i64,
}

pub(super) fn init(arguments: &InitArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let is_new = store::open(arguments.db.clone()).init(arguments.triggers)?;
    let report = InitReport {
        format_version: FORMAT_VERSION,
        database: arguments.db.to_string(),
        created: is_new,
        triggers: arguments.triggers,
        schema_version: SCHEMA_VERSION,
    };
    if arguments.format == ReportFormat::Json {
        context.write_json(&report)?;
        return Ok(Exit::Fine);
    }
    let database = visible(&report.database);
    let said = match (is_new, arguments.triggers) {
        (true, false) => format!("Prepared {database}\n"),
        (true, true) => format!("Prepared {database}, with triggers\n"),
        (false, false) => format!("{database} was prepared already\n"),
        (false, true) => format!("{database} was prepared already, and has triggers now\n"),
    };
    write!(context.out, "{said}")?;
    Ok(Exit::Fine)
}

pub(super) fn migrate(
    arguments: &MigrateArgs,
    context: &mut VerbContext,
) -> Result<Exit, CliError> {
    let from = store::open(arguments.db.clone()).migrate()?;
    let report = MigrateReport {
        format_version: FORMAT_VERSION,
        database: arguments.db.to_string(),
        from,
        schema_version: SCHEMA_VERSION,
    };
    if arguments.format == ReportFormat::Json {
        context.write_json(&report)?;
        return Ok(Exit::Fine);
    }
    let database = visible(&report.database);
    let said = match from {
        Some(from) => {
            format!("Extended {database} from schema version {from} to {SCHEMA_VERSION}\n")
        }
        None => format!("{database} is up to date: schema version {SCHEMA_VERSION}\n"),
    };
    write!(context.out, "{said}")?;
    Ok(Exit::Fine)
}
