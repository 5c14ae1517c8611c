//! `avos layers`: the slots of each layer and the experiments that hold them.

use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;
use serde::Serialize;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::inputs::find_layer;
use super::options::ReportFormat;
use super::show::{Cell, Column, Table, TextStyle, counted, cut, slot_bar};
use super::state_at::{ReportedMoment, StateOptions, headline};
use crate::diagnostic::visible;
use crate::domain::{
    Experiment, ExperimentId, Fraction, HashAlgorithm, Hold, LayerId, LayerState, SlotIndex,
    SlotRun, SlotUse, Status,
};
use crate::numbers::thousands;
use crate::report::{Role, letter, percent};
use crate::store::DatabaseLocation;
use crate::{FORMAT_VERSION, store};

const EXAMPLES: &str = "\
Examples:
  avos layers --db avos.db
  avos layers --db avos.db --layer homepage_hero
  avos layers --db avos.db --at-journal 3
  avos layers --db avos.db --state-at 2025-03-01T09:00:00Z
  avos layers --db avos.db --format json | jq '.layers[].free_slots'";

/// The arguments of `avos layers`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct LayersArgs {
    /// The database
    #[arg(long, value_name = "FILE", env = "AVOS_DB", hide_env_values = true)]
    db: DatabaseLocation,
    /// Show only this layer
    #[arg(long, value_name = "ID")]
    layer: Option<LayerId>,
    #[command(flatten)]
    state: StateOptions,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

#[derive(Serialize)]
struct LayersReport<'a> {
    format_version: u32,
    /// Null for the present state.
    at: Option<ReportedMoment>,
    layers: Vec<ReportedLayer<'a>>,
}

/// One layer in the report.
#[derive(Serialize)]
struct ReportedLayer<'a> {
    layer_id: &'a LayerId,
    hash_algorithm: HashAlgorithm,
    total_slots: u32,
    total_traffic_percentage: Fraction,
    used_slots: u32,
    free_slots: u32,
    reserved_slots: u32,
    utilization_percentage: f64,
    active_experiments: usize,
    experiment_slot_counts: BTreeMap<&'a ExperimentId, u32>,
    slots: Vec<&'a SlotRun>,
    /// In force, or over and not yet ended by a plan.
    holds: Vec<ReportedHold<'a>>,
}

#[derive(Serialize)]
struct ReportedHold<'a> {
    experiment_id: &'a ExperimentId,
    #[serde(flatten)]
    hold: &'a Hold,
}

impl<'a> ReportedLayer<'a> {
    fn new(state: &'a LayerState) -> Self {
        let (layer, slots) = (&state.layer, &state.slots);
        let mut held = BTreeMap::new();
        let mut reserved = 0;
        for run in slots.runs() {
            *held.entry(&run.experiment_id).or_default() += run.slot_count();
            if run.usage == SlotUse::Reserved {
                reserved += run.slot_count();
            }
        }
        let active = state.experiments.iter();
        let active = active.filter(|experiment| experiment.status == Status::Active);
        let holds = state.holds.iter();
        let holds = holds.map(|(experiment_id, hold)| ReportedHold {
            experiment_id,
            hold,
        });
        Self {
            layer_id: &layer.layer_id,
            hash_algorithm: layer.hash_algorithm,
            total_slots: layer.total_slots,
            total_traffic_percentage: layer.total_traffic_percentage,
            used_slots: slots.used(),
            free_slots: slots.unused(),
            reserved_slots: reserved,
            utilization_percentage: 100.0 * f64::from(slots.used()) / f64::from(layer.total_slots),
            active_experiments: active.count(),
            experiment_slot_counts: held,
            slots: slots.runs().collect(),
            holds: holds.collect(),
        }
    }
}

pub(super) fn run(arguments: &LayersArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let store = store::open(arguments.db.clone());
    let past = arguments.state.read_past(&*store, context.now)?;
    let state = match &past {
        None => store.snapshot()?.state,
        Some(past) => past.state.clone(),
    };
    let chosen: Vec<&LayerState> = match &arguments.layer {
        None => state.layers.values().map(|layer| &**layer).collect(),
        Some(id) => {
            let moment = past.as_ref().map(|past| &past.moment);
            vec![find_layer(&state, id, moment)?]
        }
    };
    if arguments.format == ReportFormat::Json {
        context.write_json(&LayersReport {
            format_version: FORMAT_VERSION,
            at: past.as_ref().map(ReportedMoment::from),
            layers: chosen.into_iter().map(ReportedLayer::new).collect(),
        })?;
        return Ok(Exit::Fine);
    }
    if let Some(past) = &past {
        write!(context.out, "{}", headline(past, context.out.style))?;
    }
    if chosen.is_empty() {
        let were = if past.is_some() { "were" } else { "are" };
        writeln!(context.out, "There {were} no layers.")?;
    }
    let at = past.map_or(context.now, |past| past.moment.apply().at);
    for (index, layer) in chosen.into_iter().enumerate() {
        let gap = if index > 0 { "\n" } else { "" };
        write!(context.out, "{gap}{}", text(layer, at, context.out.style))?;
    }
    Ok(Exit::Fine)
}

/// Returns a headline, the slot bar, and a line for each experiment that holds slots.
fn text(state: &LayerState, at: Timestamp, style: TextStyle) -> String {
    let layer = ReportedLayer::new(state);
    let mut figures = format!(
        "{} of {} used, {}",
        thousands(layer.used_slots),
        counted(layer.total_slots as usize, "slot", "slots"),
        percent(layer.utilization_percentage / 100.0),
    );
    let cap = layer.total_traffic_percentage.value();
    if cap < 1.0 {
        figures.push_str(&format!(", cap {}", percent(cap)));
    }
    figures.push_str(&format!(", {}", layer.hash_algorithm));
    let room = style.room(style.width.saturating_sub(figures.len() + 2));
    let id = cut(&visible(layer.layer_id.as_str()), room);
    let mut text = format!("{}  {figures}\n", style.paint(Role::Strong, &id));
    let experiments = state.experiments.iter();
    let mut held: Vec<_> = experiments
        .filter(|experiment| experiment.holds_slots())
        .collect();
    // In the order of the bar, from left to right.
    held.sort_by_key(|experiment| first_slot(state, &experiment.experiment_id));
    let ids: Vec<&ExperimentId> = held.iter().map(|known| &known.experiment_id).collect();
    text.push_str(&slot_bar(state, &ids, 2, style));
    text.push('\n');
    let mut table = Table::new(vec![
        Column::whole(""),
        Column::text("experiment"),
        Column::whole("status"),
        Column::number("active"),
        Column::number("reserved"),
        Column::text("slots"),
    ])
    .indented(2);
    for (number, experiment) in held.into_iter().enumerate() {
        let id = &experiment.experiment_id;
        let count = |usage| thousands(state.slots.count(id, usage));
        table.row([
            Cell::new(letter(number).to_string(), Role::Experiment(number)),
            Cell::from(id.as_str()),
            Cell::from(status_words(state, experiment, at)),
            Cell::from(count(SlotUse::Active)),
            Cell::from(count(SlotUse::Reserved)),
            Cell::from(slot_ranges(state, id)),
        ]);
    }
    if table.len() > 0 {
        text.push_str(&table.render(style));
    }
    text
}

/// Returns the status, and whether the experiment is held at this time.
fn status_words(state: &LayerState, experiment: &Experiment, at: Timestamp) -> String {
    let hold = state.holds.get(&experiment.experiment_id);
    let is_held = hold.is_some_and(|hold| hold.is_in_force(at));
    let suffix = if is_held { ", held" } else { "" };
    format!("{}{suffix}", experiment.status)
}

/// Returns the lowest slot of an experiment; one without slots sorts last.
fn first_slot(state: &LayerState, id: &ExperimentId) -> SlotIndex {
    let first = state.slots.runs_of(id).next();
    first.map_or(SlotIndex(u32::MAX), |run| run.first)
}

/// Returns the slots that an experiment holds, like `0–49, 60`; reserved ones in parentheses.
fn slot_ranges(state: &LayerState, id: &ExperimentId) -> String {
    let runs = state.slots.runs_of(id).map(|run| {
        let range = if run.first == run.last {
            run.first.to_string()
        } else {
            format!("{}–{}", run.first, run.last)
        };
        match run.usage {
            SlotUse::Active => range,
            SlotUse::Reserved => format!("({range})"),
        }
    });
    runs.collect::<Vec<_>>().join(", ")
}
