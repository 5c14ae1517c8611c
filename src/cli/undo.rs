//! `avos history --undo`: edits layer files towards the state before an entry of the journal.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::history::one_entry;
use super::options::ReportFormat;
use super::show::{TextStyle, counted, diff, edit_outcome, edited_file, findings};
use crate::FORMAT_VERSION;
use crate::config::edit::{ValueEdit, replace_layer_files};
use crate::config::{self, Sources};
use crate::diagnostic::Diagnostic;
use crate::report::Role;
use crate::store::StateStore;
use crate::undo::{NOTHING_TO_UNDO, UndoPlan, plan_undo};

#[derive(Serialize)]
struct UndoReport<'a> {
    format_version: u32,
    journal_id: i64,
    /// Whether a file changes, or would.
    changed: bool,
    /// Whether the files were written.
    written: bool,
    files: Vec<UndoneFile<'a>>,
    /// What can't be undone; then nothing is.
    diagnostics: &'a [Diagnostic],
}

#[derive(Serialize)]
struct UndoneFile<'a> {
    file: &'a str,
    edits: &'a [ValueEdit],
    diff: String,
}

/// Undoes an entry in the files of `configs`, or only says what that would be.
pub(super) fn undo(
    store: &dyn StateStore,
    journal_id: i64,
    configs: &Path,
    is_dry_run: bool,
    format: ReportFormat,
    context: &mut VerbContext,
) -> Result<Exit, CliError> {
    let sources = config::read_sources(configs)?;
    let entry = one_entry(store, journal_id)?;
    let state = store.snapshot()?.state;
    let planned = plan_undo(&entry, &sources, &state, context.now)?;
    let is_written = !planned.files.is_empty() && !is_dry_run;
    if is_written {
        replace_layer_files(configs, &planned.files)?;
    }
    match format {
        ReportFormat::Json => {
            let files = planned.files.iter().map(|file| UndoneFile {
                file: &file.file,
                edits: &file.edits,
                diff: file.diff(),
            });
            context.write_json(&UndoReport {
                format_version: FORMAT_VERSION,
                journal_id,
                changed: !planned.files.is_empty(),
                written: is_written,
                files: files.collect(),
                diagnostics: &planned.obstacles,
            })?;
        }
        ReportFormat::Human => {
            let text = text(&planned, &sources, is_written, context.out.style);
            write!(context.out, "{text}")?;
        }
    }
    Ok(if planned.is_possible() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

fn text(planned: &UndoPlan, sources: &Sources, is_written: bool, style: TextStyle) -> String {
    let journal = format!("journal {}", planned.journal_id);
    if !planned.is_possible() {
        let text = findings(&planned.obstacles, sources, style);
        let count = counted(planned.obstacles.len(), "obstacle", "obstacles");
        let outcome = style.paint(Role::Error, &format!("can't be undone: {count}"));
        return format!("{text}{journal} {outcome}\nNothing was written.\n");
    }
    if planned.files.is_empty() {
        return format!("{journal}: {NOTHING_TO_UNDO}\n");
    }
    let mut text = String::new();
    for file in &planned.files {
        text.push_str(&diff(&file.diff(), style));
        text.push('\n');
    }
    for file in &planned.files {
        text.push_str(&edited_file(file, &sources.dir, is_written, style));
    }
    text.push_str(edit_outcome(is_written));
    text
}
