//! Selection, focus and scrolling.

use crate::console::layout::Areas;
use crate::console::model::{LayerOrder, Model, Panel, Place, RowKey};
use crate::console::pages::PageId;
use crate::console::panels::{Content, Row};
use crate::console::scrolling::{Move, half_of, lines_of, page_of, sighted};
use crate::domain::LayerId;

/// Focuses another panel.
pub(super) fn focus(model: &mut Model, panel: Panel) {
    model.focus = panel;
    keep_in_sight(model);
}

/// A row, and how far its place is scrolled to show it.
struct ScrollTarget {
    index: usize,
    row: Row,
    offset: usize,
}

impl ScrollTarget {
    /// Targets the row at this index, with minimal scrolling.
    fn of(content: &Content<'_>, height: usize, offset: usize, index: usize) -> Self {
        let lines = lines_of(content, index);
        Self {
            index,
            row: content.row(index),
            offset: sighted(offset, lines, content.total(), height),
        }
    }
}

/// Moves the selection of what has the keys, or scrolls it if nothing can be selected.
pub(super) fn go(model: &mut Model, by: Move) {
    let place = model.place();
    let target = look(model, place, |content, height| {
        let last = content.row_count().checked_sub(1)?;
        let state = model.state_of(place);
        let index = match content.selected(&state) {
            Some(now) => by.from(now, page_of(content, height), last),
            // From nothing to the first row.
            None if by != Move::Last => 0,
            None => last,
        };
        Some(ScrollTarget::of(content, height, state.offset, index))
    });
    match target {
        Some(Some(target)) => {
            take(model, place, target);
            // A selected layer of the past takes more lines than others.
            if model.is_in_the_past() {
                keep_in_sight(model);
            }
        }
        Some(None) => scroll(model, place, by),
        None => {}
    }
}

/// Selects a row of a place by its index, if it exists.
pub(super) fn select(model: &mut Model, place: Place, index: usize) {
    let target = look(model, place, |content, height| {
        let offset = model.state_of(place).offset;
        let is_there = index < content.row_count();
        is_there.then(|| ScrollTarget::of(content, height, offset, index))
    });
    if let Some(target) = target.flatten() {
        take(model, place, target);
    }
}

fn take(model: &mut Model, place: Place, target: ScrollTarget) {
    let ScrollTarget { index, row, .. } = target;
    if let Some(state) = model.state_of_mut(place) {
        state.select(index, row.key);
    }
    // The selected row may unfold, and the one before it fold: only now it is certain where it is.
    let offset = model.state_of(place).offset;
    let sighted = look(model, place, |content, height| {
        ScrollTarget::of(content, height, offset, index).offset
    });
    if let Some((offset, state)) = sighted.zip(model.state_of_mut(place)) {
        state.offset = offset;
    }
    if place == model.place() {
        follow(model, row.layer);
    }
}

/// Scrolls a panel to a row without moving its selection, if the row is listed.
pub(super) fn show(model: &mut Model, panel: Panel, key: &RowKey) {
    let place = Place::Panel(panel);
    let offset = model.state_of(place).offset;
    let shown = look(model, place, |content, height| {
        let mut rows = 0..content.row_count();
        let index = rows.find(|index| content.row(*index).key == *key)?;
        Some(ScrollTarget::of(content, height, offset, index).offset)
    });
    if let Some((offset, state)) = shown.flatten().zip(model.state_of_mut(place)) {
        state.offset = offset;
    }
}

/// Scrolls a place without moving its selection, as the wheel does.
pub(super) fn wheel(model: &mut Model, place: Place, lines: isize) {
    scroll(model, place, Move::Rows(lines));
}

/// After new contents or another size: selections follow their things, scroll positions stay as far
/// as they can, and the selected row of the focused panel is visible. A filter or new contents may
/// have moved the selection to another layer's thing, which `A` then applies.
pub(super) fn keep_in_sight(model: &mut Model) {
    let mut layer = None;
    if model.is_all_read() {
        model
            .panels
            .iter_mut()
            .for_each(|panel| panel.is_filling = false);
    }
    let areas = Areas::of(model);
    for place in model.places() {
        let state = model.state_of(place);
        let seen = look_in(areas.as_ref(), model, place, |content, height| {
            let index = content.selected(&state);
            let target = index.map(|index| ScrollTarget::of(content, height, state.offset, index));
            (target, content.total().saturating_sub(height))
        });
        let Some((target, most)) = seen else {
            continue;
        };
        if place == model.place() {
            layer = target.as_ref().and_then(|target| target.row.layer.clone());
        }
        let is_focused = place == model.place();
        // What looks most wrong is first, until the user goes there: then the selection is the thing's.
        let is_worst_first = match place {
            Place::Panel(Panel::Attention | Panel::Experiments) => true,
            Place::Panel(Panel::Layers) => model.layer_order == LayerOrder::Attention,
            Place::Panel(_) | Place::Page => false,
        };
        let is_first_selected = match place {
            Place::Panel(_) => is_worst_first && !is_focused,
            // At each point of time it is what changed there, until the user chooses.
            Place::Page => model.page().is_some_and(|page| page.id == PageId::Time),
        };
        let Some(state) = model.state_of_mut(place) else {
            continue;
        };
        let had_selection = state.selected.is_some();
        if had_selection || !is_first_selected {
            match target {
                Some(target) => {
                    state.select(target.index, target.row.key);
                    if had_selection && (!is_worst_first || is_focused) {
                        state.offset = target.offset;
                    }
                }
                // Nothing is there yet, or at this point of time.
                None if place == Place::Page => {}
                None => state.selected = None,
            }
        }
        state.offset = state.offset.min(most);
    }
    // What the user didn't move stays where it is in the other panels.
    model.layer = layer.or(model.layer.take());
}

/// Makes this layer, if the selected thing has one, the one that `A` applies, and scrolls it into
/// view in the other panels.
fn follow(model: &mut Model, layer: Option<LayerId>) {
    let Some(layer) = layer.filter(|layer| model.layer.as_ref() != Some(layer)) else {
        return;
    };
    let focused = model.place();
    let areas = Areas::of(model);
    for other in model.places() {
        if other != focused {
            bring_into_sight(areas.as_ref(), model, other, &layer);
        }
    }
    model.layer = Some(layer);
}

/// Scrolls a place to the rows of a layer and selects the first of them.
fn bring_into_sight(areas: Option<&Areas>, model: &mut Model, place: Place, layer: &LayerId) {
    let state = model.state_of(place);
    let target = look_in(areas, model, place, |content, height| {
        let index = content.row_of(layer)?;
        let selected = content
            .selected(&state)
            .filter(|_| state.selected.is_some());
        let is_there = |at| content.row(at).layer.as_ref() == Some(layer);
        (!selected.is_some_and(is_there)).then(|| ScrollTarget {
            index,
            row: content.row(index),
            offset: lines_of(content, index)
                .start
                .min(content.total().saturating_sub(height)),
        })
    });
    if let Some((target, state)) = target.flatten().zip(model.state_of_mut(place)) {
        state.select(target.index, target.row.key);
        state.offset = target.offset;
    }
}

/// Passes a place's content on the current screen, and the number of visible lines, to `see`;
/// `None` if it isn't on the screen.
fn look<T>(model: &Model, place: Place, see: impl FnOnce(&Content<'_>, usize) -> T) -> Option<T> {
    look_in(Areas::of(model).as_ref(), model, place, see)
}

/// The same in these areas: placing the panels asks each for its height, so it is done once for all.
fn look_in<T>(
    areas: Option<&Areas>,
    model: &Model,
    place: Place,
    see: impl FnOnce(&Content<'_>, usize) -> T,
) -> Option<T> {
    let inner = areas?.place(place)?.inner();
    let content = model.content_of(place, inner.width, inner.height);
    Some(see(&content, usize::from(inner.height)))
}

fn scroll(model: &mut Model, place: Place, by: Move) {
    let seen = look(model, place, |content, height| (content.total(), height));
    if let Some(((total, height), state)) = seen.zip(model.state_of_mut(place)) {
        let most = total.saturating_sub(height);
        state.offset = by.from(state.offset, half_of(height), most);
    }
}
