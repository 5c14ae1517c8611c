//! Clicks and the wheel.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::navigate;
use crate::console::effect::Effect;
use crate::console::layout::{Areas, PanelArea};
use crate::console::model::{Model, Place};

/// How many lines one turn of the wheel moves.
const WHEEL_LINES: isize = 3;

/// Handles a mouse event on the view; what is open over it takes only keys.
pub(super) fn mouse(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    if model.overlay.is_some() {
        return Vec::new();
    }
    let areas = Areas::of(model);
    let Some((place, area)) = areas.and_then(|areas| areas.place_at(event.column, event.row))
    else {
        return Vec::new();
    };
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => click(model, place, area, event),
        MouseEventKind::ScrollUp => navigate::wheel(model, place, -WHEEL_LINES),
        MouseEventKind::ScrollDown => navigate::wheel(model, place, WHEEL_LINES),
        _ => {}
    }
    Vec::new()
}

/// Focuses the panel, and selects the row under the cursor.
fn click(model: &mut Model, place: Place, area: PanelArea, event: MouseEvent) {
    if let Place::Panel(panel) = place {
        navigate::focus(model, panel);
    }
    let inner = area.inner();
    let Some(row) = event
        .row
        .checked_sub(inner.y)
        .filter(|row| *row < inner.height)
    else {
        return;
    };
    let line = usize::from(row) + model.state_of(place).offset;
    let hit = model
        .content_of(place, inner.width, inner.height)
        .row_at(line);
    if let Some(hit) = hit {
        navigate::select(model, place, hit);
    }
}
