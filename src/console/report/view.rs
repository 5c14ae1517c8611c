//! What there is to copy of the view that is shown.

use super::{incident, panel};
use crate::console::effect::Effect;
use crate::console::model::{Model, View};

/// Of the incident view a report, else what the focused panel says.
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
