//! `avos pause`, `resume`, `ramp` and `complete`: edits of layer files in place.

use std::io::Write;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::options::ReportFormat;
use super::show::{TextStyle, diff, edit_outcome, edited_file, with_causes};
use crate::FORMAT_VERSION;
use crate::config::edit::{
    EditError, EditPlace, ExperimentEdit, FileEdit, ValueEdit, plan_edit, replace_layer_file,
};
use crate::config::{self, Sources};
use crate::diagnostic::{Diagnostic, visible};
use crate::domain::{ExperimentId, Fraction, VariantName};

/// What all of these verbs take.
#[derive(Debug, clap::Args)]
struct EditedExperiment {
    /// The experiment
    #[arg(value_name = "EXPERIMENT")]
    experiment: ExperimentId,
    /// Directory of the layer files
    #[arg(long, value_name = "DIR")]
    configs: PathBuf,
    /// Show the edit, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

const PAUSE_EXAMPLES: &str = "\
Examples:
  avos pause hero_layout_v1 --configs layers
  avos pause hero_layout_v1 --configs layers --dry-run

Sets `status: paused` in the layer file, and changes no other byte. The database changes with the
next apply; to stop an experiment at once, whatever the files say, use `avos hold`.";

/// The arguments of `avos pause`.
#[derive(Debug, clap::Args)]
#[command(after_help = PAUSE_EXAMPLES)]
pub(super) struct PauseArgs {
    #[command(flatten)]
    edited: EditedExperiment,
}

const RESUME_EXAMPLES: &str = "\
Examples:
  avos resume hero_layout_v1 --configs layers

Sets `status: active` in the layer file, also for a draft, and changes no other byte.";

/// The arguments of `avos resume`.
#[derive(Debug, clap::Args)]
#[command(after_help = RESUME_EXAMPLES)]
pub(super) struct ResumeArgs {
    #[command(flatten)]
    edited: EditedExperiment,
}

const RAMP_EXAMPLES: &str = "\
Examples:
  avos ramp hero_layout_v1 40% --configs layers
  avos ramp hero_layout_v1 0.4 --configs layers --dry-run

Sets `traffic_percentage` in the layer file, raises a `reserved_percentage` that would be below it,
and changes no other byte.";

/// The arguments of `avos ramp`.
#[derive(Debug, clap::Args)]
#[command(after_help = RAMP_EXAMPLES)]
pub(super) struct RampArgs {
    #[command(flatten)]
    edited: EditedExperiment,
    /// Share of the layer, like 40% or 0.4
    #[arg(value_name = "TO")]
    to: Fraction,
}

const COMPLETE_EXAMPLES: &str = "\
Examples:
  avos complete hero_layout_v1 --configs layers
  avos complete hero_layout_v1 --winner layout_b --configs layers

Sets `status: completed` in the layer file, with `--winner` also its share to 1.0 and the others to
0.0, and changes no other byte. After the apply no unit gets a variant of it from AVOS, so ship the
winner first.";

/// The arguments of `avos complete`.
#[derive(Debug, clap::Args)]
#[command(after_help = COMPLETE_EXAMPLES)]
pub(super) struct CompleteArgs {
    #[command(flatten)]
    edited: EditedExperiment,
    /// The variant that won
    #[arg(long, value_name = "VARIANT")]
    winner: Option<String>,
}

#[derive(Serialize)]
struct EditReport<'a> {
    format_version: u32,
    experiment_id: &'a ExperimentId,
    /// Null if no single file is known.
    file: Option<&'a str>,
    /// Whether the file changes, or would.
    changed: bool,
    /// Whether it was written.
    written: bool,
    edits: &'a [ValueEdit],
    diff: String,
    /// Null unless the edit was refused.
    error: Option<EditRefusal<'a>>,
}

/// Why nothing was edited.
#[derive(Serialize)]
struct EditRefusal<'a> {
    message: String,
    help: Option<String>,
    place: Option<EditPlace>,
    diagnostics: &'a [Diagnostic],
}

pub(super) fn pause(arguments: &PauseArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    run(&arguments.edited, &ExperimentEdit::Pause, context)
}

pub(super) fn resume(arguments: &ResumeArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    run(&arguments.edited, &ExperimentEdit::Resume, context)
}

pub(super) fn ramp(arguments: &RampArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    run(
        &arguments.edited,
        &ExperimentEdit::Ramp(arguments.to),
        context,
    )
}

pub(super) fn complete(
    arguments: &CompleteArgs,
    context: &mut VerbContext,
) -> Result<Exit, CliError> {
    let winner = arguments.winner.as_deref().map(VariantName::from);
    run(
        &arguments.edited,
        &ExperimentEdit::Complete { winner },
        context,
    )
}

fn run(
    arguments: &EditedExperiment,
    edit: &ExperimentEdit,
    context: &mut VerbContext,
) -> Result<Exit, CliError> {
    let sources = config::read_sources(&arguments.configs)?;
    let id = &arguments.experiment;
    let (planned, is_written) = match make(arguments, edit, &sources, context.now) {
        Ok(made) => made,
        Err(error) => {
            if arguments.format == ReportFormat::Json {
                context.write_json(&refused(id, &error))?;
            }
            return Err(error);
        }
    };
    match arguments.format {
        ReportFormat::Json => context.write_json(&EditReport {
            format_version: FORMAT_VERSION,
            experiment_id: id,
            file: Some(&planned.file),
            changed: planned.is_change(),
            written: is_written,
            edits: &planned.edits,
            diff: planned.diff(),
            error: None,
        })?,
        ReportFormat::Human => {
            let text = text(&planned, &sources, is_written, context.out.style);
            write!(context.out, "{text}")?;
        }
    }
    Ok(Exit::Fine)
}

/// Plans the edit, and writes it unless this is a dry run or nothing changes.
fn make(
    arguments: &EditedExperiment,
    edit: &ExperimentEdit,
    sources: &Sources,
    now: Timestamp,
) -> Result<(FileEdit, bool), CliError> {
    let planned = plan_edit(sources, &arguments.experiment, edit, now)?;
    let is_written = planned.is_change() && !arguments.dry_run;
    if is_written {
        replace_layer_file(&arguments.configs, &planned)?;
    }
    Ok((planned, is_written))
}

fn refused<'a>(id: &'a ExperimentId, error: &'a CliError) -> EditReport<'a> {
    let (place, diagnostics): (_, &[Diagnostic]) = match error {
        CliError::Edit(error @ EditError::Breaks { broken }) => (error.place(), broken),
        CliError::Edit(error) => (error.place(), &[]),
        _ => (None, &[]),
    };
    EditReport {
        format_version: FORMAT_VERSION,
        experiment_id: id,
        file: None,
        changed: false,
        written: false,
        edits: &[],
        diff: String::new(),
        error: Some(EditRefusal {
            message: with_causes(error),
            help: error.help(),
            place,
            diagnostics,
        }),
    }
}

fn text(planned: &FileEdit, sources: &Sources, is_written: bool, style: TextStyle) -> String {
    if !planned.is_change() {
        let path = sources.dir.join(&planned.file).display().to_string();
        return format!("{}: nothing to change\n", visible(&path));
    }
    let diff = diff(&planned.diff(), style);
    let file = edited_file(planned, &sources.dir, is_written, style);
    format!("{diff}\n{file}{}", edit_outcome(is_written))
}
