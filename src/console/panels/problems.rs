//! The panel.

use super::Content;
use crate::console::model::{Model, Problem};

pub(super) fn content(model: &Model, width: u16, height: u16) -> Content {
    let _ = (model, width, height);
    Content::default()
}

/// The selected problem, if there is one.
#[must_use]
pub fn selected_problem(model: &Model) -> Option<&Problem> {
    model.loaded.as_ref()?.problems.first()
}
