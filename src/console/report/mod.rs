//! What is shown, as plain text to be pasted elsewhere.
//!
//! | file | defines |
//! |---|---|
//! | `panel` | what a panel says; [`of_detail`], what lies over it |
//! | `incident` | what is known of an experiment whose traffic looks wrong |

mod incident;
mod panel;

use super::effect::Effect;
use super::model::{Model, View};

pub use panel::of_detail;

/// What there is to copy: of the incident view a report, else what the focused panel says.
#[must_use]
pub fn of_view(model: &Model) -> Option<Effect> {
    match model.view {
        View::Review => Some(panel::of_panel(model)),
        View::Incident => Some(Effect::Copy {
            text: incident::of_selected(model)?,
            what: "the incident report",
        }),
    }
}
