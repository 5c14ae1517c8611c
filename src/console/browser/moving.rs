//! Moves in a list over the view, and in its detail.

use crossterm::event::KeyCode;

use super::{Browse, Browsed, ListFilter, Parts, areas, outer};
use crate::console::commands::Command;
use crate::console::component::Context;
use crate::console::keys::Chord;
use crate::console::model::{PanelState, RowKey};
use crate::console::scrolling::{Move, half_of, lines_of, page_of, sighted};

/// Handles a key that moves, opens the detail, goes back to the list or filters it; returns whether it
/// was one.
pub(in crate::console) fn key(list: &mut impl Browse, cx: Context<'_>, chord: Chord) -> bool {
    let browser = list.browser_mut();
    if browser.filter.is_typing {
        if chord.is_interrupt() {
            return false;
        }
        change_filter(list, cx, |filter| filter.edit(chord));
        return true;
    }
    let is_filtered = !browser.filter.text.is_empty();
    match chord.code() {
        _ if chord.is_escape() && is_filtered && !browser.is_open => {
            change_filter(list, cx, ListFilter::clear);
        }
        _ if chord.is_escape() => return go_back(list, cx),
        KeyCode::Enter | KeyCode::Right => open_detail(list, cx),
        KeyCode::Left => {
            go_back(list, cx);
        }
        _ => {
            let command = cx.command(chord);
            if command == Some(Command::Filter) {
                begin_filter(list, cx);
                return true;
            }
            let Some(by) = command.and_then(Move::of) else {
                return false;
            };
            go(list, cx, by);
        }
    }
    true
}

/// Focuses the field that filters the list.
fn begin_filter(list: &mut impl Browse, cx: Context<'_>) {
    go_back(list, cx);
    list.browser_mut().filter.is_typing = true;
    keep_in_sight(list, cx);
}

/// Inserts pasted text into the filter, if that is being typed.
pub(in crate::console) fn paste(list: &mut impl Browse, cx: Context<'_>, text: &str) {
    if list.browser_mut().filter.is_typing {
        change_filter(list, cx, |filter| filter.paste(text));
    }
}

fn change_filter(list: &mut impl Browse, cx: Context<'_>, change: impl FnOnce(&mut ListFilter)) {
    let browser = list.browser_mut();
    let before = browser.filter.text.clone();
    change(&mut browser.filter);
    if browser.filter.text != before {
        browser.offset = 0;
        list.refilter(cx);
        // What was selected stays so, if it is listed; else the first row is what the user looks for.
        let is_gone = look(list, cx, |shown| {
            let Browsed { browser, list, .. } = &shown.browsed;
            let key = list
                .selected(&browser.list)
                .map(|index| list.row(index).key);
            key.is_some() && key != browser.list.selected
        });
        if is_gone {
            list.browser_mut().list = PanelState::default();
        }
    }
    keep_in_sight(list, cx);
}

fn open_detail(list: &mut impl Browse, cx: Context<'_>) {
    list.browser_mut().is_open |= look(list, cx, |shown| shown.browsed.list.row_count() > 0);
    keep_in_sight(list, cx);
}

/// Goes from the open detail back to the list; returns whether it was open.
fn go_back(list: &mut impl Browse, cx: Context<'_>) -> bool {
    let was_open = std::mem::take(&mut list.browser_mut().is_open);
    keep_in_sight(list, cx);
    was_open
}

fn go(list: &mut impl Browse, cx: Context<'_>, by: Move) {
    let moved = look(list, cx, |shown| {
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
    let browser = list.browser_mut();
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
    keep_in_sight(list, cx);
}

/// The position after a key.
enum Moved {
    /// This many lines of the detail are scrolled out.
    Detail(usize),
    Row(usize, RowKey),
    Nothing,
}

/// After new contents or a resize: the selection follows its thing and is visible, and scroll
/// positions stay as far as they can.
pub(in crate::console) fn keep_in_sight(list: &mut impl Browse, cx: Context<'_>) {
    let (most, most_of_list, selected) = look(list, cx, |shown| {
        let Browsed { browser, list, .. } = &shown.browsed;
        let selected = list.selected(&browser.list).map(|index| {
            let (lines, total) = (lines_of(list, index), list.total());
            let offset = sighted(browser.list.offset, lines, total, shown.list_height);
            (index, list.row(index).key, offset)
        });
        let most_of_list = list.total().saturating_sub(shown.list_height);
        (shown.most(), most_of_list, selected)
    });
    let browser = list.browser_mut();
    browser.offset = browser.offset.min(most);
    browser.list.offset = browser.list.offset.min(most_of_list);
    let Some((index, key, offset)) = selected else {
        return;
    };
    browser.list.select(index, key);
    // While the detail is open, no lines of the list are visible.
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
    /// Returns how far the detail can be scrolled.
    fn most(&self) -> usize {
        let lines = self.browsed.detail.total();
        lines.saturating_sub(self.detail_height)
    }
}

/// Passes what is on the screen to `see`.
fn look<T>(list: &impl Browse, cx: Context<'_>, see: impl FnOnce(&Shown<'_>) -> T) -> T {
    let browsed = list.content(cx, outer(cx.size).width.saturating_sub(2));
    let areas = areas(cx.size, Parts::of(&browsed));
    see(&Shown {
        list_height: usize::from(areas.list.height),
        detail_height: usize::from(areas.detail.height),
        browsed,
    })
}
