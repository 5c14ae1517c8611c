//! A panel's content as plain text.

use super::incident;
use crate::console::browser::Browse;
use crate::console::component::Context;
use crate::console::effect::Effect;
use crate::console::model::{Model, Panel, Place};
use crate::console::panels::Copied;

/// The width of a copied panel in columns.
const WIDTH: u16 = 100;

/// Returns what is copied from the focused panel: the unified diff, a report, or its lines. A
/// layer's coverage is reported as its detail shows it.
#[must_use]
pub(crate) fn of_focus(model: &Model) -> Option<Effect> {
    if model.page().is_some() {
        let text = lines(model, Place::Page);
        return Some(Effect::Copy {
            text,
            what: "the page",
        });
    }
    let (text, what) = match model.focus.spec().copied {
        Copied::Lines(what) => (lines(model, Place::Panel(model.focus)), what),
        Copied::Diff => {
            let review = model.loaded.as_ref()?.review.as_ref()?;
            (review.diff_text(), "the diff")
        }
        Copied::Report => match incident::of_selected(model) {
            Some(report) => (report, "the incident report"),
            None => (
                lines(model, Place::Panel(Panel::Traffic)),
                "the traffic report",
            ),
        },
    };
    Some(Effect::Copy { text, what })
}

/// Returns all lines of a panel or a page, including those scrolled out.
fn lines(model: &Model, place: Place) -> String {
    let content = model.content_of(place, WIDTH, u16::MAX);
    let lines = content
        .lines(0..content.total())
        .into_iter()
        .map(|line| line.to_string().trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the detail of a list over the view, uncut.
pub(crate) fn of_detail(list: &impl Browse, cx: Context<'_>, what: &'static str) -> Effect {
    let detail = list.content(cx, u16::MAX).detail;
    // Each line begins with a blank column.
    let lines = detail.lines(0..detail.total());
    let lines = lines.iter().map(|line| {
        let line = line.to_string();
        line.strip_prefix(' ')
            .unwrap_or(&line)
            .trim_end()
            .to_owned()
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    Effect::Copy { text, what }
}
