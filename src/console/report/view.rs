//! What there is to copy of the view that is shown.

use super::{incident, panel};
use crate::console::effect::Effect;
use crate::console::model::{Model, Panel, View};

/// Returns a report of the incident view, else what the focused panel says. A layer's coverage is
/// reported as its detail shows it.
#[must_use]
pub fn of_view(model: &Model) -> Option<Effect> {
    match model.view {
        View::Review => Some(panel::of_panel(model)),
        View::Incident if model.selected_coverage().is_some() => Some(Effect::Copy {
            text: panel::lines(model, Panel::Traffic),
            what: "the coverage report",
        }),
        View::Incident => Some(Effect::Copy {
            text: incident::of_selected(model)?,
            what: "the incident report",
        }),
    }
}
