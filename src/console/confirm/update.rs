//! Updates the dialog: confirms or cancels, and makes it stale if something changes.

use crossterm::event::KeyCode;

use super::{Confirm, Stale};
use crate::console::component::Handled;
use crate::console::keys::Chord;
use crate::console::model::{Loaded, Standing};
use crate::console::proposal::Proposal;
use crate::diagnostic::visible;
use crate::review::Confirmation;

/// Handles a key.
pub(in crate::console) fn key(confirm: &mut Confirm, chord: Chord) -> Handled {
    if chord.leaves() {
        return Handled::Close;
    }
    if confirm.stale.is_some() {
        // There is nothing left to confirm; Enter closes, like Escape.
        return if chord.code() == KeyCode::Enter {
            Handled::Close
        } else {
            Handled::Ignored
        };
    }
    let Confirmation::Type { name, .. } = &confirm.review.confirmation else {
        return match chord.code() {
            // With Ctrl or Alt it is another key.
            KeyCode::Char(_) if chord.typed() == Some('y') => apply(confirm),
            KeyCode::Tab | KeyCode::Left | KeyCode::Right => {
                confirm.is_apply_focused = !confirm.is_apply_focused;
                Handled::Done(Vec::new())
            }
            KeyCode::Enter if confirm.is_apply_focused => apply(confirm),
            KeyCode::Enter | KeyCode::Char('n' | 'q') => Handled::Close,
            _ => Handled::Ignored,
        };
    };
    if chord.code() == KeyCode::Enter {
        if confirm.typed == visible(name) {
            return apply(confirm);
        }
        confirm.is_wrong = true;
    } else if chord.edit_text(&mut confirm.typed) {
        confirm.is_wrong = false;
    }
    Handled::Done(Vec::new())
}

fn apply(confirm: &Confirm) -> Handled {
    let plan = confirm.review.plan().map(Box::new);
    plan.map_or(Handled::Close, Handled::Apply)
}

/// Inserts pasted text, without line breaks, if a name must be typed.
pub(in crate::console) fn paste(confirm: &mut Confirm, text: &str) {
    if confirm.asks_for_a_name() {
        let characters = text.chars().filter(|character| !character.is_control());
        confirm.typed.extend(characters);
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
        Some(states) if states.before.revision != confirm.review.base_revision => {
            "another program changed the database".to_owned()
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
