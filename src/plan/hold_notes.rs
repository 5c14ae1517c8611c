//! Notes on what is held: the layer files don't say so.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Note, NoteCode};
use crate::domain::{DesiredLayer, Experiment, ExperimentId, Hold, LayerState, Status};

/// Returns a note for each experiment of the layer with a hold in force. `desired` is the layer's file,
/// if there is one, and `chosen` are the experiments that are planned, if not all of them.
pub(super) fn notes_of_holds<'a>(
    layer: &'a LayerState,
    desired: Option<&'a DesiredLayer>,
    chosen: Option<&'a BTreeSet<&'a ExperimentId>>,
    at: Timestamp,
) -> impl Iterator<Item = Note> + 'a {
    let held = layer.held_at(at);
    held.map(move |(experiment, hold)| {
        let id = &experiment.experiment_id;
        let mut wanted = desired.into_iter().flat_map(|layer| &layer.experiments);
        let wanted = wanted.find(|wants| wants.experiment_id == *id);
        let wanted = wanted.filter(|_| chosen.is_none_or(|chosen| chosen.contains(id)));
        Note {
            code: NoteCode::Held,
            layer_id: layer.layer.layer_id.clone(),
            experiment_id: Some(id.clone()),
            key: None,
            inherited: None,
            message: message(experiment, hold, wanted),
        }
    })
}

/// `wants` is the experiment as it is planned, if it is.
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
        (Status::Active, Some(Status::Completed)) => String::new(),
        (Status::Active, Some(_)) => {
            "; another program made it active, and this plan pauses it".to_owned()
        }
        (Status::Active, None) => {
            format!("; another program made it active: `avos hold {id}` pauses it again")
        }
        (status, Some(Status::Active)) => {
            format!("; it stays {status}, though the files say active")
        }
        _ => String::new(),
    };
    format!("`{id}` is held by {actor}, since {since:.0}{until}: {reason}{status}")
}
