//! Every kind of page: its title and its content.

use super::{Page, PageId, change, experiment, layer};
use crate::console::model::Model;
use crate::console::panels::Content;
use crate::diagnostic::visible;

/// Returns the content of a page in an area of this size.
#[must_use]
pub fn content<'a>(model: &'a Model, page: &'a Page, width: u16, height: u16) -> Content<'a> {
    match &page.id {
        PageId::Layer(layer_id) => layer::content(model, layer_id, width, height),
        PageId::Experiment(layer_id, id) => experiment::content(model, layer_id, id, width),
        PageId::Change(thing) => change::content(model, thing, width),
    }
}

/// Returns a page's title: where it was opened from, and what it is about.
pub(in crate::console) fn title(model: &Model, page: &Page) -> String {
    let below = model.startup.symbols.below;
    let id = |id: &str| visible(id).into_owned();
    let layer = id(page.id.layer().as_str());
    match &page.id {
        PageId::Layer(_) => format!("Layer {below} {layer}"),
        PageId::Experiment(_, experiment) => {
            let experiment = id(experiment.as_str());
            format!("Experiment {below} {experiment}")
        }
        PageId::Change(thing) => change::title(model, thing),
    }
}
