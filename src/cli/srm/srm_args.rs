//! The arguments, and which of the two tests they ask for.

use std::path::PathBuf;

use jiff::Timestamp;

use super::log_test::{LogFailOn, LogTest};
use super::{count_test, log_test};
use crate::cli::context::{Exit, VerbContext};
use crate::cli::error::CliError;
use crate::cli::log_source::find_log;
use crate::cli::options::{AlphaOption, ReportFormat, time};
use crate::domain::ExperimentId;
use crate::environment::{DATABASE_VARIABLE, Environment};
use crate::exposure::LogLocation;
use crate::store::DatabaseLocation;

const EXAMPLES: &str = "\
Examples:
  avos srm --observed 5000,5200
  avos srm --observed 700,310 --expected 0.7,0.3
  avos srm --observed 90,110,100 --expected 1,1,1 --alpha 0.01 --format json
  avos srm --db avos.db --log exposures.db
  avos srm --db avos.db --log exposures.db --experiment hero_layout_v1 --since 2026-05-04
  avos srm --db avos.db --log 'exposures/*.parquet'

Exit code 1 means a mismatch, or that nothing in the log could be tested: every row
was skipped, or an experiment is active and no split was tested.

Counts: a mismatch is a p-value below alpha. The chi-squared test decides. If an
arm expects fewer than 5 units, the exact test decides, or the sequential test if
the exact test is simulated and its p-value can't reach alpha.

Logs: a mismatch is a corrected sequential p-value of at most alpha. Test as often as
you like: later rows never withdraw a mismatch.";

/// The arguments of `avos srm`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["observed", "log"])))]
pub(in crate::cli) struct SrmArgs {
    /// The number of units in each arm, separated by commas, without thousands separators
    #[arg(long, value_name = "N,N,…", num_args = 1..)]
    observed: Vec<String>,
    /// The arms' weights, on any scale [default: equal]
    #[arg(long, value_name = "W,W,…", num_args = 1.., conflicts_with = "log")]
    expected: Vec<String>,
    /// The database with the log's experiments [default: that of the variable `AVOS_DB`]
    #[arg(
        long,
        value_name = "FILE",
        requires = "log",
        conflicts_with = "observed"
    )]
    db: Option<DatabaseLocation>,
    /// The exposure log to test: a file, a quoted pattern of Parquet or CSV files, or a source of the settings
    #[arg(long, value_name = "FILE")]
    log: Option<LogLocation>,
    /// Settings to use instead of ~/.config/avos/settings.yml, for a source in --log
    #[arg(
        long,
        value_name = "FILE",
        requires = "log",
        conflicts_with = "observed"
    )]
    settings: Option<PathBuf>,
    /// Test only this experiment
    #[arg(long, value_name = "ID", requires = "log", conflicts_with = "observed")]
    experiment: Option<ExperimentId>,
    /// Skip exposures before this time, like 2025-03-01T09:00:00Z (UTC if it has no offset)
    #[arg(
        long,
        value_name = "TIME",
        value_parser = time,
        requires = "log",
        conflicts_with = "observed"
    )]
    since: Option<Timestamp>,
    /// Break each tested split down by the values of these columns of the log, such as platform
    #[arg(
        long,
        value_name = "COLUMN,…",
        value_delimiter = ',',
        requires = "log",
        conflicts_with = "observed"
    )]
    by: Vec<String>,
    /// The least deviation of a share, in percentage points, to count as a mismatch; a smaller one is
    /// a warning
    #[arg(
        long,
        value_name = "POINTS",
        default_value_t = 0.0,
        allow_hyphen_values = true,
        value_parser = points,
        requires = "log",
        conflicts_with = "observed"
    )]
    least_deviation: f64,
    /// Also exit with 1 for: untested, skipped, lost, anomalies
    #[arg(
        long,
        value_name = "KIND,…",
        value_delimiter = ',',
        requires = "log",
        conflicts_with = "observed"
    )]
    fail_on: Vec<LogFailOn>,
    #[command(flatten)]
    alpha: AlphaOption,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

fn points(text: &str) -> Result<f64, &'static str> {
    let points = text.parse().ok();
    points
        .filter(|points| (0.0..=100.0).contains(points))
        .ok_or("give a number of percentage points from 0 to 100, such as 0.5")
}

pub(in crate::cli) fn run(
    arguments: &SrmArgs,
    context: &mut VerbContext,
) -> Result<Exit, CliError> {
    let (alpha, format) = (arguments.alpha.alpha, arguments.format);
    match &arguments.log {
        Some(log) => log_test::run(
            &LogTest {
                db: &database(arguments.db.as_ref(), context.environment)?,
                log: &find_log(log, arguments.settings.as_deref(), context)?,
                experiment: arguments.experiment.as_ref(),
                since: arguments.since,
                by: &arguments.by,
                alpha,
                least_deviation: arguments.least_deviation / 100.0,
                fail_on: &arguments.fail_on,
                format,
            },
            context,
        ),
        None => count_test::run(
            &arguments.observed,
            &arguments.expected,
            alpha,
            format,
            context,
        ),
    }
}

/// Returns the database that is named, or that of the environment.
fn database(
    named: Option<&DatabaseLocation>,
    environment: Environment,
) -> Result<DatabaseLocation, CliError> {
    match (named, environment.path(DATABASE_VARIABLE)) {
        (Some(named), _) => Ok(named.clone()),
        (None, Some(name)) => DatabaseLocation::parse(name).map_err(CliError::WrongDatabase),
        (None, None) => Err(CliError::NoDatabase),
    }
}
