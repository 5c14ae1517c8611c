//! Moving in a list that lies over whichever view, and in its detail.

use crossterm::event::KeyCode;

use super::navigate::{Move, half_of, lines_of, page_of, sighted};
use crate::console::commands::Command;
use crate::console::keys::Chord;
use crate::console::model::Model;
use crate::console::over::{self, Parts};
use crate::console::panels::{Content, browsed};

/// A key that moves, opens the detail or goes back to the list; whether it was one.
pub(super) fn key(model: &mut Model, chord: Chord) -> bool {
    match chord.code() {
        KeyCode::Enter | KeyCode::Right => open_detail(model),
        KeyCode::Left => {
            go_back(model);
        }
        _ => {
            let command = model.startup.keymap.command(chord);
            let Some(by) = command.and_then(movement) else {
                return false;
            };
            go(model, by);
        }
    }
    true
}

fn movement(command: Command) -> Option<Move> {
    Some(match command {
        Command::Up => Move::Rows(-1),
        Command::Down => Move::Rows(1),
        Command::PageUp => Move::HalfPage(-1),
        Command::PageDown => Move::HalfPage(1),
        Command::First => Move::First,
        Command::Last => Move::Last,
        _ => return None,
    })
}

fn open_detail(model: &mut Model) {
    let has_rows = shown(model).is_some_and(|shown| !shown.list.rows.is_empty());
    if let Some(browser) = model.browser_mut().filter(|_| has_rows) {
        browser.is_open = true;
    }
    keep_in_sight(model);
}

/// From the open detail to the list; whether it was open.
pub(super) fn go_back(model: &mut Model) -> bool {
    let was_open = model
        .browser_mut()
        .is_some_and(|browser| std::mem::take(&mut browser.is_open));
    keep_in_sight(model);
    was_open
}

fn go(model: &mut Model, by: Move) {
    let Some(shown) = shown(model) else { return };
    let Some(browser) = model.browser_mut() else {
        return;
    };
    if browser.is_open {
        browser.offset = by.from(browser.offset, half_of(shown.detail_height), shown.most());
        return;
    }
    let keys = shown.list.keys();
    if let Some(last) = keys.len().checked_sub(1) {
        let now = browser.list.selected_index(&keys).unwrap_or(0);
        let index = by.from(now, page_of(&shown.list, shown.list_height), last);
        browser.list.select(&keys, index);
        browser.offset = 0;
    }
    keep_in_sight(model);
}

/// After new contents or another size: the selection follows its thing and is in sight, and
/// scroll positions stay as far as they can.
pub(super) fn keep_in_sight(model: &mut Model) {
    let Some(shown) = shown(model) else { return };
    let Some(browser) = model.browser_mut() else {
        return;
    };
    browser.offset = browser.offset.min(shown.most());
    let keys = shown.list.keys();
    let Some(index) = browser.list.selected_index(&keys) else {
        return;
    };
    browser.list.select(&keys, index);
    // While the detail is open, the list has no lines to be seen on.
    if !browser.is_open {
        let (lines, total) = (lines_of(&shown.list, index), shown.list.lines.len());
        browser.list.offset = sighted(browser.list.offset, lines, total, shown.list_height);
    }
}

/// What is on the screen.
struct Shown {
    list: Content,
    list_height: usize,
    detail_lines: usize,
    detail_height: usize,
}

impl Shown {
    /// How far the detail can be scrolled.
    fn most(&self) -> usize {
        self.detail_lines.saturating_sub(self.detail_height)
    }
}

fn shown(model: &Model) -> Option<Shown> {
    let width = over::outer(model.size).width.saturating_sub(2);
    let browsed = browsed(model, width)?;
    let areas = over::areas(model.size, Parts::of(&browsed));
    Some(Shown {
        list_height: usize::from(areas.list.height),
        detail_lines: browsed.detail.len(),
        detail_height: usize::from(areas.detail.height),
        list: browsed.list,
    })
}
