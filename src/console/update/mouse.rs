//! Clicks and the wheel.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::navigate;
use crate::console::effect::Effect;
use crate::console::layout::{Areas, PanelArea};
use crate::console::model::{Model, Panel};
use crate::console::panels;

/// How many lines one turn of the wheel moves.
const WHEEL_LINES: isize = 3;

/// Handles a mouse event on the view; what is open over it takes only keys.
pub(super) fn mouse(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    if model.overlay.is_some() {
        return Vec::new();
    }
    let areas = Areas::of(model);
    let Some((panel, area)) = areas.and_then(|areas| areas.panel_at(event.column, event.row))
    else {
        return Vec::new();
    };
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => click(model, panel, area, event),
        MouseEventKind::ScrollUp => navigate::wheel(model, panel, -WHEEL_LINES),
        MouseEventKind::ScrollDown => navigate::wheel(model, panel, WHEEL_LINES),
        _ => {}
    }
    Vec::new()
}

/// Focuses the panel, and selects the row under the cursor.
fn click(model: &mut Model, panel: Panel, area: PanelArea, event: MouseEvent) {
    navigate::focus(model, panel);
    let inner = area.inner();
    let Some(row) = event
        .row
        .checked_sub(inner.y)
        .filter(|row| *row < inner.height)
    else {
        return;
    };
    let line = usize::from(row) + model.panel(panel).offset;
    let hit = panels::content(model, panel, inner.width, inner.height).row_at(line);
    if let Some(hit) = hit {
        navigate::select(model, panel, hit);
    }
}
