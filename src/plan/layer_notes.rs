//! What reviewers should know about a layer's plan besides its changes.

use std::collections::HashSet;

use super::NoteCode;
use super::draft::Draft;
use crate::domain::{ExperimentId, LayerState};

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
