//! Notes on what is held: the layer files don't say so.

use jiff::Timestamp;

use super::{Note, NoteCode};
use crate::domain::{DesiredLayer, Experiment, Hold, LayerState, Status};

/// Returns a note for each experiment of the layer with a hold in force. `desired` is the layer's file,
/// if there is one.
pub(super) fn notes_of_holds<'a>(
    layer: &'a LayerState,
    desired: Option<&'a DesiredLayer>,
    at: Timestamp,
) -> impl Iterator<Item = Note> + 'a {
    let held = layer.held_at(at);
    held.map(move |(experiment, hold)| {
        let mut wanted = desired.into_iter().flat_map(|layer| &layer.experiments);
        let wanted = wanted.find(|wants| wants.experiment_id == experiment.experiment_id);
        Note {
            code: NoteCode::Held,
            layer_id: layer.layer.layer_id.clone(),
            experiment_id: Some(experiment.experiment_id.clone()),
            key: None,
            inherited: None,
            message: message(experiment, hold, wanted),
        }
    })
}

fn message(has: &Experiment, hold: &Hold, wants: Option<&Experiment>) -> String {
    let Hold {
        since,
        until,
        reason,
        actor,
    } = hold;
    let id = &has.experiment_id;
    let until = until.map_or(String::new(), |until| format!(" until {until:.0}"));
    let status = match (has.status, wants.map(|wants| wants.status)) {
        (Status::Active, _) => "; it is active all the same: another program changed it".to_owned(),
        (status, Some(Status::Active)) => {
            format!("; it stays {status}, though the files say active")
        }
        _ => String::new(),
    };
    format!("`{id}` is held by {actor}, since {since:.0}{until}: {reason}{status}")
}
