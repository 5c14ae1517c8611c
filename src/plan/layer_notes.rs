//! What reviewers should know about a layer's plan besides its changes.

use std::collections::HashSet;

use super::draft::Draft;
use super::{Note, NoteCode};
use crate::domain::{DesiredLayer, Experiment, ExperimentId, LayerState, differing_attributes};

/// Experiments of the database that no file has. `wanted` are those of all files: one that moved to
/// another layer's file is a violation there.
pub(super) fn note_what_stays(
    draft: &mut Draft,
    before: Option<&LayerState>,
    wanted: &HashSet<&ExperimentId>,
) {
    for has in before.iter().flat_map(|layer| &layer.experiments) {
        let id = &has.experiment_id;
        if !wanted.contains(id) {
            let held = draft.after.slots.held(id);
            draft.note(NoteCode::OnlyInDatabase, Some(id), |layer| {
                format!(
                    "`{id}` ({}, {held} slots) stands only in the database and stays on `{layer}`",
                    has.status
                )
            });
        }
    }
}

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

/// A key under which files and database say different things.
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

/// The differences under keys that may be left out.
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
    draft.notes.push(Note {
        code: NoteCode::KeyLeftOut,
        layer_id: desired.layer_id.clone(),
        experiment_id: id.cloned(),
        key: Some(key.to_owned()),
        message: format!(
            "`{key}` of {whose} isn't in the file: left out it means {to}, and the database has {from}"
        ),
    });
}

/// Experiments that take slots which another gives back in the same plan.
pub(super) fn note_inheritance(draft: &mut Draft, before: Option<&LayerState>) {
    let Some(before) = before else { return };
    let mut inherited: Vec<(ExperimentId, ExperimentId, u32)> = Vec::new();
    for new in draft.after.slots.runs() {
        for old in before.slots.runs_within(new.first, new.last) {
            let slots = old.last.0.min(new.last.0) - old.first.0.max(new.first.0) + 1;
            if old.experiment_id == new.experiment_id {
                continue;
            }
            let known = inherited
                .iter_mut()
                .find(|(heir, from, _)| *heir == new.experiment_id && *from == old.experiment_id);
            match known {
                Some((_, _, count)) => *count += slots,
                None => {
                    inherited.push((new.experiment_id.clone(), old.experiment_id.clone(), slots));
                }
            }
        }
    }
    for (heir, from, slots) in inherited {
        draft.note(NoteCode::InheritsSlots, Some(&heir), |_| {
            format!("`{heir}` takes {slots} slots of `{from}`, and their units with them")
        });
    }
}
