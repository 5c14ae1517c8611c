//! What is said of an edit that was made: what changed, where, and the key that takes it back.

use super::{EditSet, Edits};
use crate::config::edit::{FileEdit, ScalarValue, ValueEdit};
use crate::console::commands::Command;
use crate::console::model::Startup;
use crate::diagnostic::visible;
use crate::numbers::counted;

/// Says what was edited, and the key that takes it back.
pub(super) fn said(edits: &Edits, edit: &EditSet, startup: &Startup) -> String {
    let place = place(&edit.files);
    if !edit.is_change() {
        let subject = visible(&edit.subject);
        return format!("{subject}: nothing to change, {place} has it already");
    }
    let (lead, next) = match (edits.goes_back, edits.is_undone) {
        (true, false) => ("Undone: ", "redoes it"),
        (true, true) => ("Redone: ", "undoes it"),
        (false, _) => ("", "undoes it"),
    };
    let what = what(edit, &place, startup.symbols.right, lead.is_empty());
    let undo = startup.named(Command::Undo);
    format!("{lead}{what}; {undo} {next}")
}

fn what(edit: &EditSet, place: &str, arrow: &str, is_first: bool) -> String {
    let subject = visible(&edit.subject);
    let values: Vec<&ValueEdit> = edit.files.iter().flat_map(|file| &file.edits).collect();
    let [value] = values.as_slice() else {
        let count = counted(values.len() as u64, "value", "values");
        return format!("{subject}: {count} changed in {place}");
    };
    let key = value.path.rsplit('.').next().unwrap_or(&value.path);
    let key = visible(key);
    let shown = |value: &ScalarValue| visible(&value.to_string()).into_owned();
    let created = if is_first { "Created" } else { "created" };
    match (&value.from, &value.to) {
        // Only a whole experiment comes or goes with its id.
        (None, Some(id)) if key == "experiment_id" => format!("{created} {} in {place}", shown(id)),
        (Some(id), None) if key == "experiment_id" => {
            format!("{} taken out of {place}", shown(id))
        }
        (None, Some(to)) => format!("{subject}: {key} {} added in {place}", shown(to)),
        (Some(from), None) => format!("{subject}: {key} {} taken out of {place}", shown(from)),
        (Some(from), Some(to)) => {
            format!(
                "{subject}: {key} {} {arrow} {} in {place}",
                shown(from),
                shown(to)
            )
        }
        (None, None) => format!("{subject}: {key} changed in {place}"),
    }
}

/// Returns the file with the line, or the files if there are several.
fn place(files: &[FileEdit]) -> String {
    match files {
        [file] => match file.edits.first() {
            Some(first) => format!("{}:{}", visible(&file.file), first.line),
            None => visible(&file.file).into_owned(),
        },
        files => {
            let names: Vec<_> = files.iter().map(|file| visible(&file.file)).collect();
            names.join(", ")
        }
    }
}
