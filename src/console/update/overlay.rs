//! Keys while something lies over whichever view.

use crossterm::event::KeyCode;

use super::close::{close, stop_search};
use super::field::{edit_text, is_escape, is_interrupt};
use super::{browse, history, lookup, navigate, run};
use crate::console::commands::Command;
use crate::console::effect::Effect;
use crate::console::keys::Chord;
use crate::console::model::{CommandList, Confirm, Model, Overlay};
use crate::diagnostic::visible;
use crate::review::Confirmation;

/// A key, for what lies over the screen.
pub(super) fn key(model: &mut Model, chord: Chord) -> Vec<Effect> {
    if is_escape(chord) && browse::go_back(model) {
        return Vec::new();
    }
    if is_interrupt(chord)
        && let Some(stopped) = stop_search(model)
    {
        return vec![stopped];
    }
    if is_escape(chord) || is_interrupt(chord) {
        if matches!(model.overlay, Some(Overlay::Filter)) {
            model.filter.clear();
        }
        return close(model);
    }
    match &mut model.overlay {
        Some(Overlay::Confirm(confirm)) => match in_dialog(confirm, chord) {
            Verdict::Stay => Vec::new(),
            Verdict::Cancel => close(model),
            Verdict::Apply => apply(model),
        },
        // The key that opened the help closes it, as long as nothing is searched for.
        Some(Overlay::Commands(list))
            if list.is_help
                && list.query.is_empty()
                && matches!(chord.typed(), Some('?' | 'q')) =>
        {
            close(model)
        }
        Some(Overlay::Commands(list)) => in_commands(list, chord)
            .map(|command| {
                close(model);
                run::run(model, command)
            })
            .unwrap_or_default(),
        Some(Overlay::History(_)) => history::key(model, chord),
        Some(Overlay::Lookup) => lookup::key(model, chord),
        Some(Overlay::Filter) => in_filter(model, chord),
        None => Vec::new(),
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
        Some(Overlay::Lookup) => lookup::paste(model, text),
        Some(Overlay::Confirm(_) | Overlay::History(_)) | None => {}
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
    } else if edit_text(&mut confirm.typed, chord) {
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
    let request = model.running.begin();
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
            if edit_text(&mut list.query, chord) {
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
    if edit_text(&mut model.filter, chord) {
        navigate::keep_in_sight(model);
    }
    Vec::new()
}
