//! Updates the lookup: types a unit's id, looks it up, and moves in the answers.

use std::sync::Arc;

use crossterm::event::KeyCode;

use super::{AsOf, Logged, Lookup, UnitAnswers, UnitState};
use crate::console::browser::{self, Browser, ListFilter};
use crate::console::commands::Command;
use crate::console::component::{Context, Handled};
use crate::console::effect::Effect;
use crate::console::keys::Chord;
use crate::console::message::{Answer, Owner, RequestId};
use crate::console::model::{Outcome, RowKey, Tone, Trouble};
use crate::console::report;
use crate::domain::LayerId;
use crate::exposure::UnitRows;

/// The longest id that can be pasted: every frame shows how it is hashed, step by step.
const MAX_BYTES: usize = 1 << 16;

/// Opens the field with the unit that was looked up last, and looks it up again: in a state of the past,
/// or in the present one.
pub(in crate::console) fn open(
    lookup: &mut Lookup,
    cx: Context<'_>,
    as_of: Option<AsOf>,
) -> Vec<Effect> {
    take_back(lookup);
    begin_typing(lookup);
    look_as_of(lookup, cx, as_of)
}

/// Looks up the unit in this state.
pub(in crate::console) fn look_as_of(
    lookup: &mut Lookup,
    cx: Context<'_>,
    as_of: Option<AsOf>,
) -> Vec<Effect> {
    // Another state's answers must not be taken for those of this one.
    if as_of.is_some() || lookup.as_of.is_some() {
        lookup.answers = None;
        lookup.logged = Logged::Unasked;
    }
    lookup.as_of = as_of;
    ask(lookup, cx)
}

/// Looks up this unit in the present state without focusing the field, and selects this layer, which a
/// filter could hide.
pub(in crate::console) fn open_unit(
    lookup: &mut Lookup,
    cx: Context<'_>,
    unit_id: String,
    layer_id: &LayerId,
) -> Vec<Effect> {
    lookup.typed = unit_id;
    lookup.as_of = None;
    lookup.browser.filter = ListFilter::default();
    let effects = look_up(lookup, cx);
    lookup.browser.list.selected = Some(RowKey(layer_id.to_string()));
    effects
}

/// Replaces the typed text by the unit that was looked up last.
fn take_back(lookup: &mut Lookup) {
    if let Some(unit_id) = &lookup.unit_id {
        lookup.typed.clone_from(unit_id);
    }
}

/// Focuses the field; the next character replaces its text.
fn begin_typing(lookup: &mut Lookup) {
    lookup.is_typing = true;
    lookup.is_replaced = !lookup.typed.is_empty();
    lookup.browser.is_open = false;
    lookup.browser.filter.is_typing = false;
}

/// Requests what the unit gets, and what the log says that it got.
fn ask(lookup: &mut Lookup, cx: Context<'_>) -> Vec<Effect> {
    // Before files and database are read there is no answer; the request follows then.
    let mut effects = refresh(lookup, cx);
    effects.extend(search(lookup, cx));
    effects
}

/// Requests again what the unit gets: there may be another plan.
pub(in crate::console) fn refresh(lookup: &mut Lookup, cx: Context<'_>) -> Vec<Effect> {
    let Some(unit_id) = lookup.unit_id.clone() else {
        return Vec::new();
    };
    let state = match (&lookup.as_of, cx.loaded) {
        (None, None) => return Vec::new(),
        (None, Some(loaded)) => UnitState::Present(Arc::clone(loaded)),
        (Some(as_of), _) => match &as_of.layers {
            Ok(layers) => UnitState::Past(layers.clone(), as_of.at),
            Err(unknown) => {
                lookup.explaining = None;
                lookup.answers = Some(Err(unknown.clone()));
                return Vec::new();
            }
        },
    };
    let request = Owner::Lookup.next_request(&mut lookup.last_request);
    lookup.explaining = Some(request);
    vec![Effect::Explain(request, unit_id, state)]
}

/// Searches the log for the unit, if there is a log; what it says is compared only with the present.
fn search(lookup: &mut Lookup, cx: Context<'_>) -> Option<Effect> {
    cx.startup.log.as_ref().filter(|_| lookup.as_of.is_none())?;
    let unit_id = lookup.unit_id.clone()?;
    let request = Owner::Lookup.next_request(&mut lookup.last_request);
    lookup.logged = Logged::Searching(request, 0.0);
    Some(Effect::Search(request, unit_id))
}

/// Stops the current search, if there is one.
pub(in crate::console) fn stop_search(lookup: &Lookup) -> Option<Effect> {
    match lookup.logged {
        Logged::Searching(request, _) => Some(Effect::StopSearching(request)),
        Logged::Unasked | Logged::Found(_) | Logged::Failed(_) => None,
    }
}

/// Handles a key.
pub(in crate::console) fn key(lookup: &mut Lookup, cx: Context<'_>, chord: Chord) -> Handled {
    if chord.is_interrupt()
        && let Some(stopped) = stop_search(lookup)
    {
        return Handled::Done(vec![stopped]);
    }
    if lookup.is_typing {
        return in_field(lookup, cx, chord);
    }
    if browser::key(lookup, cx, chord) {
        return Handled::Done(Vec::new());
    }
    match cx.command(chord) {
        Some(Command::Lookup | Command::NextPanel | Command::PreviousPanel) => {
            begin_typing(lookup);
            browser::keep_in_sight(lookup, cx);
            Handled::Done(Vec::new())
        }
        Some(Command::Copy) if lookup.selected().is_some() => {
            Handled::Done(vec![report::of_detail(lookup, cx, "the explanation")])
        }
        Some(Command::Copy) => Handled::disabled("copy: there is no explanation to copy"),
        Some(Command::Quit) => Handled::Close,
        _ => Handled::Ignored,
    }
}

fn in_field(lookup: &mut Lookup, cx: Context<'_>, chord: Chord) -> Handled {
    match chord.code() {
        KeyCode::Enter => return Handled::Done(look_up(lookup, cx)),
        KeyCode::Down | KeyCode::Tab => {
            lookup.is_typing = lookup.unit_id.is_none();
            take_back(lookup);
            browser::keep_in_sight(lookup, cx);
        }
        _ => {
            let replaces = chord.typed().is_some() || chord.code() == KeyCode::Backspace;
            if replaces && std::mem::take(&mut lookup.is_replaced) {
                lookup.typed.clear();
            }
            if !chord.edit_text(&mut lookup.typed) {
                return Handled::Ignored;
            }
        }
    }
    Handled::Done(Vec::new())
}

/// Inserts pasted text into the field for the unit's id as it is, except for a final line break, or into
/// the filter. Fails if an id is too long.
pub(in crate::console) fn paste(
    lookup: &mut Lookup,
    cx: Context<'_>,
    text: &str,
) -> Result<(), Outcome> {
    if !lookup.is_typing {
        browser::paste(lookup, cx, text);
        return Ok(());
    }
    if std::mem::take(&mut lookup.is_replaced) {
        lookup.typed.clear();
    }
    let text = text.trim_end_matches(['\r', '\n']);
    if lookup.typed.len() + text.len() > MAX_BYTES {
        return Err(Outcome {
            text: "paste: unit ids are at most 64 KiB long".to_owned(),
            tone: Tone::Bad,
        });
    }
    lookup.typed.push_str(text);
    Ok(())
}

/// Looks up the unit in the field.
fn look_up(lookup: &mut Lookup, cx: Context<'_>) -> Vec<Effect> {
    if lookup.typed.is_empty() {
        return Vec::new();
    }
    lookup.is_typing = false;
    // The filter stays: it asks the same of the next unit.
    lookup.browser = Browser {
        filter: std::mem::take(&mut lookup.browser.filter),
        ..Browser::default()
    };
    lookup.unit_id = Some(lookup.typed.clone());
    lookup.answers = None;
    lookup.logged = Logged::Unasked;
    ask(lookup, cx)
}

/// Notes the progress of a search.
pub(in crate::console) fn progress(lookup: &mut Lookup, request: RequestId, fraction: f64) {
    if let Logged::Searching(newest, known) = &mut lookup.logged
        && *newest == request
    {
        *known = fraction;
    }
}

/// Handles the answer to one of its requests.
pub(in crate::console) fn answer(
    lookup: &mut Lookup,
    cx: Context<'_>,
    request: RequestId,
    answer: Answer,
) -> Vec<Effect> {
    match answer {
        Answer::Explained(answers) => take_answers(lookup, request, Ok(answers)),
        Answer::Searched(rows) => take_rows(lookup, request, Ok(rows)),
        Answer::Failed(trouble) if lookup.explaining == Some(request) => {
            take_answers(lookup, request, Err(trouble));
        }
        Answer::Failed(trouble) => take_rows(lookup, request, Err(trouble)),
        _ => {}
    }
    browser::keep_in_sight(lookup, cx);
    Vec::new()
}

fn take_answers(
    lookup: &mut Lookup,
    request: RequestId,
    answers: Result<Arc<UnitAnswers>, Trouble>,
) {
    let explaining = &mut lookup.explaining;
    if explaining.take_if(|newest| *newest == request).is_some() {
        lookup.answers = Some(answers);
    }
}

fn take_rows(lookup: &mut Lookup, request: RequestId, rows: Result<Arc<UnitRows>, Trouble>) {
    if !matches!(lookup.logged, Logged::Searching(newest, _) if newest == request) {
        return;
    }
    lookup.logged = match rows {
        Ok(rows) => Logged::Found(rows),
        Err(trouble) => Logged::Failed(trouble),
    };
}
