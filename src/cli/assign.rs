//! `avos assign`: which variants units get, for any number of units in constant memory.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::context::VerbContext;
use super::error::CliError;
use super::exit::Exit;
use super::options::{GroupOptions, ReportFormat, time};
use super::output_stream::OutputStream;
use super::progress::Progress;
use super::show::{Cell, Column, Table, Tint, counted};
use super::units::Units;
use crate::assign::{AssignError, Assigner, Assignment, AssignmentStatus, slot};
use crate::domain::{ExperimentId, LayerId, LayerState, SlotIndex, SlotUse, VariantName};
use crate::exposure::{AssignmentLogger, FileLogger, LoggerOptions};
use crate::json;
use crate::store::Store;

const EXAMPLES: &str = "\
Examples:
  avos assign --db avos.db --layer homepage_hero --unit user_1 user_2
  avos assign --db avos.db --layer pricing --unit user_1 --segment premium --geo DE
  avos assign --db avos.db --layer homepage_hero --units ids.txt --format json
  cut -f1 users.tsv | avos assign --db avos.db --layer homepage_hero --units -
  avos assign --db avos.db --layer homepage_hero --unit user_1 --log exposures.db

A file of units has one id a line; all of a line but its end is the id, and empty lines are left
out. With --format json every unit is one line of JSON. A unit whose group is missing or unknown
has the status `error`; the rest goes on, and the exit code is 1. With --log every answer is also
appended to an exposure log, which is created if it isn't there; errors aren't logged.";

/// How many rows of a table are aligned at once: the rest of a stream is not known by then.
const ROWS_AT_ONCE: usize = 1000;

/// The arguments of `avos assign`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["unit", "units"])))]
pub(super) struct AssignArgs {
    /// The database
    #[arg(long, value_name = "FILE")]
    db: PathBuf,
    /// The layer
    #[arg(long, value_name = "ID")]
    layer: LayerId,
    /// A unit's id; several may follow, and it may be given several times
    #[arg(long, value_name = "ID", num_args = 1..)]
    unit: Vec<String>,
    /// A file with one unit id a line; `-` for standard input
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    units: Option<PathBuf>,
    #[command(flatten)]
    groups: GroupOptions,
    /// The time of the assignment, like 2025-03-01T09:00:00Z; UTC without an offset [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,
    /// Append the answers to this exposure log
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// How the report is written: human, or json with one document a line
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

pub(super) fn run(arguments: &AssignArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let state = Store::new(&arguments.db).read()?.state;
    let layer = state.layers.get(&arguments.layer).ok_or_else(|| {
        CliError::UnknownLayer(AssignError::unknown_layer(
            &arguments.layer,
            state.layers.keys(),
        ))
    })?;
    let assigner = Assigner::new(&state);
    let groups = arguments.groups.groups();
    let clock = context.clock;
    let mut units = match &arguments.units {
        None => Units::Given(arguments.unit.iter()),
        Some(path) => Units::of_file(path, context)?,
    };
    let log = arguments.log.as_ref();
    let log = log.map(|path| FileLogger::open(path, LoggerOptions::default()));
    let log = log.transpose()?;
    // On a terminal the lines themselves show how far it is.
    let shows_progress = context.shows_progress() && !context.out.is_terminal;
    let mut progress = Progress::new(shows_progress.then_some(&mut context.err), None);
    let mut report = AssignReport::new(arguments.format, &mut context.out);
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let stopped = loop {
        let unit = match units.next() {
            Ok(Some(unit)) if !report.out.is_closed() => unit,
            Ok(_) => break Ok(()),
            Err(error) => break Err(error),
        };
        // Units may come for hours, and each is assigned when it comes.
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
                // As many different ones as there are experiments: the groups are those of all.
                *refused.entry(error).or_default() += 1;
            }
        }
        progress.advance();
    };
    // What was answered before a line that can't be read is shown all the same.
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

/// A unit that can't be assigned, as its line has it: what is known all the same, and why not.
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

/// The lines as they are written.
struct AssignReport<'r, 's> {
    format: ReportFormat,
    out: &'r mut OutputStream<'s>,
    /// Rows that wait to be aligned together.
    table: Table,
    /// A line of JSON in the making.
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
        let tint = if is_assigned { Tint::Good } else { Tint::Faint };
        self.row([
            Cell::from(assignment.unit_id),
            Cell::from(assignment.slot_index.to_string()),
            Cell::from(assignment.experiment_id.map_or("-", ExperimentId::as_str)),
            Cell::from(assignment.variant.map_or("-", VariantName::as_str)),
            Cell::new(assignment.status.as_str(), tint),
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
            Cell::new(refused.status, Tint::Bad),
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

    /// Writes what waits and, for people, how many there were.
    fn finish(mut self) -> io::Result<()> {
        if self.format == ReportFormat::Human {
            self.rows()?;
            let units = counted(self.units, "unit", "units");
            writeln!(self.out, "{units}, {} assigned", self.assigned)?;
        }
        Ok(())
    }
}
