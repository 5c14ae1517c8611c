//! Edits of an experiment: from what is to be done to the new text of its file.

use jiff::Timestamp;

use super::super::sources::Sources;
use super::super::tree::YamlValue;
use super::check_edited::check_edited;
use super::file_edit::{EditError, FileEdit, Obstacle, ScalarValue};
use super::found_mapping::{FoundMapping, find, text_of};
use crate::domain::{ExperimentId, Fraction, Status, VariantName};

/// What is to be done with an experiment's configuration.
#[derive(Clone, Debug)]
pub enum ExperimentEdit {
    /// Sets `status: paused`.
    Pause,
    /// Sets `status: active`, also for a draft.
    Resume,
    /// Sets `traffic_percentage`, and raises a `reserved_percentage` that would be below it.
    Ramp(Fraction),
    /// Sets `status: completed`.
    Complete {
        /// Gives this variant everything in `traffic_allocation`.
        winner: Option<VariantName>,
    },
}

/// Plans an edit of the file that has this experiment. `now` is what the checks compare dates with.
/// Existing findings don't prevent the edit, not even errors in the same experiment.
pub fn plan_edit(
    sources: &Sources,
    id: &ExperimentId,
    edit: &ExperimentEdit,
    now: Timestamp,
) -> Result<FileEdit, EditError> {
    let found = FoundMapping::experiment(sources, id)?;
    let planned = found.set(values(&found, id, edit)?)?;
    check_edited(&planned, now)?;
    Ok(planned)
}

/// Returns the values to set, each with the keys that lead to it.
fn values(
    found: &FoundMapping<'_>,
    id: &ExperimentId,
    edit: &ExperimentEdit,
) -> Result<Vec<(Vec<String>, ScalarValue)>, EditError> {
    let number = |key: &str, number: f64| (vec![key.to_owned()], ScalarValue::Number(number));
    let status = |status: Status| {
        let value = ScalarValue::Text(status.as_str().to_owned());
        (vec!["status".to_owned()], value)
    };
    Ok(match edit {
        ExperimentEdit::Pause => vec![status(Status::Paused)],
        ExperimentEdit::Resume => vec![status(Status::Active)],
        ExperimentEdit::Ramp(to) => {
            let to = to.value();
            let mut values = vec![number("traffic_percentage", to)];
            let reserve = find(found.pairs(), "reserved_percentage");
            if reserve.is_some_and(
                |(_, node)| matches!(node.value, YamlValue::Number(reserve, _) if reserve < to),
            ) {
                values.push(number("reserved_percentage", to));
            }
            values
        }
        ExperimentEdit::Complete { winner } => {
            let mut values = vec![status(Status::Completed)];
            if let Some(winner) = winner {
                values.extend(shares_of_winner(found, id, winner)?);
            }
            values
        }
    })
}

fn shares_of_winner(
    found: &FoundMapping<'_>,
    id: &ExperimentId,
    winner: &VariantName,
) -> Result<Vec<(Vec<String>, ScalarValue)>, EditError> {
    let key = "traffic_allocation";
    let allocation = find(found.pairs(), key).map(|(_, node)| &node.value);
    let Some(YamlValue::Map(shares)) = allocation else {
        return Err(found.obstructed(&[key.to_owned()], Obstacle::Absent));
    };
    let variants = shares.iter().filter_map(|(variant, _)| text_of(variant));
    let variants: Vec<String> = variants.map(str::to_owned).collect();
    if !variants.iter().any(|variant| variant == winner.as_str()) {
        return Err(EditError::UnknownVariant {
            id: id.clone(),
            variant: winner.to_string(),
            known: variants,
        });
    }
    let share = |variant: String| {
        let share = if variant == winner.as_str() { 1.0 } else { 0.0 };
        (vec![key.to_owned(), variant], ScalarValue::Number(share))
    };
    Ok(variants.into_iter().map(share).collect())
}
