//! `avos assign`: the variants of any number of units, in constant memory.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::assign_rows::JsonRows;
use super::context::{Exit, OutputStream, VerbContext};
use super::error::CliError;
use super::inputs::{Units, layer_and_revision, layer_state, past_layer_state};
use super::log_source::find_log;
use super::options::{GroupOptions, ReportFormat, time};
use super::progress::ProgressLine;
use super::show::{Cell, Column, Table, counted};
use super::state_at::{StateOptions, headline};
use crate::actor;
use crate::assign::{Answers, Assigner, Assignment, AssignmentStatus, slot};
use crate::domain::{ExperimentId, LayerId, LayerState, SlotIndex, SlotUse, VariantName};
use crate::exposure::{AssignmentLogger, FileLogger, LogError, LogLocation, LoggerOptions};
use crate::report::Role;
use crate::store::{self, DatabaseLocation};

const EXAMPLES: &str = "\
Examples:
  avos assign --db avos.db --layer homepage_hero --unit user_1 user_2
  avos assign --db avos.db --layer pricing --unit user_1 --segment premium --geo DE
  avos assign --db avos.db --layer homepage_hero --units ids.txt --format json
  cut -f1 users.tsv | avos assign --db avos.db --layer homepage_hero --units -
  avos assign --db avos.db --layer homepage_hero --unit user_1 --log exposures.db
  avos assign --db avos.db --layer homepage_hero --unit user_1 --at-journal 3 --at 2025-03-01

A file of units has one id per line; empty lines are skipped. With --format json, each unit is
one line of JSON. A unit whose group is missing or unknown gets the status `error` and the exit
code is 1, but the rest continues. With --log, every answer is also appended to an exposure log,
which is created if needed; errors aren't logged. --at-journal and --state-at choose layers and
experiments of the past, and --at the time that their dates are compared with; what such a state
says isn't logged.";

/// How many rows of a table are aligned together; the rest of a stream isn't known yet.
const ROWS_AT_ONCE: usize = 1000;

/// How many answers are logged together. A large copy would be given back to the system each time, and
/// getting it again costs more than copying.
const LOGGED_AT_ONCE: usize = 256;

/// The arguments of `avos assign`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["unit", "units"])))]
pub(super) struct AssignArgs {
    /// The database
    #[arg(long, value_name = "FILE", env = "AVOS_DB", hide_env_values = true)]
    db: DatabaseLocation,
    /// The layer
    #[arg(long, value_name = "ID")]
    layer: LayerId,
    /// One or more unit ids; can be repeated
    #[arg(long, value_name = "ID", num_args = 1..)]
    unit: Vec<String>,
    /// A file with one unit id per line; `-` for standard input
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    units: Option<PathBuf>,
    #[command(flatten)]
    groups: GroupOptions,
    #[command(flatten)]
    state: StateOptions,
    /// The time of the assignment, like 2025-03-01T09:00:00Z (UTC if it has no offset) [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,
    /// Append the answers to this exposure log
    #[arg(long, value_name = "FILE")]
    log: Option<LogLocation>,
    /// Output format: human, or json with one document per line
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

pub(super) fn run(arguments: &AssignArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    if arguments.log.is_some() && arguments.state.is_past() {
        return Err(CliError::PastLog);
    }
    let store = store::open(arguments.db.clone());
    let past = arguments.state.read_past(&*store, context.now)?;
    let (state, revision) = match &past {
        None if arguments.log.is_some() => layer_and_revision(&*store, &arguments.layer)?,
        None => (layer_state(&*store, &arguments.layer)?, None),
        Some(past) => (past_layer_state(past, &arguments.layer)?, None),
    };
    let layer = &state.layers[&arguments.layer];
    let mut assigner = Assigner::new(&state);
    if let Some(revision) = revision {
        assigner = assigner.with_revision(revision);
    }
    let groups = arguments.groups.groups();
    let clock = context.clock;
    let mut units = match &arguments.units {
        None => Units::Given(&arguments.unit),
        Some(path) => Units::of_file(path, context)?,
    };
    let log = match &arguments.log {
        Some(log) => {
            let log = find_log(log, None, context)?;
            let options = LoggerOptions {
                source: Some(actor::source()),
                ..LoggerOptions::default()
            };
            Some(FileLogger::open(log, options)?)
        }
        None => None,
    };
    // On a terminal the lines themselves show the progress.
    let shows_progress = context.shows_progress() && !context.out.is_terminal;
    let mut progress = ProgressLine::new(shows_progress.then_some(&mut context.err), None);
    if let Some(past) = &past
        && arguments.format == ReportFormat::Human
    {
        write!(context.out, "{}", headline(past, context.out.style))?;
    }
    let mut report = AssignReport::new(arguments.format, &mut context.out);
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let stopped = loop {
        let units = match units.next_batch() {
            Ok(units) if !units.is_empty() && !report.out.is_closed() => units,
            Ok(_) => break Ok(()),
            Err(error) => break Err(error),
        };
        // Units may arrive for hours; each batch is assigned at its own time.
        let at = arguments.at.unwrap_or_else(clock);
        let answers = assigner.assign_bulk(&arguments.layer, &units, &groups, at);
        let answers = answers.map_err(CliError::UnknownLayer)?;
        if let Some(log) = &log
            && let Err(error) = log_answers(log, &answers, at)
        {
            break Err(error.into());
        }
        for error in report.batch(&units, &answers, layer)? {
            // At most one per experiment, since all units share the same groups.
            *refused.entry(error).or_default() += 1;
        }
        progress.advance(units.len());
    };
    // Answers before an unreadable line are still shown.
    report.finish()?;
    stopped?;
    log.map_or(Ok(()), FileLogger::close)?;
    if refused.is_empty() {
        return Ok(Exit::Fine);
    }
    Err(CliError::Unassigned {
        units: refused.values().sum(),
        reason: refused.into_keys().collect::<Vec<_>>().join("; "),
    })
}

/// Logs the answers that aren't errors.
fn log_answers(log: &FileLogger, answers: &Answers, at: Timestamp) -> Result<(), LogError> {
    for answers in answers.chunks(LOGGED_AT_ONCE) {
        let answers = answers.iter().filter_map(|answer| answer.as_ref().ok());
        let assignments: Vec<Assignment> = answers.copied().collect();
        log.log_assignments(&assignments, at)?;
    }
    Ok(())
}

/// The line of a unit that can't be assigned: what is known, and the error.
#[derive(Serialize)]
struct UnassignedUnit<'a> {
    unit_id: &'a str,
    layer_id: &'a LayerId,
    slot_index: SlotIndex,
    experiment_id: Option<&'a ExperimentId>,
    experiment_name: Option<&'a str>,
    variant: Option<&'a VariantName>,
    status: &'static str,
    error: &'a str,
}

impl<'a> UnassignedUnit<'a> {
    fn new(unit_id: &'a str, state: &'a LayerState, error: &'a str) -> Self {
        let layer = &state.layer;
        let slot_index = slot(
            layer.hash_algorithm,
            &layer.layer_salt,
            unit_id,
            layer.total_slots,
        );
        let run = state.slots.run_at(slot_index);
        let run = run.filter(|run| run.usage == SlotUse::Active);
        let experiment = run.and_then(|run| state.experiment(&run.experiment_id));
        Self {
            unit_id,
            layer_id: &layer.layer_id,
            slot_index,
            experiment_id: experiment.map(|experiment| &experiment.experiment_id),
            experiment_name: experiment.map(|experiment| experiment.name.as_str()),
            variant: None,
            status: "error",
            error,
        }
    }

    fn cells(&self) -> [Cell; 5] {
        [
            Cell::from(self.unit_id),
            Cell::from(self.slot_index.to_string()),
            Cell::from(self.experiment_id.map_or("-", ExperimentId::as_str)),
            Cell::from("-"),
            Cell::new(self.status, Role::Error),
        ]
    }
}

/// Writes a line for each unit.
struct AssignReport<'r, 's> {
    format: ReportFormat,
    out: &'r mut OutputStream<'s>,
    /// Rows waiting to be aligned together.
    table: Table,
    /// The buffer of a batch's lines of JSON.
    lines: Vec<u8>,
    units: usize,
    assigned: usize,
}

impl<'r, 's> AssignReport<'r, 's> {
    fn new(format: ReportFormat, out: &'r mut OutputStream<'s>) -> Self {
        Self {
            format,
            out,
            table: Table::new(vec![
                Column::text("unit"),
                Column::number("slot"),
                Column::text("experiment"),
                Column::text("variant"),
                Column::whole("status"),
            ]),
            lines: Vec::new(),
            units: 0,
            assigned: 0,
        }
    }

    /// Writes the answers to these units, and returns the errors among them. Lines of JSON are written
    /// at once, since a program may wait for them.
    fn batch(
        &mut self,
        units: &[&str],
        answers: &Answers,
        layer: &LayerState,
    ) -> io::Result<Vec<String>> {
        self.units += units.len();
        let mut errors = Vec::new();
        let mut rows = JsonRows::new(&mut self.lines);
        for (unit, answer) in units.iter().zip(answers) {
            match answer {
                Ok(assignment) => {
                    let is_assigned = assignment.status == AssignmentStatus::Assigned;
                    self.assigned += usize::from(is_assigned);
                    match self.format {
                        ReportFormat::Json => rows.assigned(assignment)?,
                        ReportFormat::Human => self.table.row(cells(assignment)),
                    }
                }
                Err(error) => {
                    let error = error.to_string();
                    let refused = UnassignedUnit::new(unit, layer, &error);
                    match self.format {
                        ReportFormat::Json => rows.row(&refused)?,
                        ReportFormat::Human => self.table.row(refused.cells()),
                    }
                    errors.push(error);
                }
            }
            if self.table.len() == ROWS_AT_ONCE {
                let text = self.table.render(self.out.style);
                self.out.write_all(text.as_bytes())?;
            }
        }
        if self.format == ReportFormat::Json {
            self.out.write_all(&self.lines)?;
            self.lines.clear();
            self.out.flush()?;
        }
        Ok(errors)
    }

    /// Writes the waiting rows and, for people, the totals.
    fn finish(mut self) -> io::Result<()> {
        if self.format == ReportFormat::Human {
            let text = self.table.render(self.out.style);
            self.out.write_all(text.as_bytes())?;
            let units = counted(self.units, "unit", "units");
            writeln!(self.out, "{units}, {} assigned", self.assigned)?;
        }
        Ok(())
    }
}

/// The row of an answer.
fn cells(assignment: &Assignment) -> [Cell; 5] {
    let role = match assignment.status {
        AssignmentStatus::Assigned => Role::Success,
        _ => Role::Dim,
    };
    [
        Cell::from(assignment.unit_id),
        Cell::from(assignment.slot_index.to_string()),
        Cell::from(assignment.experiment_id.map_or("-", ExperimentId::as_str)),
        Cell::from(assignment.variant.map_or("-", VariantName::as_str)),
        Cell::new(assignment.status.as_str(), role),
    ]
}
