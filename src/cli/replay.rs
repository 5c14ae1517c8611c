//! `avos replay`: checks every logged assignment against the state that answered, or that at its time.

use std::io::Write;

use jiff::Timestamp;
use serde::Serialize;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::log_source::find_log;
use super::options::{ReportFormat, time};
use super::progress::ProgressLine;
use super::show;
use super::skipped::SkippedRows;
use crate::domain::ExperimentId;
use crate::exposure::{LogLocation, LogRows};
use crate::replay::{
    JudgedBy, Mismatch, Reason, Replay, ReplayOptions, RowAnswer, Unchecked, replay,
};
use crate::store::DatabaseLocation;
use crate::timeline::Timeline;
use crate::{FORMAT_VERSION, store};

const EXAMPLES: &str = "\
Examples:
  avos replay --db avos.db --log exposures.db
  avos replay --db avos.db --log exposures.db --since 2025-03-01
  avos replay --db avos.db --log exposures.db --format json | jq '.mismatches[0]'

Assigns every row again with the database's state of the row's own revision, or at the row's
time, taken from its journal. A row without a revision within 60 seconds of an apply may match
the state on either side.

Exit code 1 means that rows differ from the expected assignment, or that the log has rows and
none of them could be checked.";

/// The arguments of `avos replay`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ReplayArgs {
    /// The database
    #[arg(long, value_name = "FILE", env = "AVOS_DB", hide_env_values = true)]
    db: DatabaseLocation,
    /// The exposure log: a file, or a quoted pattern of Parquet or CSV files
    #[arg(long, value_name = "FILE")]
    log: LogLocation,
    /// Skip rows before this time, like 2025-03-01T09:00:00Z (UTC if it has no offset)
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

pub(super) fn run(arguments: &ReplayArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let options = ReplayOptions {
        since: arguments.since,
        ..ReplayOptions::default()
    };
    let replay = replayed(arguments, &options, context)?;
    match arguments.format {
        ReportFormat::Json => context.write_json(&ReplayReport::new(&replay))?,
        ReportFormat::Human => {
            let text = show::replay(&replay, &options, context.out.style);
            write!(context.out, "{text}")?;
        }
    }
    let is_unchecked = replay.rows() > 0 && replay.checked() == 0;
    Ok(if replay.mismatching() > 0 || is_unchecked {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

/// Replays the rows currently in the log.
fn replayed(
    arguments: &ReplayArgs,
    options: &ReplayOptions,
    context: &mut VerbContext,
) -> Result<Replay, CliError> {
    // Before the journal, so that the journal has every apply that these rows can follow.
    let rows = LogRows::open(find_log(&arguments.log, None, context)?)?;
    let (snapshot, entries) = store::open(arguments.db.clone()).snapshot_with_journal()?;
    let timeline = Timeline::new(&snapshot.state, &entries);
    let screen = context.shows_progress().then_some(&mut context.err);
    let mut progress = ProgressLine::new(screen, None);
    Ok(replay(&rows, &timeline, options, |read| {
        progress.read(read.rows, read.fraction);
    })?)
}

#[derive(Serialize)]
struct ReplayReport<'a> {
    format_version: u32,
    rows: u64,
    matching: u64,
    refreshing: u64,
    unchecked: &'a Unchecked,
    judged_by: JudgedBy,
    skipped: SkippedRows,
    /// Rows that differ from the expected assignment.
    mismatching: u64,
    reasons: Vec<ReasonCount>,
    experiments: Vec<ExperimentCount<'a>>,
    mismatches: Vec<ListedMismatch<'a>>,
}

#[derive(Serialize)]
struct ReasonCount {
    reason: Reason,
    rows: u64,
}

#[derive(Serialize)]
struct ExperimentCount<'a> {
    experiment_id: Option<&'a ExperimentId>,
    reason: Reason,
    rows: u64,
    first: Timestamp,
    last: Timestamp,
}

#[derive(Serialize)]
struct ListedMismatch<'a> {
    row_id: i64,
    unit_id: &'a str,
    layer_id: &'a str,
    experiment_id: Option<&'a str>,
    at: Timestamp,
    reason: Reason,
    detail: &'a str,
    logged: &'a RowAnswer,
    expected: Option<&'a RowAnswer>,
    journal_id: Option<i64>,
}

impl<'a> ReplayReport<'a> {
    fn new(replay: &'a Replay) -> Self {
        // Every reason is listed, even one without rows.
        let reasons = Reason::ALL.map(|reason| {
            let mismatches = replay.mismatches.iter();
            let of_it = mismatches.filter(|((its, _), _)| *its == reason);
            ReasonCount {
                reason,
                rows: of_it.map(|(_, these)| these.rows).sum(),
            }
        });
        let experiments = replay.mismatches.iter();
        let experiments = experiments.map(|((reason, experiment_id), these)| ExperimentCount {
            experiment_id: experiment_id.as_ref(),
            reason: *reason,
            rows: these.rows,
            first: these.first,
            last: these.last,
        });
        Self {
            format_version: FORMAT_VERSION,
            rows: replay.rows(),
            matching: replay.matching,
            refreshing: replay.refreshing,
            unchecked: &replay.unchecked,
            judged_by: replay.judged_by,
            skipped: SkippedRows::new(&replay.skipped),
            mismatching: replay.mismatching(),
            reasons: reasons.into(),
            experiments: experiments.collect(),
            mismatches: replay.listed.iter().map(ListedMismatch::new).collect(),
        }
    }
}

impl<'a> ListedMismatch<'a> {
    fn new(mismatch: &'a Mismatch) -> Self {
        Self {
            row_id: mismatch.row_id,
            unit_id: &mismatch.unit_id,
            layer_id: &mismatch.layer_id,
            experiment_id: mismatch.logged.experiment_id.as_deref(),
            at: mismatch.at,
            reason: mismatch.reason,
            detail: &mismatch.detail,
            logged: &mismatch.logged,
            expected: mismatch.expected.as_ref(),
            journal_id: mismatch.journal_id,
        }
    }
}
