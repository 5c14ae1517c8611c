//! Keys while something lies over whichever view.

use crossterm::event::KeyCode;

use super::components::{Components, split};
use super::{navigate, run};
use crate::console::browser;
use crate::console::commands::Command;
use crate::console::component::Handled;
use crate::console::effect::Effect;
use crate::console::history;
use crate::console::keys::Chord;
use crate::console::lookup;
use crate::console::message::Owner;
use crate::console::model::{CommandList, Confirm, Model, Overlay};
use crate::diagnostic::visible;
use crate::review::Confirmation;

/// Opens the journal, and asks for its entries.
pub(super) fn open_history(model: &mut Model) -> Vec<Effect> {
    model.overlay = Some(Overlay::History);
    history::refresh(&mut model.history)
}

/// Opens the unit lookup.
pub(super) fn open_lookup(model: &mut Model) -> Vec<Effect> {
    model.overlay = Some(Overlay::Lookup);
    let (cx, Components { lookup, .. }) = split(model);
    lookup::open(lookup, cx)
}

/// Asks again for what lies over the view: files or database were read again.
pub(super) fn refresh(model: &mut Model) -> Vec<Effect> {
    match model.overlay {
        Some(Overlay::History) => history::refresh(&mut model.history),
        Some(Overlay::Lookup) => {
            let (cx, Components { lookup, .. }) = split(model);
            lookup::refresh(lookup, cx)
        }
        Some(Overlay::Confirm(_) | Overlay::Commands(_) | Overlay::Filter) | None => Vec::new(),
    }
}

/// After another size: the selection of a list over the view is in sight.
pub(super) fn keep_in_sight(model: &mut Model) {
    let (cx, Components { history, lookup }) = split(model);
    browser::keep_in_sight(history, cx);
    browser::keep_in_sight(lookup, cx);
}

/// Closes what lies over the view, and stops the search that only it shows.
pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    let stopped = match model.overlay.take() {
        Some(Overlay::Lookup) => lookup::stop_search(&model.lookup),
        Some(Overlay::History) => {
            model.history.close();
            None
        }
        Some(Overlay::Confirm(_) | Overlay::Commands(_) | Overlay::Filter) | None => None,
    };
    navigate::keep_in_sight(model);
    stopped.into_iter().collect()
}

/// A key, for what lies over the screen.
pub(super) fn key(model: &mut Model, chord: Chord) -> Vec<Effect> {
    let leaves = chord.is_escape() || chord.is_interrupt();
    let handled = match &mut model.overlay {
        Some(Overlay::History) => {
            let (cx, Components { history, .. }) = split(model);
            history::key(history, cx, chord)
        }
        Some(Overlay::Lookup) => {
            let (cx, Components { lookup, .. }) = split(model);
            lookup::key(lookup, cx, chord)
        }
        Some(Overlay::Filter) if leaves => {
            model.filter.clear();
            Handled::Close
        }
        _ if leaves => Handled::Close,
        Some(Overlay::Confirm(confirm)) => match in_dialog(confirm, chord) {
            Verdict::Stay => Handled::Ignored,
            Verdict::Cancel => Handled::Close,
            Verdict::Apply => Handled::Done(apply(model)),
        },
        // The key that opened the help closes it, as long as nothing is searched for.
        Some(Overlay::Commands(list))
            if list.is_help
                && list.query.is_empty()
                && matches!(chord.typed(), Some('?' | 'q')) =>
        {
            Handled::Close
        }
        Some(Overlay::Commands(list)) => match in_commands(list, chord) {
            Some(command) => {
                close(model);
                Handled::Done(run::run(model, command))
            }
            None => Handled::Ignored,
        },
        Some(Overlay::Filter) => Handled::Done(in_filter(model, chord)),
        None => Handled::Ignored,
    };
    match handled {
        Handled::Ignored if leaves => close(model),
        _ => settle(model, handled),
    }
}

/// Does what a component asks for after a key or a paste.
fn settle(model: &mut Model, handled: Handled) -> Vec<Effect> {
    match handled {
        Handled::Ignored => Vec::new(),
        Handled::Done(effects) => effects,
        Handled::Close => close(model),
        Handled::Say(outcome) => {
            model.outcome = Some(outcome);
            Vec::new()
        }
    }
}

/// Pasted text goes where text is typed, without line breaks; elsewhere it is no input.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let characters = text.chars().filter(|character| !character.is_control());
    match &mut model.overlay {
        Some(Overlay::Confirm(confirm)) if confirm.asks_for_a_name() => {
            confirm.typed.extend(characters);
        }
        Some(Overlay::Commands(list)) => {
            list.query.extend(characters);
            list.search();
        }
        Some(Overlay::Filter) => {
            model.filter.extend(characters);
            navigate::keep_in_sight(model);
        }
        Some(Overlay::Lookup) => {
            let pasted = lookup::paste(&mut model.lookup, text);
            return settle(model, pasted);
        }
        Some(Overlay::Confirm(_) | Overlay::History) | None => {}
    }
    Vec::new()
}

enum Verdict {
    Stay,
    Cancel,
    Apply,
}

fn in_dialog(confirm: &mut Confirm, chord: Chord) -> Verdict {
    if confirm.stale.is_some() {
        // Nothing is left to confirm; Enter leaves, like Escape.
        return if chord.code() == KeyCode::Enter {
            Verdict::Cancel
        } else {
            Verdict::Stay
        };
    }
    let Confirmation::Type { name, .. } = &confirm.review.confirmation else {
        return match chord.code() {
            // With Ctrl or Alt it is another key.
            KeyCode::Char(_) if chord.typed() == Some('y') => Verdict::Apply,
            KeyCode::Tab | KeyCode::Left | KeyCode::Right => {
                confirm.is_apply_focused = !confirm.is_apply_focused;
                Verdict::Stay
            }
            KeyCode::Enter if confirm.is_apply_focused => Verdict::Apply,
            KeyCode::Enter | KeyCode::Char('n' | 'q') => Verdict::Cancel,
            _ => Verdict::Stay,
        };
    };
    if chord.code() == KeyCode::Enter {
        if confirm.typed == visible(name) {
            return Verdict::Apply;
        }
        confirm.is_wrong = true;
    } else if chord.edit_text(&mut confirm.typed) {
        confirm.is_wrong = false;
    }
    Verdict::Stay
}

fn apply(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Confirm(confirm)) = model.overlay.take() else {
        return Vec::new();
    };
    let Some(plan) = confirm.review.plan() else {
        return Vec::new();
    };
    let request = model.running.begin(Owner::Console);
    model.running.apply = Some(request);
    model.outcome = None;
    vec![Effect::Apply(request, Box::new(plan))]
}

fn in_commands(list: &mut CommandList, chord: Chord) -> Option<Command> {
    let bottom = list.found.len().saturating_sub(1);
    match chord.code() {
        KeyCode::Enter => return list.found.get(list.selected).copied(),
        KeyCode::Up => list.selected = list.selected.saturating_sub(1),
        KeyCode::Down => list.selected = (list.selected + 1).min(bottom),
        KeyCode::PageUp => list.selected = list.selected.saturating_sub(10),
        KeyCode::PageDown => list.selected = (list.selected + 10).min(bottom),
        KeyCode::Home => list.selected = 0,
        KeyCode::End => list.selected = bottom,
        _ => {
            if chord.edit_text(&mut list.query) {
                list.search();
            }
        }
    }
    None
}

fn in_filter(model: &mut Model, chord: Chord) -> Vec<Effect> {
    if chord.code() == KeyCode::Enter {
        return close(model);
    }
    if chord.edit_text(&mut model.filter) {
        navigate::keep_in_sight(model);
    }
    Vec::new()
}
