//! Notes on what is held: the layer files don't say so.

use jiff::Timestamp;

use super::{Note, NoteCode};
use crate::domain::{Experiment, ExperimentId, Hold, LayerState, Status};

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
        Note {
            code: NoteCode::Held,
            layer_id: layer.layer.layer_id.clone(),
            experiment_id: Some(id.clone()),
            key: None,
            inherited: None,
            message: message(experiment, hold, wants, is_planned(id)),
        }
    })
}

/// `wants` is the experiment as its file has it.
fn message(has: &Experiment, hold: &Hold, wants: Option<&Experiment>, is_planned: bool) -> String {
    let Hold {
        since,
        until,
        reason,
        actor,
    } = hold;
    let id = &has.experiment_id;
    let until = until.map_or(String::new(), |until| format!(" until {until:.0}"));
    let status = match (has.status, wants.map(|wants| wants.status)) {
        (Status::Active, Some(Status::Completed)) if is_planned => String::new(),
        (Status::Active, Some(_)) if is_planned => {
            "; another program made it active, and this plan pauses it".to_owned()
        }
        (Status::Active, _) => {
            format!("; another program made it active: `avos hold {id}` pauses it again")
        }
        (status, Some(Status::Active)) => {
            format!("; it stays {status}, though the files say active")
        }
        _ => String::new(),
    };
    format!("`{id}` is held by {actor}, since {since:.0}{until}: {reason}{status}")
}
