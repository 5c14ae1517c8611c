//! The pages of time: opening them, going through the journal, marking what is compared.

use super::{navigate, travel};
use crate::console::commands::Command;
use crate::console::effect::Effect;
use crate::console::model::{Model, RowKey};
use crate::console::pages::{Destination, PageId};

/// Opens the journal over time at its newest point, with the layer of the page selected.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    if model.is_in_the_past() {
        return Vec::new();
    }
    model.time.at = None;
    model.time.marked = None;
    let layer = model.page().and_then(|page| page.id.layer()).cloned();
    let effects = travel::go_to(model, Destination::Page(PageId::Time));
    if let Some((layer, page)) = layer.zip(model.pages.last_mut()) {
        page.list.select(0, RowKey(layer.to_string()));
        navigate::keep_in_sight(model);
    }
    effects
}

/// Runs a command that goes through the journal while a page of time is open; returns whether it was one.
/// There, left and right and both ends are those of the journal.
pub(super) fn run(model: &mut Model, command: Command) -> bool {
    if !model.is_in_the_past() {
        return false;
    }
    match command {
        Command::Earlier | Command::HideGroups => step(model, -1),
        Command::Later | Command::ShowGroups => step(model, 1),
        Command::First => step(model, isize::MIN),
        Command::Last => step(model, isize::MAX),
        Command::Compare => mark(model),
        _ => return false,
    }
    true
}

/// Goes this many entries forward, or back, as far as there are any.
fn step(model: &mut Model, by: isize) {
    let Some(read) = model.past.read() else {
        return;
    };
    let last = read.point_count().saturating_sub(1);
    let index = model.time.index(read).saturating_add_signed(by).min(last);
    // The newest point stays the newest one when something is applied.
    model.time.at = (index < last).then(|| read.point(index));
    navigate::keep_in_sight(model);
}

/// Marks the point that is looked at, to compare others with it; a second time, unmarks it.
fn mark(model: &mut Model) {
    let Some(read) = model.past.read() else {
        return;
    };
    let here = read.point(model.time.index(read));
    model.time.marked = match model.time.marked {
        Some(marked) if marked == here => None,
        _ => Some(here),
    };
    navigate::keep_in_sight(model);
}
