//! Values of several layers and experiments, set at once: what undoing an apply needs.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::sources::{SourceFile, Sources};
use super::check_edited::check_edited;
use super::file_edit::{EditError, FileEdit, ScalarValue};
use super::found_mapping::FoundMapping;
use crate::domain::ExperimentId;

/// New values of one layer or experiment.
#[derive(Clone, Debug)]
pub struct ValuesEdit {
    /// The file's name in the configs directory.
    pub file: String,
    /// The experiment; `None` for the layer's own values.
    pub experiment_id: Option<ExperimentId>,
    /// The keys with their values; [`ScalarValue::Null`] for none.
    pub values: Vec<(&'static str, ScalarValue)>,
}

/// Plans all of these edits, or none. Returns an edit per file that has to change.
///
/// The edits of a file are planned one after the other, each on the text that the one before it gave, and
/// the rules are checked at the end: on the way two dates may be out of order.
pub fn plan_values(
    sources: &Sources,
    edits: &[ValuesEdit],
    now: Timestamp,
) -> Result<Vec<FileEdit>, EditError> {
    let mut planned = Vec::new();
    for file in &sources.files {
        let of_file = edits.iter().filter(|edit| edit.file == file.name);
        let mut whole: Option<FileEdit> = None;
        for edit in of_file {
            let content = match &whole {
                Some(so_far) => Ok(Arc::clone(&so_far.after)),
                None => file.content.clone(),
            };
            let name = file.name.clone();
            let next = plan_one(SourceFile { name, content }, edit)?;
            whole = Some(match whole {
                Some(so_far) => so_far.followed_by(next),
                None => next,
            });
        }
        planned.extend(whole.filter(FileEdit::is_change));
    }
    for edit in &planned {
        check_edited(edit, now)?;
    }
    Ok(planned)
}

fn plan_one(file: SourceFile, edit: &ValuesEdit) -> Result<FileEdit, EditError> {
    let values = edit.values.iter();
    let values = values.map(|(key, value)| (vec![(*key).to_owned()], value.clone()));
    let alone = Sources::new("", vec![file]);
    let found = match &edit.experiment_id {
        Some(id) => FoundMapping::experiment(&alone, id)?,
        None => FoundMapping::layer(&alone.files[0])?,
    };
    found.set(values.collect())
}
