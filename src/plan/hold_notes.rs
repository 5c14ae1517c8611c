//! Notes on what is held: the layer files don't say so.

use jiff::Timestamp;

use super::{HeldExperiment, Note, NoteCode};
use crate::domain::{Experiment, ExperimentId, Hold, LayerState};

/// Returns a note for each experiment of the layer with a hold in force. `in_file` are the experiments as the
/// layer's file has them, as far as it is sound, and `is_planned` tells those that are planned.
pub(super) fn notes_of_holds<'a>(
    layer: &'a LayerState,
    in_file: &'a [Experiment],
    is_planned: impl Fn(&ExperimentId) -> bool + 'a,
    at: Timestamp,
) -> impl Iterator<Item = Note> + 'a {
    let held = layer.held_at(at);
    held.map(move |(experiment, hold)| {
        let id = &experiment.experiment_id;
        let mut in_file = in_file.iter();
        let wants = in_file.find(|wants| wants.experiment_id == *id);
        let held = HeldExperiment {
            hold: hold.clone(),
            status: experiment.status,
            desired: wants.map(|wants| wants.status),
            is_planned: is_planned(id),
        };
        let message = held.sentence(id, &words(hold));
        let layer_id = layer.layer.layer_id.clone();
        Note {
            hold: Some(held),
            ..Note::new(NoteCode::Held, layer_id, Some(id.clone()), message)
        }
    })
}

/// Says who holds it, since when, until when and why. With times rather than ages, so that the id of a plan
/// doesn't depend on the clock.
fn words(hold: &Hold) -> String {
    let Hold {
        since,
        until,
        reason,
        actor,
    } = hold;
    let until = until.map_or(String::new(), |until| format!(" until {until:.0}"));
    format!("is held by {actor}, since {since:.0}{until}: {reason}")
}
