//! The notes on keys that a file leaves out, where the database has another value than the default.

use super::draft::Draft;
use super::{Note, NoteCode};
use crate::domain::{DesiredLayer, Experiment, ExperimentId, LayerState, differing_attributes};

/// Values of the database that a default would take the place of. Whoever loses a line of a file
/// asks for that without a word.
pub(super) fn note_left_out_keys(
    draft: &mut Draft,
    desired: &DesiredLayer,
    before: Option<&LayerState>,
) {
    let Some(before) = before else { return };
    let (from, to) = (
        before.layer.total_traffic_percentage,
        desired.total_traffic_percentage,
    );
    if !from.is_same(to) {
        let changed = Changed::new("total_traffic_percentage", &from, &to);
        note_if_left_out(draft, desired, None, changed);
    }
    for wants in &desired.experiments {
        let id = &wants.experiment_id;
        if let Some(has) = before.experiment(id) {
            for changed in changed_by_defaults(has, wants) {
                note_if_left_out(draft, desired, Some(id), changed);
            }
        }
    }
}

/// A key whose values in files and database differ.
struct Changed {
    key: &'static str,
    from: String,
    to: String,
}

impl Changed {
    fn new(key: &'static str, from: &impl ToString, to: &impl ToString) -> Self {
        Self {
            key,
            from: from.to_string(),
            to: to.to_string(),
        }
    }
}

/// Returns the differences in keys that may be left out.
fn changed_by_defaults(has: &Experiment, wants: &Experiment) -> impl Iterator<Item = Changed> {
    // A reserve that grows, or that never was more than the traffic, follows the traffic, which is
    // noted if it has to be.
    let reserve = has.reserved_percentage;
    let is_reserve_lost =
        reserve.exceeds(wants.reserved_percentage) && reserve.exceeds(has.traffic_percentage);
    differing_attributes(has, wants)
        .filter(move |attribute| attribute.key != "reserved_percentage" || is_reserve_lost)
        .filter_map(|attribute| {
            let words = attribute.words?;
            Some(Changed::new(attribute.key, &words(has), &words(wants)))
        })
}

fn note_if_left_out(
    draft: &mut Draft,
    desired: &DesiredLayer,
    id: Option<&ExperimentId>,
    changed: Changed,
) {
    let Changed { key, from, to } = changed;
    if !desired.left_out.contains(id, key) {
        return;
    }
    let whose = match id {
        Some(id) => format!("`{id}`"),
        None => format!("layer `{}`", desired.layer_id),
    };
    let message = format!(
        "`{key}` of {whose} isn't in the file: left out it means {to}, and the database has {from}"
    );
    let layer_id = desired.layer_id.clone();
    draft.notes.push(Note {
        key: Some(key.to_owned()),
        ..Note::new(NoteCode::KeyLeftOut, layer_id, id.cloned(), message)
    });
}
