//! Moving in a list that lies over whichever view, and in its detail.

use crossterm::event::KeyCode;

use super::navigate::{Move, half_of, lines_of, page_of, sighted};
use crate::console::commands::Command;
use crate::console::keys::Chord;
use crate::console::model::{Model, RowKey};
use crate::console::over::{self, Parts};
use crate::console::panels::{Browsed, browsed};

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
    let has_rows = look(model, |shown| shown.browsed.list.row_count() > 0);
    if let Some(browser) = model.browser_mut().filter(|_| has_rows == Some(true)) {
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
    let moved = look(model, |shown| {
        let Browsed { browser, list, .. } = &shown.browsed;
        if browser.is_open {
            let half = half_of(shown.detail_height);
            return Moved::Detail(by.from(browser.offset, half, shown.most()));
        }
        let Some(end) = list.row_count().checked_sub(1) else {
            return Moved::Nothing;
        };
        let now = list.selected(&browser.list).unwrap_or(0);
        let index = by.from(now, page_of(list, shown.list_height), end);
        Moved::Row(index, list.row(index).key)
    });
    let (Some(moved), Some(browser)) = (moved, model.browser_mut()) else {
        return;
    };
    match moved {
        Moved::Detail(offset) => {
            browser.offset = offset;
            return;
        }
        Moved::Row(index, key) => {
            browser.list.select(index, key);
            browser.offset = 0;
        }
        Moved::Nothing => {}
    }
    keep_in_sight(model);
}

/// Where a key leads.
enum Moved {
    /// So many lines of the detail are scrolled out.
    Detail(usize),
    Row(usize, RowKey),
    Nothing,
}

/// After new contents or another size: the selection follows its thing and is in sight, and
/// scroll positions stay as far as they can.
pub(super) fn keep_in_sight(model: &mut Model) {
    let seen = look(model, |shown| {
        let Browsed { browser, list, .. } = &shown.browsed;
        let selected = list.selected(&browser.list).map(|index| {
            let (lines, total) = (lines_of(list, index), list.total());
            let offset = sighted(browser.list.offset, lines, total, shown.list_height);
            (index, list.row(index).key, offset)
        });
        let most_of_list = list.total().saturating_sub(shown.list_height);
        (shown.most(), most_of_list, selected)
    });
    let (Some((most, most_of_list, selected)), Some(browser)) = (seen, model.browser_mut()) else {
        return;
    };
    browser.offset = browser.offset.min(most);
    browser.list.offset = browser.list.offset.min(most_of_list);
    let Some((index, key, offset)) = selected else {
        return;
    };
    browser.list.select(index, key);
    // While the detail is open, the list has no lines to be seen on.
    if !browser.is_open {
        browser.list.offset = offset;
    }
}

/// What is on the screen.
struct Shown<'a> {
    browsed: Browsed<'a>,
    list_height: usize,
    detail_height: usize,
}

impl Shown<'_> {
    /// How far the detail can be scrolled.
    fn most(&self) -> usize {
        let lines = self.browsed.detail.total();
        lines.saturating_sub(self.detail_height)
    }
}

/// Looks at what is on the screen; none where no list lies over the view.
fn look<T>(model: &Model, see: impl FnOnce(&Shown<'_>) -> T) -> Option<T> {
    let width = over::outer(model.size).width.saturating_sub(2);
    let browsed = browsed(model, width)?;
    let areas = over::areas(model.size, Parts::of(&browsed));
    Some(see(&Shown {
        list_height: usize::from(areas.list.height),
        detail_height: usize::from(areas.detail.height),
        browsed,
    }))
}
