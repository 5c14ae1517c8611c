//! The values that an entry changed: as they were before it, as it left them, and as the files have them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::config::edit::ScalarValue;
use crate::domain::{DesiredLayer, Experiment, ExperimentId, Fraction, LayerId, Status};
use crate::plan::{Action, Change, Edit, ValueChange};

/// Where a value is: the layer, the experiment if it isn't the layer's own, and the key.
pub(super) type ValuePlace = (LayerId, Option<ExperimentId>, &'static str);

/// A value before and after the entry.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct UndoneValue {
    pub(super) before: ScalarValue,
    pub(super) after: ScalarValue,
}

/// Returns the values that these changes set in layer files, each with the first value before and the last
/// one after. What no file says, and what never goes back, isn't among them.
pub(super) fn undone_values(changes: &[Change]) -> BTreeMap<ValuePlace, UndoneValue> {
    let mut values: BTreeMap<ValuePlace, UndoneValue> = BTreeMap::new();
    for change in changes {
        let Some((key, before, after)) = value_of(&change.action) else {
            continue;
        };
        let place = (change.layer_id.clone(), change.experiment_id.clone(), key);
        let known = values.entry(place);
        known
            .and_modify(|value| value.after.clone_from(&after))
            .or_insert(UndoneValue { before, after });
    }
    values
}

fn value_of(action: &Action) -> Option<(&'static str, ScalarValue, ScalarValue)> {
    Some(match action {
        Action::UpdateLayer { from, to } => ("total_traffic_percentage", share(*from), share(*to)),
        Action::SetStatus { from, to } => ("status", status(*from), status(*to)),
        // The hold itself is in the database; its pause may have been written back to the file.
        Action::Hold { from, .. } if *from == Status::Active => {
            ("status", status(*from), status(Status::Paused))
        }
        Action::Edit(edit) => match edit {
            Edit::Name(change) => of_edit("name", change, |name| ScalarValue::Text(name.clone())),
            Edit::StartDate(change) => of_edit("start_date", change, |at| date(*at)),
            Edit::EndDate(change) => of_edit("end_date", change, |at| date(*at)),
            Edit::Priority(change) => of_edit("priority", change, |value| integer(*value)),
        },
        Action::CreateLayer { .. }
        | Action::CreateExperiment { .. }
        | Action::RampUp { .. }
        | Action::Reserve { .. }
        | Action::Complete { .. }
        | Action::Hold { .. }
        | Action::Release { .. } => return None,
    })
}

fn of_edit<T>(
    key: &'static str,
    change: &ValueChange<T>,
    value: impl Fn(&T) -> ScalarValue,
) -> (&'static str, ScalarValue, ScalarValue) {
    (key, value(&change.from), value(&change.to))
}

/// Returns what the file says now.
pub(super) fn present(layer: &DesiredLayer, place: &ValuePlace) -> Option<ScalarValue> {
    let (_, id, key) = place;
    let Some(id) = id else {
        return Some(share(layer.total_traffic_percentage));
    };
    let mut experiments = layer.experiments.iter();
    let experiment = experiments.find(|experiment| experiment.experiment_id == *id)?;
    Some(value_in(experiment, key))
}

fn value_in(experiment: &Experiment, key: &str) -> ScalarValue {
    match key {
        "name" => ScalarValue::Text(experiment.name.clone()),
        "start_date" => date(experiment.start_date),
        "end_date" => date(experiment.end_date),
        "priority" => integer(experiment.priority),
        _ => status(experiment.status),
    }
}

/// Returns whether two values are the same to the planner.
pub(super) fn is_same(one: &ScalarValue, other: &ScalarValue) -> bool {
    let share = |value: &ScalarValue| match value {
        ScalarValue::Number(number) => Fraction::new(*number),
        _ => None,
    };
    match (share(one), share(other)) {
        (Some(one), Some(other)) => one.is_same(other),
        _ => one == other,
    }
}

fn share(share: Fraction) -> ScalarValue {
    ScalarValue::Number(share.value())
}

fn status(status: Status) -> ScalarValue {
    ScalarValue::Text(status.as_str().to_owned())
}

fn date(at: Option<Timestamp>) -> ScalarValue {
    at.map_or(ScalarValue::Null, |at| ScalarValue::Date(at.to_string()))
}

fn integer(value: i64) -> ScalarValue {
    ScalarValue::Integer(value)
}
