//! What a panel says as plain text.

use crate::console::effect::Effect;
use crate::console::model::{Model, Panel};
use crate::console::panels;

/// How wide a copied panel is, in columns.
const WIDTH: u16 = 100;

/// The focused panel as text: the unified diff for the diff, else its lines, those scrolled out
/// too.
pub(super) fn of_panel(model: &Model) -> Effect {
    let review = model
        .loaded
        .as_ref()
        .and_then(|loaded| loaded.review.as_ref());
    let (text, what) = match (model.focus, review) {
        (Panel::Diff, Some(review)) => (review.diff_text(), "the diff"),
        (Panel::Diff, None) => (String::new(), "the diff"),
        (Panel::Layers, _) => (lines(model, model.focus), "the layers"),
        (Panel::Problems, _) => (lines(model, model.focus), "the problems"),
        (Panel::Changes, _) => (lines(model, model.focus), "the changes"),
        (Panel::Distribution, _) => (lines(model, model.focus), "the distribution"),
        (Panel::Experiments, _) => (lines(model, model.focus), "the experiments"),
        (Panel::Traffic, _) => (lines(model, model.focus), "the traffic"),
    };
    Effect::Copy { text, what }
}

/// All lines of a panel, those scrolled out too.
pub(super) fn lines(model: &Model, panel: Panel) -> String {
    let content = panels::content(model, panel, WIDTH, u16::MAX);
    let lines = content
        .lines(0..content.total())
        .into_iter()
        .map(|line| line.to_string().trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// The detail of the list that lies over the view, uncut.
#[must_use]
pub fn of_detail(model: &Model, what: &'static str) -> Option<Effect> {
    let browsed = panels::browsed(model, u16::MAX)?;
    // Each line begins with a blank column.
    let lines = browsed.detail.lines(0..browsed.detail.total());
    let lines = lines.iter().map(|line| {
        let line = line.to_string();
        line.strip_prefix(' ')
            .unwrap_or(&line)
            .trim_end()
            .to_owned()
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    Some(Effect::Copy { text, what })
}
