//! What of a change can't be taken back.

use crate::plan::{Action, Change};

/// Says why a change can't be taken back; `None` if a later plan can. `quoted` shows a name.
pub(crate) fn irreversible(change: &Change, quoted: impl Fn(&str) -> String) -> Option<String> {
    Some(match &change.action {
        Action::Complete {
            winner: Some(winner),
            ..
        } => format!(
            "can't be taken back, and no unit gets the winner {} from AVOS afterwards: ship it \
             first",
            quoted(winner.as_str())
        ),
        Action::Complete { winner: None, .. } => {
            "can't be taken back: a completed experiment stays completed".to_owned()
        }
        Action::RampUp { .. } => "can't be taken back: traffic only grows".to_owned(),
        Action::Reserve { .. } => "can't be taken back: a reserve only grows".to_owned(),
        Action::CreateLayer { .. }
        | Action::UpdateLayer { .. }
        | Action::CreateExperiment { .. }
        | Action::SetStatus { .. }
        | Action::Hold { .. }
        | Action::Release { .. }
        | Action::Edit(_) => return None,
    })
}
