//! Every kind of page: its title and its content.

use super::{Page, PageId, breakdown, change, experiment, layer, missing_arm, past_layer, time};
use crate::console::model::Model;
use crate::console::panels::Content;
use crate::diagnostic::visible;
use crate::traffic::split_name;

/// Returns the content of a page in an area of this size.
#[must_use]
pub fn content<'a>(model: &'a Model, page: &'a Page, width: u16, height: u16) -> Content<'a> {
    match &page.id {
        PageId::Layer(layer_id) => layer::content(model, page, layer_id, width),
        PageId::Experiment(layer_id, id) => experiment::content(model, layer_id, id, width),
        PageId::Change(thing) => change::content(model, thing, width),
        PageId::MissingArm(layer_id, arm) => {
            missing_arm::content(model, page, layer_id, arm, width)
        }
        PageId::Breakdown(_, split) => breakdown::content(model, split, width),
        PageId::Time => time::content(model, page, width, height),
        PageId::PastLayer(layer_id) => past_layer::content(model, layer_id, width),
    }
}

/// Returns a page's title: where it was opened from, and what it is about.
pub(in crate::console) fn title(model: &Model, page: &Page) -> String {
    let below = model.startup.symbols.below;
    let id = |id: &str| visible(id).into_owned();
    match &page.id {
        PageId::Layer(layer_id) => format!("Layer {below} {}", id(layer_id.as_str())),
        PageId::Experiment(_, experiment) => {
            format!("Experiment {below} {}", id(experiment.as_str()))
        }
        PageId::Change(thing) => change::title(model, thing),
        PageId::MissingArm(_, arm) => {
            let experiment = id(arm.experiment_id.as_str());
            format!(
                "Missing {below} {} of {experiment}",
                id(arm.variant.as_str())
            )
        }
        PageId::Breakdown(_, split) => {
            let name = split_name(&split.experiment_id, split.group.as_ref());
            format!("Breakdown {below} {}", id(&name))
        }
        PageId::Time => "Time".to_owned(),
        PageId::PastLayer(layer_id) => format!("Time {below} {}", id(layer_id.as_str())),
    }
}
