//! The notes on what other programs changed, with which a plan opens.

use super::{Note, Scope};
use crate::domain::{Desired, DesiredLayer, Layer, State};

/// A note `changed-outside`.
#[derive(Clone, Debug)]
pub struct OutsideNote {
    /// The note.
    pub note: Note,
    /// Whether it ends where the layer files say what the database has. A change since the last entry of the
    /// journal is told all the same, and so is one of slots or of what is held, for which no file decides.
    pub ends_with_files: bool,
}

impl OutsideNote {
    /// Returns the notes with which a plan of these files opens.
    pub fn told<'a>(
        notes: &'a [Self],
        desired: &'a Desired,
        state: &'a State,
        scope: &'a Scope,
    ) -> impl Iterator<Item = Note> + 'a {
        let notes = notes
            .iter()
            .filter(|it| scope.contains(&it.note.layer_id))
            .filter(|it| !(it.ends_with_files && is_in_files(&it.note, desired, state)));
        notes.map(|it| it.note.clone())
    }
}

/// Returns whether the files say of the note's layer or experiment what the database has.
fn is_in_files(note: &Note, desired: &Desired, state: &State) -> bool {
    let layer_id = &note.layer_id;
    if desired.in_error.contains(layer_id) || !desired.is_complete {
        return false;
    }
    let (wants, has) = (desired.layer(layer_id), state.layer(layer_id));
    let Some(id) = &note.experiment_id else {
        return match (wants, has) {
            (Some(wants), Some(has)) => is_same_layer(wants, &has.layer),
            (wants, has) => wants.is_none() && has.is_none(),
        };
    };
    let wants = wants.and_then(|it| it.experiments.iter().find(|it| it.experiment_id == *id));
    match (wants, has.and_then(|has| has.experiment(id))) {
        (Some(wants), Some(has)) => has.is_same(wants),
        (wants, has) => wants.is_none() && has.is_none(),
    }
}

/// Returns whether the file of a layer says what the database has of the layer itself.
fn is_same_layer(wants: &DesiredLayer, has: &Layer) -> bool {
    wants.layer_salt == has.layer_salt
        && wants.total_slots.is_none_or(|it| it == has.total_slots)
        && wants
            .hash_algorithm
            .is_none_or(|it| it == has.hash_algorithm)
        && (wants.total_traffic_percentage).is_same(has.total_traffic_percentage)
}
