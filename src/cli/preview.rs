//! `avos preview`: how a layer's traffic would split, now or after the plan, for any number of
//! units in constant memory.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::slice;

use serde::Serialize;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::inputs::{LoadedProposal, Units, layer_state};
use super::options::{AlphaOption, GroupOptions, ReportFormat};
use super::progress::ProgressLine;
use super::show::{Keyed, findings, preview};
use crate::FORMAT_VERSION;
use crate::assign::{
    ArmCounts, Assigner, Counter, Groups, Simulation, UNITS_PER_BATCH, UnitSample,
};
use crate::config::Checked;
use crate::diagnostic::Diagnostic;
use crate::domain::{LayerId, State};
use crate::measured::Measured;
use crate::review::choose;
use crate::srm::Srm;
use crate::store::{self, DatabaseLocation};

const EXAMPLES: &str = "\
Examples:
  avos preview --db avos.db --layer homepage_hero --sample 100000
  avos preview --configs layers --db avos.db --layer homepage_hero --sample 100000
  avos preview --db avos.db --layer pricing --units ids.txt --segment premium
  cut -f1 users.tsv | avos preview --db avos.db --layer homepage_hero --units - --format json

With --configs, shows the layer as it will be after the plan; a database that doesn't exist then
counts as empty. The sample's units are user_0, user_1 and so on. If an experiment splits by a
group that isn't given, its units go to its groups in turn, and each group is tested on its own.
The tests are of a fixed hash, not of traffic, so they don't affect the exit code.";

/// The arguments of `avos preview`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["sample", "units"])))]
pub(super) struct PreviewArgs {
    /// The database
    #[arg(long, value_name = "FILE", env = "AVOS_DB", hide_env_values = true)]
    db: DatabaseLocation,
    /// Directory of the layer files [default: preview the database as it is]
    #[arg(long, value_name = "DIR")]
    configs: Option<PathBuf>,
    /// The layer
    #[arg(long, value_name = "ID")]
    layer: LayerId,
    /// Assign this many sample units
    #[arg(long, value_name = "N")]
    sample: Option<u64>,
    /// Assign the units of a file with one unit id per line; `-` for standard input
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    units: Option<PathBuf>,
    #[command(flatten)]
    groups: GroupOptions,
    #[command(flatten)]
    alpha: AlphaOption,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

/// Returns the key of the counts: `experiment`, or `experiment[group]` if its groups are counted
/// separately.
fn key(arms: &ArmCounts, groups: &Groups) -> String {
    let id = &arms.experiment_id;
    match &arms.group {
        Some(group) if groups.of(arms.splitter).is_none() => format!("{id}[{group}]"),
        _ => id.to_string(),
    }
}

/// Returns the counts under their key; without units there is nothing to test.
fn keyed(layer: &LayerId, arms: &ArmCounts, groups: &Groups, alpha: f64) -> Keyed {
    let key = key(arms, groups);
    let mut measured = Measured::new(layer, arms, alpha);
    if measured.units() == 0 {
        measured.srm = None;
    }
    Keyed { key, measured }
}

#[derive(Serialize)]
struct PreviewReport<'a> {
    format_version: u32,
    total_users: u64,
    assignment_distribution: BTreeMap<String, u64>,
    unassigned_count: u64,
    /// Unassigned units of experiments that don't have the given group.
    unknown_group_count: u64,
    assignment_rate: f64,
    srm_results: BTreeMap<String, &'a Srm>,
}

impl<'a> PreviewReport<'a> {
    fn new(simulation: &Simulation, entries: &'a [Keyed]) -> Result<Self, CliError> {
        // The groups of an experiment share its variants and are added up. Entries of different
        // experiments aren't, even if their keys collide, as `a:b` with `c` and `a` with `b:c` do.
        let mut counts = BTreeMap::new();
        for Keyed { measured, .. } in entries {
            for (variant, count) in measured.variants.iter().zip(&measured.counts) {
                let entry = counts.entry((&measured.experiment_id, variant));
                *entry.or_default() += count;
            }
        }
        let counts = counts.into_iter();
        let counts = counts.map(|((id, variant), count)| (format!("{id}:{variant}"), count));
        let results = entries.iter();
        let results =
            results.filter_map(|entry| Some((entry.key.clone(), entry.measured.srm.as_ref()?)));
        Ok(Self {
            format_version: FORMAT_VERSION,
            total_users: simulation.total_units,
            assignment_distribution: unique(counts)?,
            unassigned_count: simulation.total_units - simulation.assigned(),
            unknown_group_count: simulation.group_errors,
            assignment_rate: simulation.assignment_rate(),
            srm_results: unique(results)?,
        })
    }
}

/// Collects entries with unique keys into a map.
fn unique<T>(entries: impl Iterator<Item = (String, T)>) -> Result<BTreeMap<String, T>, CliError> {
    let mut map = BTreeMap::new();
    for (key, value) in entries {
        if map.contains_key(&key) {
            return Err(CliError::SameKey(key));
        }
        map.insert(key, value);
    }
    Ok(map)
}

/// A layer that can't be planned.
#[derive(Serialize)]
struct PreviewRefusal<'a> {
    format_version: u32,
    diagnostics: Vec<&'a Diagnostic>,
}

/// Where the units come from.
enum UnitSource<'a> {
    Sample(UnitSample),
    File(Units<'a>),
}

impl UnitSource<'_> {
    /// Counts the next units, and returns how many they are; 0 at the end.
    fn count_next(&mut self, counter: &mut Counter) -> Result<usize, CliError> {
        Ok(match self {
            Self::Sample(sample) => {
                let units = sample.next_units(UNITS_PER_BATCH);
                counter.count(units);
                units.len()
            }
            Self::File(units) => {
                let units = units.next_batch()?;
                counter.count(&units);
                units.len()
            }
        })
    }
}

pub(super) fn run(arguments: &PreviewArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let assigner = Assigner::new(&state(arguments, context)?);
    let groups = arguments.groups.groups();
    let counter = Counter::new(&assigner, &arguments.layer, &groups, context.now);
    let mut counter = counter.map_err(CliError::UnknownLayer)?;
    let mut source = match (&arguments.units, arguments.sample) {
        (Some(path), _) => UnitSource::File(Units::of_file(path, context)?),
        (None, size) => UnitSource::Sample(UnitSample::new(size.unwrap_or_default())),
    };
    let screen = context.shows_progress().then_some(&mut context.err);
    let mut progress = ProgressLine::new(screen, arguments.sample);
    loop {
        let units = source.count_next(&mut counter)?;
        if units == 0 {
            break;
        }
        progress.advance(units);
    }
    drop(progress);
    let simulation = counter.finish();
    let arms = simulation.experiments.iter();
    let alpha = arguments.alpha.alpha;
    let entries = arms.map(|arms| keyed(&arguments.layer, arms, &groups, alpha));
    let entries: Vec<Keyed> = entries.collect();
    match arguments.format {
        ReportFormat::Json => context.write_json(&PreviewReport::new(&simulation, &entries)?)?,
        ReportFormat::Human => {
            let when = arguments.configs.as_ref().map(|_| "after the plan");
            let text = preview(
                &arguments.layer,
                when,
                &simulation,
                &entries,
                context.out.style,
            );
            write!(context.out, "{text}")?;
        }
    }
    Ok(Exit::Fine)
}

/// Reads the state of the database, or the state after the plan.
fn state(arguments: &PreviewArgs, context: &mut VerbContext) -> Result<State, CliError> {
    let Some(configs) = &arguments.configs else {
        return layer_state(&*store::open(arguments.db.clone()), &arguments.layer);
    };
    let layer = slice::from_ref(&arguments.layer);
    let choose = |checked: &Checked, state: &State| choose(layer, checked, state);
    let proposal = LoadedProposal::from_files(configs, &arguments.db, choose, context.now)?;
    if proposal.review.is_applicable {
        return Ok(proposal.after);
    }
    let errors = proposal.review.blocking_errors();
    let errors: Vec<&Diagnostic> = errors.map(|finding| &finding.diagnostic).collect();
    let count = errors.len();
    match arguments.format {
        ReportFormat::Json => context.write_json(&PreviewRefusal {
            format_version: FORMAT_VERSION,
            diagnostics: errors,
        })?,
        ReportFormat::Human => {
            let text = findings(errors, &proposal.sources, context.out.style);
            write!(context.out, "{text}")?;
        }
    }
    Err(CliError::Unplannable {
        layer: arguments.layer.clone(),
        errors: count,
    })
}
