//! Asks the panel what it says.

use super::{Content, changes, diff, distribution, incident, layers, problems, traffic};
use crate::console::model::{Model, Panel, Source};

/// What the panel says, `width` columns wide and `height` rows high. The height only decides how
/// much detail is worth its place; all lines can be had.
#[must_use]
pub fn content(model: &Model, panel: Panel, width: u16, height: u16) -> Content<'_> {
    match panel {
        Panel::Layers => layers::content(model, width, height),
        Panel::Problems => problems::content(model, width, height),
        Panel::Changes => changes::content(model, width),
        Panel::Diff => diff::content(model, width),
        Panel::Experiments => incident::list(model, width),
        Panel::Traffic => incident::detail(model, width, height),
        Panel::Distribution => match model.source {
            Source::Sample(sampled) => distribution::content(model, sampled, width),
            Source::Log => traffic::content(model, width),
        },
    }
}
