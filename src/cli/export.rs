//! `avos export`: writes the layers of a database as layer files, ready for version control.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::options::ReportFormat;
use super::show::{Cell, Column, Table, TextStyle, count_of_findings, counted, findings};
use super::state_at::{ReportedMoment, StateOptions, headline};
use crate::FORMAT_VERSION;
use crate::config::{self, Sources, layer_file_names};
use crate::diagnostic::{Diagnostic, visible};
use crate::domain::{LayerId, LayerState};
use crate::numbers::thousands;
use crate::plan::Scope;
use crate::report::Role;
use crate::review::Review;
use crate::store::{self, DatabaseLocation, UnreadAllocations};

const EXAMPLES: &str = "\
Examples:
  avos export --db avos.db --out configs
  avos export --db avos.db --out before --at-journal 3
  avos export --db avos.db --out configs --format json | jq -r '.files[].file'

Creates the directory if needed, and refuses one that already has layer files: nothing is
overwritten. Exit code 1 means that the files were written but break a rule: fix them before you
plan. The database isn't changed.";

/// The arguments of `avos export`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ExportArgs {
    /// The database
    #[arg(long, value_name = "FILE", env = "AVOS_DB", hide_env_values = true)]
    db: DatabaseLocation,
    /// Directory for the layer files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    state: StateOptions,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

#[derive(Serialize)]
struct ExportReport<'a> {
    format_version: u32,
    /// Null for the present state.
    at: Option<ReportedMoment>,
    files: Vec<ExportedFile<'a>>,
    left_out: &'a [UnreadAllocations],
    diagnostics: Vec<&'a Diagnostic>,
}

/// A layer file that was written.
#[derive(Serialize)]
struct ExportedFile<'a> {
    file: &'a str,
    layer_id: &'a LayerId,
    experiments: usize,
    #[serde(skip)]
    total_slots: u32,
}

impl<'a> ExportedFile<'a> {
    fn new((file, layer): (&'a str, &&'a LayerState)) -> Self {
        Self {
            file,
            layer_id: &layer.layer.layer_id,
            experiments: layer.experiments.len(),
            total_slots: layer.layer.total_slots,
        }
    }
}

pub(super) fn run(arguments: &ExportArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let store = store::open(arguments.db.clone());
    let past = arguments.state.read_past(&*store, context.now)?;
    let state = match &past {
        None => store.snapshot()?.state,
        Some(past) => past.state.clone(),
    };
    let layers: Vec<&LayerState> = state.layers.values().map(|layer| &**layer).collect();
    if layers.is_empty() {
        return Err(CliError::NothingToExport {
            database: arguments.db.clone(),
            moment: past.map(|past| past.moment.to_string()),
        });
    }
    // No apply writes them, so they belong to the past as well.
    let mut left_out = store.unread_allocations()?;
    left_out.retain(|unread| state.experiment(&unread.experiment_id).is_some());
    let at = past
        .as_ref()
        .map_or(context.now, |past| past.moment.apply().at);
    for (experiment, hold) in layers.iter().flat_map(|layer| layer.held_at(at)) {
        let held = format!(
            "`{}` is held by {}, and its file says {}: a layer file can't record a hold",
            experiment.experiment_id, hold.actor, experiment.status
        );
        writeln!(context.err, "warning: {}", visible(&held))?;
    }
    let files = files(&layers);
    config::write_layer_files(&arguments.out, &files)?;
    // Check the written files like any other layer files.
    let sources = config::read_sources(&arguments.out)?;
    let checked = config::check_sources(&sources, context.now);
    let (review, _) = Review::new(&sources, &checked, &state, &Scope::All, context.now);
    let names = files.iter().map(|(name, _)| name.as_str());
    let document = ExportReport {
        format_version: FORMAT_VERSION,
        at: past.as_ref().map(ReportedMoment::from),
        files: names.zip(&layers).map(ExportedFile::new).collect(),
        left_out: &left_out,
        diagnostics: review.diagnostics().collect(),
    };
    match arguments.format {
        ReportFormat::Json => context.write_json(&document)?,
        ReportFormat::Human => {
            let style = context.out.style;
            if let Some(past) = &past {
                write!(context.out, "{}", headline(past, style))?;
            }
            let text = text(&document, &review, &sources, style);
            write!(context.out, "{text}")?;
        }
    }
    Ok(if review.is_applicable && review.changes.is_empty() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

/// Returns the names and the texts of the layers' files.
fn files(layers: &[&LayerState]) -> Vec<(String, String)> {
    let names = layer_file_names(layers.iter().map(|layer| layer.layer.layer_id.as_str()));
    let texts = layers.iter().map(|layer| config::layer_file_text(layer));
    names.into_iter().zip(texts).collect()
}

fn text(document: &ExportReport, review: &Review, sources: &Sources, style: TextStyle) -> String {
    let table = table(&document.files, style);
    let notes = notes(document.left_out, style);
    let findings = findings(review.diagnostics(), sources, style);
    let verdict = verdict(review, sources, document.at.is_some(), style);
    format!("{table}\n{notes}{findings}{verdict}")
}

fn table(files: &[ExportedFile], style: TextStyle) -> String {
    let mut table = Table::new(vec![
        Column::text("file"),
        Column::text("layer"),
        Column::number("experiments"),
        Column::number("slots"),
    ]);
    for file in files {
        table.row([
            Cell::from(file.file),
            Cell::from(file.layer_id),
            Cell::from(thousands(file.experiments as u64)),
            Cell::from(thousands(file.total_slots)),
        ]);
    }
    table.render(style)
}

/// Returns notes on what the files omit, followed by an empty line.
fn notes(unread: &[UnreadAllocations], style: TextStyle) -> String {
    let mut text = String::new();
    for unread in unread {
        let message = format!(
            "`{}` of experiment `{}` aren't in the files: its splitter ignores them, and layer \
             files can't hold them",
            unread.key, unread.experiment_id
        );
        let head = style.paint(Role::Accent, "note[left-out]");
        text.push_str(&format!("{head}: {}\n", visible(&message)));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// Returns the outcome and the next step.
fn verdict(review: &Review, sources: &Sources, is_past: bool, style: TextStyle) -> String {
    let files = counted(sources.files.len(), "layer file", "layer files");
    let dir = sources.dir.display().to_string();
    let dir = visible(&dir);
    let written = format!("{files} in {dir}");
    let found = count_of_findings(review.diagnostics());
    let plan = if is_past {
        "a plan for that state"
    } else {
        "a plan"
    };
    let (role, outcome, next) = if !review.is_applicable {
        let next = if is_past {
            "That state breaks these rules. Fix the files before you plan."
        } else {
            "The database breaks these rules. Fix the files before you plan; if the files can't \
             change it,\nfix the database and export again."
        };
        (Role::Error, found.unwrap_or_default(), next)
    } else if review.changes.is_empty() {
        let next = if is_past {
            "`avos plan` shows what it would take to get back there from the present."
        } else {
            "Put them under version control. From now on, edit them, plan and apply."
        };
        let found = found.map_or(String::new(), |found| format!(" ({found})"));
        (Role::Success, format!("{plan} has no changes{found}"), next)
    } else {
        let changes = counted(review.changes.len(), "change", "changes");
        let next = "Somebody edited the files meanwhile; review the plan.";
        (Role::Warning, format!("{plan} has {changes}"), next)
    };
    format!("{written}: {}\n{next}\n", style.paint(role, &outcome))
}
