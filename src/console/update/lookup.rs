//! The field for a unit's id over whichever view, and what came of looking it up.

use std::sync::Arc;

use crossterm::event::KeyCode;

use super::browse;
use super::close::close;
use super::field::edit_text;
use crate::console::commands::Command;
use crate::console::effect::Effect;
use crate::console::keys::Chord;
use crate::console::message::RequestId;
use crate::console::model::{
    Browser, Logged, Lookup, Model, Outcome, Overlay, Tone, Trouble, UnitAnswers,
};
use crate::console::report;
use crate::exposure::UnitRows;

/// The longest id that can be pasted: every frame shows what it hashes to, step by step.
const MOST_BYTES: usize = 1 << 16;

/// Opens the field; the unit that was looked up last is still there, and is looked up again.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.overlay = Some(Overlay::Lookup);
    take_back(&mut model.lookup);
    ask_anew(&mut model.lookup);
    let mut effects = refresh(model);
    effects.extend(search(model));
    effects
}

/// Puts the unit that was looked up last in the place of what is typed.
fn take_back(lookup: &mut Lookup) {
    if let Some(unit_id) = &lookup.unit_id {
        lookup.typed.clone_from(unit_id);
    }
}

/// Gives the field the keys; the next character takes the place of what it holds.
fn ask_anew(lookup: &mut Lookup) {
    lookup.is_typing = true;
    lookup.is_replaced = !lookup.typed.is_empty();
    lookup.browser.is_open = false;
}

/// Asks again what the unit gets, where that is on the screen: there may be another plan.
pub(super) fn refresh(model: &mut Model) -> Vec<Effect> {
    if !matches!(model.overlay, Some(Overlay::Lookup)) {
        return Vec::new();
    }
    let (Some(unit_id), Some(loaded)) = (&model.lookup.unit_id, &model.loaded) else {
        return Vec::new();
    };
    let request = model.running.begin();
    model.lookup.explaining = Some(request);
    vec![Effect::Explain(
        request,
        unit_id.clone(),
        Arc::clone(loaded),
    )]
}

/// A key while it is open.
pub(super) fn key(model: &mut Model, chord: Chord) -> Vec<Effect> {
    if model.lookup.is_typing {
        return in_field(model, chord);
    }
    if browse::key(model, chord) {
        return Vec::new();
    }
    match model.startup.keymap.command(chord) {
        Some(Command::Lookup | Command::Filter | Command::NextPanel | Command::PreviousPanel) => {
            ask_anew(&mut model.lookup);
            browse::keep_in_sight(model);
            Vec::new()
        }
        Some(Command::Copy) => copy(model),
        Some(Command::Quit) => close(model),
        _ => Vec::new(),
    }
}

fn in_field(model: &mut Model, chord: Chord) -> Vec<Effect> {
    let lookup = &mut model.lookup;
    match chord.code() {
        KeyCode::Enter => return look_up(model),
        KeyCode::Down | KeyCode::Tab => {
            lookup.is_typing = lookup.unit_id.is_none();
            take_back(lookup);
            browse::keep_in_sight(model);
        }
        _ => {
            let replaces = chord.typed().is_some() || chord.code() == KeyCode::Backspace;
            if replaces && std::mem::take(&mut lookup.is_replaced) {
                lookup.typed.clear();
            }
            edit_text(&mut lookup.typed, chord);
        }
    }
    Vec::new()
}

/// Pasted text goes into the field as it is, but for the line break that copying a line brings.
pub(super) fn paste(model: &mut Model, text: &str) {
    let lookup = &mut model.lookup;
    if !lookup.is_typing {
        return;
    }
    if std::mem::take(&mut lookup.is_replaced) {
        lookup.typed.clear();
    }
    let text = text.trim_end_matches(['\r', '\n']);
    if lookup.typed.len() + text.len() > MOST_BYTES {
        model.outcome = Some(Outcome {
            text: "paste: no unit's id is longer than 64 KiB".to_owned(),
            tone: Tone::Bad,
        });
        return;
    }
    lookup.typed.push_str(text);
}

/// Asks what the unit in the field gets, and what the log says that it got.
fn look_up(model: &mut Model) -> Vec<Effect> {
    let lookup = &mut model.lookup;
    if lookup.typed.is_empty() {
        return Vec::new();
    }
    lookup.is_typing = false;
    lookup.browser = Browser::default();
    lookup.unit_id = Some(lookup.typed.clone());
    lookup.answers = None;
    lookup.logged = Logged::Unasked;
    // Until files and database are read, nothing can be said; then it is asked.
    let mut effects = refresh(model);
    effects.extend(search(model));
    effects
}

/// Asks what the log says of the unit, where there is one.
fn search(model: &mut Model) -> Option<Effect> {
    model.startup.log.as_ref()?;
    let unit_id = model.lookup.unit_id.clone()?;
    let request = model.running.begin();
    model.lookup.logged = Logged::Searching(request, 0.0);
    Some(Effect::Search(request, unit_id))
}

fn copy(model: &mut Model) -> Vec<Effect> {
    if model.lookup.selected().is_some() {
        let copied = report::of_detail(model, "the explanation");
        return copied.into_iter().collect();
    }
    model.outcome = Some(Outcome {
        text: "copy: there is no explanation to copy".to_owned(),
        tone: Tone::Plain,
    });
    Vec::new()
}

/// Takes in how far a search is.
pub(super) fn progress(model: &mut Model, request: RequestId, fraction: f64) {
    if let Logged::Searching(newest, known) = &mut model.lookup.logged
        && *newest == request
    {
        *known = fraction;
    }
}

/// Whether this request is one that a lookup waits for.
pub(super) fn waits_for(model: &Model, request: RequestId) -> bool {
    model.lookup.explaining == Some(request) || is_search(&model.lookup, request)
}

fn is_search(lookup: &Lookup, request: RequestId) -> bool {
    matches!(&lookup.logged, Logged::Searching(newest, _) if *newest == request)
}

/// Takes in what the unit gets.
pub(super) fn take_answers(
    model: &mut Model,
    request: RequestId,
    answers: Result<Arc<UnitAnswers>, Trouble>,
) -> Vec<Effect> {
    let lookup = &mut model.lookup;
    if lookup
        .explaining
        .take_if(|newest| *newest == request)
        .is_some()
    {
        lookup.answers = Some(answers);
    }
    browse::keep_in_sight(model);
    Vec::new()
}

/// Takes in what the log says.
pub(super) fn take_rows(
    model: &mut Model,
    request: RequestId,
    rows: Result<Arc<UnitRows>, Trouble>,
) -> Vec<Effect> {
    if is_search(&model.lookup, request) {
        model.lookup.logged = match rows {
            Ok(rows) => Logged::Found(rows),
            Err(trouble) => Logged::Failed(trouble),
        };
    }
    browse::keep_in_sight(model);
    Vec::new()
}

/// Takes in why answers or rows can't be had.
pub(super) fn take_trouble(model: &mut Model, request: RequestId, trouble: Trouble) -> Vec<Effect> {
    if is_search(&model.lookup, request) {
        take_rows(model, request, Err(trouble))
    } else {
        take_answers(model, request, Err(trouble))
    }
}
