//! Updates the dialog: confirms or cancels, and makes it stale if something changes.

use crossterm::event::KeyCode;

use super::draw::Reach;
use super::name::continued;
use super::{Confirm, Stale};
use crate::console::commands::Command;
use crate::console::component::Handled;
use crate::console::keys::{Chord, paste_text};
use crate::console::model::{Loaded, Standing};
use crate::console::proposal::Proposal;
use crate::console::scrolling::{Move, half_of};
use crate::diagnostic::visible;
use crate::plan::name_layers;
use crate::review::Confirmation;

/// Handles a key; `command` is what it does in the view, `reach` how far the changes can be scrolled.
pub(in crate::console) fn key(
    confirm: &mut Confirm,
    chord: Chord,
    command: Option<Command>,
    reach: Reach,
) -> Handled {
    if chord.leaves() {
        return Handled::Close;
    }
    if confirm.stale.is_some() {
        // There is nothing left to confirm; Enter closes, like Escape.
        return match chord.code() {
            KeyCode::Enter => Handled::Close,
            _ => scroll(confirm, command, reach),
        };
    }
    match &confirm.review.confirmation {
        Confirmation::OneKey => press(confirm, chord, command, reach),
        Confirmation::Type { name, .. } => {
            let name = visible(name).into_owned();
            type_name(confirm, &name, chord, command, reach)
        }
    }
}

/// Handles a key where one is enough.
fn press(confirm: &mut Confirm, chord: Chord, command: Option<Command>, reach: Reach) -> Handled {
    match chord.code() {
        // With Ctrl or Alt it is another key.
        KeyCode::Char(_) if chord.typed() == Some('y') => apply(confirm),
        KeyCode::Tab | KeyCode::Left | KeyCode::Right => {
            confirm.is_apply_focused = !confirm.is_apply_focused;
            Handled::Done(Vec::new())
        }
        KeyCode::Enter if confirm.is_apply_focused => apply(confirm),
        KeyCode::Enter | KeyCode::Char('n' | 'q') => Handled::Close,
        _ => match command {
            Some(walk @ (Command::NextChange | Command::PreviousChange)) => Handled::Run(walk),
            command => scroll(confirm, command, reach),
        },
    }
}

/// Handles a key where a name is typed: what types doesn't scroll.
fn type_name(
    confirm: &mut Confirm,
    name: &str,
    chord: Chord,
    command: Option<Command>,
    reach: Reach,
) -> Handled {
    match chord.code() {
        KeyCode::Enter if confirm.typed == name => return apply(confirm),
        KeyCode::Enter => confirm.is_wrong = true,
        KeyCode::Tab => {
            if let Some(continued) = continued(&confirm.typed, name, &confirm.alike) {
                confirm.typed = continued;
                confirm.is_wrong = false;
            }
        }
        _ if chord.edit_text(&mut confirm.typed) => confirm.is_wrong = false,
        _ if chord.typed().is_none() => return scroll(confirm, command, reach),
        _ => {}
    }
    Handled::Done(Vec::new())
}

/// Scrolls the changes, if the key does that.
fn scroll(confirm: &mut Confirm, command: Option<Command>, reach: Reach) -> Handled {
    let Some(by) = command.and_then(Move::of) else {
        return Handled::Ignored;
    };
    let now = confirm.offset.min(reach.most);
    confirm.offset = by.from(now, half_of(reach.height), reach.most);
    Handled::Done(Vec::new())
}

fn apply(confirm: &Confirm) -> Handled {
    let plan = confirm.review.plan().map(Box::new);
    plan.map_or(Handled::Close, Handled::Apply)
}

/// Inserts pasted text, without line breaks, if a name must be typed.
pub(in crate::console) fn paste(confirm: &mut Confirm, text: &str) {
    if confirm.asks_for_a_name() {
        paste_text(&mut confirm.typed, text);
        confirm.is_wrong = false;
    }
}

/// Checks the dialog after files and database were read again. It shows what was planned when it
/// was opened; if that has changed, it can't be applied.
pub(in crate::console) fn check(confirm: &mut Confirm, proposal: &Proposal, loaded: &Loaded) {
    if confirm.stale.is_some() {
        return;
    }
    let changed = loaded.files.changed_since(&confirm.files);
    let what = match &loaded.states {
        None => format!("{} or database can't be read anymore", proposal.noun()),
        Some(states) if !confirm.review.stale_layers(&states.before).is_empty() => {
            let layers = confirm.review.stale_layers(&states.before);
            format!("another program changed {}", name_layers(&layers))
        }
        Some(_) if !changed.is_empty() => format!("changed meanwhile: {}", changed.join(", ")),
        // A date passed: a saved plan now does something else than what was reviewed.
        Some(_) => match loaded.files.standing() {
            Some(Standing::Refused(refusal)) => refusal.to_string(),
            _ => return,
        },
    };
    confirm.stale = Some(Stale { what });
}
