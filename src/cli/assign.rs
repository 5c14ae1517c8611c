//! `avos assign`: the variants of any number of units, in constant memory.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::context::{Exit, OutputStream, VerbContext};
use super::error::CliError;
use super::inputs::{Units, layer_state, past_layer_state};
use super::options::{GroupOptions, ReportFormat, time};
use super::progress::ProgressLine;
use super::show::{Cell, Column, Table, counted};
use super::state_at::{StateOptions, headline};
use crate::assign::{Assigner, Assignment, AssignmentStatus, slot};
use crate::domain::{ExperimentId, LayerId, LayerState, SlotIndex, SlotUse, VariantName};
use crate::exposure::{AssignmentLogger, FileLogger, LogLocation, LoggerOptions};
use crate::json;
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

/// The arguments of `avos assign`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["unit", "units"])))]
pub(super) struct AssignArgs {
    /// The database
    #[arg(long, value_name = "FILE")]
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
    let state = match &past {
        None => layer_state(&*store, &arguments.layer)?,
        Some(past) => past_layer_state(past, &arguments.layer)?,
    };
    let layer = &state.layers[&arguments.layer];
    let assigner = Assigner::new(&state);
    let groups = arguments.groups.groups();
    let clock = context.clock;
    let mut units = match &arguments.units {
        None => Units::Given(arguments.unit.iter()),
        Some(path) => Units::of_file(path, context)?,
    };
    let log = arguments.log.clone();
    let log = log.map(|log| FileLogger::open(log, LoggerOptions::default()));
    let log = log.transpose()?;
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
        let unit = match units.next() {
            Ok(Some(unit)) if !report.out.is_closed() => unit,
            Ok(_) => break Ok(()),
            Err(error) => break Err(error),
        };
        // Units may arrive for hours; each is assigned at its own time.
        let at = arguments.at.unwrap_or_else(clock);
        match assigner.assign(&arguments.layer, unit, &groups, at) {
            Ok(assignment) => {
                if let Some(log) = &log
                    && let Err(error) = log.log_assignments(&[assignment], at)
                {
                    break Err(error.into());
                }
                report.assigned(&assignment)?;
            }
            Err(error) => {
                let error = error.to_string();
                report.refused(&UnassignedUnit::new(unit, layer, &error))?;
                // At most one per experiment, since all units share the same groups.
                *refused.entry(error).or_default() += 1;
            }
        }
        progress.advance(1);
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
}

/// Writes the lines.
struct AssignReport<'r, 's> {
    format: ReportFormat,
    out: &'r mut OutputStream<'s>,
    /// Rows waiting to be aligned together.
    table: Table,
    /// The buffer of a line of JSON.
    line: Vec<u8>,
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
            line: Vec::new(),
            units: 0,
            assigned: 0,
        }
    }

    fn assigned(&mut self, assignment: &Assignment) -> io::Result<()> {
        let is_assigned = assignment.status == AssignmentStatus::Assigned;
        self.units += 1;
        self.assigned += usize::from(is_assigned);
        if self.format == ReportFormat::Json {
            return self.json(assignment);
        }
        let role = if is_assigned {
            Role::Success
        } else {
            Role::Dim
        };
        self.row([
            Cell::from(assignment.unit_id),
            Cell::from(assignment.slot_index.to_string()),
            Cell::from(assignment.experiment_id.map_or("-", ExperimentId::as_str)),
            Cell::from(assignment.variant.map_or("-", VariantName::as_str)),
            Cell::new(assignment.status.as_str(), role),
        ])
    }

    fn refused(&mut self, refused: &UnassignedUnit) -> io::Result<()> {
        self.units += 1;
        if self.format == ReportFormat::Json {
            return self.json(refused);
        }
        self.row([
            Cell::from(refused.unit_id),
            Cell::from(refused.slot_index.to_string()),
            Cell::from(refused.experiment_id.map_or("-", ExperimentId::as_str)),
            Cell::from("-"),
            Cell::new(refused.status, Role::Error),
        ])
    }

    fn json(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        json::write(&mut self.line, line)?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }

    fn row(&mut self, cells: [Cell; 5]) -> io::Result<()> {
        self.table.row(cells);
        if self.table.len() < ROWS_AT_ONCE {
            return Ok(());
        }
        self.rows()
    }

    fn rows(&mut self) -> io::Result<()> {
        let text = self.table.render(self.out.style);
        self.out.write_all(text.as_bytes())
    }

    /// Writes the waiting rows and, for people, the totals.
    fn finish(mut self) -> io::Result<()> {
        if self.format == ReportFormat::Human {
            self.rows()?;
            let units = counted(self.units, "unit", "units");
            writeln!(self.out, "{units}, {} assigned", self.assigned)?;
        }
        Ok(())
    }
}
