//! Selection, focus and scrolling.

use crate::console::layout::Areas;
use crate::console::model::{Model, Panel};
use crate::console::panels::{self, Content};
use crate::domain::LayerId;

/// How far to move in a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// Rows, or lines of a panel that only scrolls; negative is up.
    Rows(isize),
    /// Half of what the panel shows, up or down.
    HalfPage(isize),
    First,
    Last,
}

impl Move {
    /// Where it leads from `now`; `half` is half a page, `last` the end.
    pub(super) fn from(self, now: usize, half: isize, last: usize) -> usize {
        match self {
            Self::Rows(rows) => now.saturating_add_signed(rows).min(last),
            Self::HalfPage(pages) => now.saturating_add_signed(pages * half).min(last),
            Self::First => 0,
            Self::Last => last,
        }
    }
}

/// Gives another panel the keys.
pub(super) fn focus(model: &mut Model, panel: Panel) {
    model.focus = panel;
    keep_in_sight(model);
    follow_layer(model);
}

/// Moves the selection of the focused panel, or scrolls it where nothing can be selected.
pub(super) fn go(model: &mut Model, by: Move) {
    let panel = model.focus;
    let Some((content, height)) = shown(model, panel) else {
        return;
    };
    if content.rows.is_empty() {
        scroll(model, panel, by, content.lines.len(), height);
        return;
    }
    let keys = content.keys();
    let last = keys.len() - 1;
    let now = model.panel(panel).selected_index(&keys).unwrap_or(0);
    let index = by.from(now, page_of(&content, height), last);
    select_within(model, panel, &content, height, index);
}

/// Selects a row of a panel by its index.
pub(super) fn select(model: &mut Model, panel: Panel, index: usize) {
    if let Some((content, height)) = shown(model, panel) {
        select_within(model, panel, &content, height, index);
    }
}

fn select_within(model: &mut Model, panel: Panel, content: &Content, height: usize, index: usize) {
    let state = model.panel_mut(panel);
    state.select(&content.keys(), index);
    let Some(row) = content.rows.get(state.index) else {
        return;
    };
    let lines = lines_of(content, state.index);
    state.offset = sighted(state.offset, lines, content.lines.len(), height);
    if panel == model.focus {
        follow(model, row.layer.clone());
    }
}

/// Scrolls a panel without moving its selection, as the wheel does.
pub(super) fn wheel(model: &mut Model, panel: Panel, lines: isize) {
    if let Some((content, height)) = shown(model, panel) {
        scroll(model, panel, Move::Rows(lines), content.lines.len(), height);
    }
}

/// After new contents or another size: selections follow their things, scroll positions stay as
/// far as they can, and the selected row of the focused panel is in sight.
pub(super) fn keep_in_sight(model: &mut Model) {
    for &panel in model.view.panels() {
        let Some((content, height)) = shown(model, panel) else {
            continue;
        };
        let keys = content.keys();
        let total = content.lines.len();
        let state = model.panel_mut(panel);
        let had_selection = state.selected.is_some();
        // Until an experiment is chosen it is the first, which looks most wrong.
        if had_selection || panel != Panel::Experiments {
            if let Some(index) = state.selected_index(&keys) {
                state.select(&keys, index);
                if had_selection {
                    let lines = lines_of(&content, index);
                    state.offset = sighted(state.offset, lines, total, height);
                }
            } else {
                state.selected = None;
            }
        }
        state.offset = state.offset.min(total.saturating_sub(height));
    }
    // A filter or new contents may have moved the selection to another layer's thing.
    follow_layer(model);
}

/// The selected thing decides which layer `A` means and which diff is in sight.
fn follow_layer(model: &mut Model) {
    let panel = model.focus;
    let Some((content, _)) = shown(model, panel) else {
        return;
    };
    let selected = model.panel(panel).selected_index(&content.keys());
    follow(
        model,
        selected.and_then(|index| content.rows[index].layer.clone()),
    );
}

/// Makes this layer, if the selected thing has one, the one that is meant.
fn follow(model: &mut Model, layer: Option<LayerId>) {
    if layer.is_none() || model.layer == layer {
        return;
    }
    model.layer = layer;
    let focus = model.focus;
    for &other in model.view.panels().iter().filter(|other| **other != focus) {
        bring_layer_into_sight(model, other);
    }
}

/// Scrolls a panel to the rows of the selected layer and selects the first of them.
fn bring_layer_into_sight(model: &mut Model, panel: Panel) {
    let Some((content, height)) = shown(model, panel) else {
        return;
    };
    let found = content.rows.iter().position(|row| row.layer == model.layer);
    let Some(index) = found else { return };
    let row = content.rows[index].clone();
    let keys = content.keys();
    let state = model.panel_mut(panel);
    let is_there = state
        .selected_index(&keys)
        .is_some_and(|at| content.rows[at].layer == row.layer);
    if !is_there || state.selected.is_none() {
        state.select(&keys, index);
        state.offset = lines_of(&content, index)
            .start
            .min(content.lines.len().saturating_sub(height));
    }
}

/// The lines of a row that is there; what stands above the first one comes with it.
pub(super) fn lines_of(content: &Content, index: usize) -> std::ops::Range<usize> {
    let lines = content.rows[index].lines.clone();
    if index == 0 { 0..lines.end } else { lines }
}

/// What a panel says on the screen as it is, and how many lines of it are seen.
fn shown(model: &Model, panel: Panel) -> Option<(Content, usize)> {
    let inner = Areas::of(model)?.panel(panel)?.inner();
    let content = panels::content(model, panel, inner.width, inner.height);
    Some((content, usize::from(inner.height)))
}

fn scroll(model: &mut Model, panel: Panel, by: Move, total: usize, height: usize) {
    let most = total.saturating_sub(height);
    let state = model.panel_mut(panel);
    state.offset = by.from(state.offset, half_of(height), most);
}

/// Half of so many lines.
pub(super) fn half_of(height: usize) -> isize {
    isize::try_from(height / 2).unwrap_or(isize::MAX).max(1)
}

/// The offset nearest to the present one at which these lines are seen.
pub(super) fn sighted(
    offset: usize,
    lines: std::ops::Range<usize>,
    total: usize,
    height: usize,
) -> usize {
    let lowest = lines.end.saturating_sub(height);
    // A row taller than the panel shows its beginning.
    offset
        .max(lowest)
        .min(lines.start)
        .min(total.saturating_sub(height))
}

/// How many rows half a page has.
pub(super) fn page_of(content: &Content, height: usize) -> isize {
    let lines_per_row = content
        .lines
        .len()
        .div_ceil(content.rows.len().max(1))
        .max(1);
    isize::try_from(height / lines_per_row / 2)
        .unwrap_or(isize::MAX)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::sighted;

    #[test]
    fn scrolling_goes_no_further_than_needed() {
        assert_eq!(sighted(0, 3..5, 20, 10), 0);
        assert_eq!(sighted(0, 12..14, 20, 10), 4);
        assert_eq!(sighted(8, 3..5, 20, 10), 3);
        assert_eq!(sighted(0, 5..18, 20, 10), 5);
        assert_eq!(sighted(15, 19..20, 20, 10), 10);
    }
}
