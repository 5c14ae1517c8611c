//! Updates the dialog: confirms or cancels, and makes it stale if something changes.

use crossterm::event::{KeyCode, KeyModifiers};

use super::draw::Reach;
use super::name::{Progress, continued};
use super::{Confirm, DialogFocus, Stale};
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
    if confirm.focus.is_text() {
        return type_why(confirm, chord, command, reach);
    }
    match &confirm.confirmation {
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
        KeyCode::Tab => walk(confirm, chord),
        KeyCode::Left | KeyCode::Right => {
            confirm.focus = match confirm.focus {
                DialogFocus::Apply => DialogFocus::Answer,
                _ => DialogFocus::Apply,
            };
            Handled::Done(Vec::new())
        }
        KeyCode::Enter if confirm.focus == DialogFocus::Apply => apply(confirm),
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
            let is_back = chord.modifiers().contains(KeyModifiers::SHIFT);
            match Progress::of(&confirm.typed, name) {
                // Whoever wanted the rest of the name doesn't type it into the reason.
                Progress::Begun | Progress::Wrong(_) if !is_back => {
                    if let Some(continued) = continued(&confirm.typed, name, &confirm.alike) {
                        confirm.typed = continued;
                        confirm.is_wrong = false;
                    }
                }
                _ => return walk(confirm, chord),
            }
        }
        _ if chord.edit_text(&mut confirm.typed) => confirm.is_wrong = false,
        _ if chord.typed().is_none() => return scroll(confirm, command, reach),
        _ => {}
    }
    Handled::Done(Vec::new())
}

/// Handles a key where reason or ticket are typed. Enter goes back to the question, so that typing a text
/// never applies anything.
fn type_why(
    confirm: &mut Confirm,
    chord: Chord,
    command: Option<Command>,
    reach: Reach,
) -> Handled {
    match chord.code() {
        KeyCode::Tab => return walk(confirm, chord),
        KeyCode::Enter => confirm.focus = DialogFocus::Answer,
        _ if chord.typed().is_none() && command.and_then(Move::of).is_some() => {
            return scroll(confirm, command, reach);
        }
        _ => confirm.why.edit(confirm.focus, chord),
    }
    Handled::Done(Vec::new())
}

/// Moves on to what has the keys next.
fn walk(confirm: &mut Confirm, chord: Chord) -> Handled {
    let is_back = chord.modifiers().contains(KeyModifiers::SHIFT);
    confirm.focus = confirm.focus.next(confirm.asks_for_a_name(), is_back);
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

/// Applies the plan; if that takes a reason and there is none, the reason gets the keys.
fn apply(confirm: &mut Confirm) -> Handled {
    if confirm.lacks_reason() {
        confirm.focus = DialogFocus::Reason;
        confirm.is_reason_missed = true;
        return Handled::Done(Vec::new());
    }
    let plan = confirm.review.plan().map(Box::new);
    plan.map_or(Handled::Close, |plan| {
        Handled::Apply(plan, confirm.why.clone())
    })
}

/// Inserts pasted text, without line breaks, where something is typed.
pub(in crate::console) fn paste(confirm: &mut Confirm, text: &str) {
    if confirm.stale.is_some() || confirm.why.paste(confirm.focus, text) {
        return;
    }
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
