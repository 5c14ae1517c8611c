//! Dispatches each message to the module that handles it, and each key to what has the keys.

use super::components::{Components, split};
use super::outcome::say_trouble;
use super::reload::{load, read_all};
use super::{answers, mouse, navigate, overlay, run};
use crate::console::effect::Effect;
use crate::console::keys::Chord;
use crate::console::message::{Message, Owner};
use crate::console::model::{Model, Outcome, Tone};
use crate::console::type_ahead::Typed;
use crate::console::watch::WatchEvent;
use crate::console::{arm_search, breakdown, edits, incident, lookup};

/// Changes the model by a message, and returns the effects that follow.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    let was_listing = model.listed_arm().is_some();
    let was_broken_down = model.broken_down().is_some();
    let mut effects = handle(model, message);
    if was_listing && model.listed_arm().is_none() {
        effects.extend(arm_search::stop(&model.arm_search));
    }
    if was_broken_down && model.broken_down().is_none() {
        effects.extend(breakdown::stop(&model.breakdown));
    }
    effects
}

fn handle(model: &mut Model, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(chord) => {
            let effects = key(model, chord);
            model.news.clear();
            effects
        }
        Message::Paste(text) if model.type_ahead.is_waiting() => {
            model.type_ahead.keep(Typed::Paste(text));
            Vec::new()
        }
        Message::Paste(text) => overlay::paste(model, &text),
        Message::Mouse(_) if model.type_ahead.is_waiting() => Vec::new(),
        Message::Mouse(event) => mouse::mouse(model, event),
        Message::Resized(columns, rows) => {
            model.size = (columns, rows);
            navigate::keep_in_sight(model);
            overlay::keep_in_sight(model);
            Vec::new()
        }
        // The editor may have changed a file; the watcher reports it too, if there is one.
        Message::Watch(WatchEvent::Proposal) | Message::EditorClosed(Ok(())) => load(model),
        Message::Watch(WatchEvent::Database) => read_all(model),
        Message::Watch(WatchEvent::Log) => {
            let (cx, Components { incident, .. }) = split(model);
            incident::follow(incident, cx).into_iter().collect()
        }
        // A log may be locked for hours, so nothing else is read again because of it.
        Message::Retry(Owner::Incident) => {
            let (cx, Components { incident, .. }) = split(model);
            incident::retry(incident, cx).into_iter().collect()
        }
        Message::Retry(Owner::Console) => {
            model.running.is_retry_due = false;
            read_all(model)
        }
        Message::Retry(
            Owner::Edits
            | Owner::Holds
            | Owner::History
            | Owner::Lookup
            | Owner::ArmSearch
            | Owner::Breakdown
            | Owner::Past
            | Owner::Plans,
        ) => Vec::new(),
        Message::Watch(WatchEvent::Mode(mode)) => {
            model.watch = Some(mode);
            // Changes before the watch was set up went unnoticed.
            read_all(model)
        }
        Message::Counting(request, fraction) => {
            incident::progress(&mut model.incident, request, fraction);
            Vec::new()
        }
        Message::Sampling(request, known) => {
            if model.running.simulate == Some(request) {
                model.distribution = Some(known);
                model.outdated = None;
                navigate::keep_in_sight(model);
            }
            Vec::new()
        }
        Message::Searching(request, fraction) => {
            match request.owner {
                Owner::ArmSearch => {
                    arm_search::progress(&mut model.arm_search, request, fraction);
                }
                Owner::Breakdown => {
                    breakdown::progress(&mut model.breakdown, request, fraction);
                }
                _ => lookup::progress(&mut model.lookup, request, fraction),
            }
            Vec::new()
        }
        Message::Answer(request, answer) => answers::answer(model, request, answer),
        Message::TerminalGone => vec![Effect::Quit],
        Message::Copied(Ok(what)) => {
            model.outcome = Some(Outcome {
                text: format!("Copied {what}"),
                tone: Tone::Good,
            });
            Vec::new()
        }
        Message::EditorClosed(Err(trouble)) | Message::Copied(Err(trouble)) => {
            say_trouble(model, &trouble);
            Vec::new()
        }
    }
}

fn key(model: &mut Model, chord: Chord) -> Vec<Effect> {
    if model.type_ahead.is_waiting() {
        if chord.leaves() {
            stop_waiting(model);
        } else {
            model.type_ahead.keep(Typed::Key(chord));
        }
        return Vec::new();
    }
    if model.overlay.is_some() {
        return overlay::key(model, chord);
    }
    if chord.is_interrupt() {
        let searching = arm_search::stop(&model.arm_search);
        if let Some(stopped) = searching.or_else(|| breakdown::stop(&model.breakdown)) {
            return vec![stopped];
        }
        let (cx, Components { incident, .. }) = split(model);
        let Some((stopped, outcome)) = incident::stop(incident, cx) else {
            return run::quit(model);
        };
        model.outcome = Some(outcome);
        return vec![stopped];
    }
    if chord.is_escape() {
        return run::escape(model);
    }
    match model.startup.keymap.command(chord) {
        Some(command) => {
            // The user has seen the last action's outcome.
            model.outcome = None;
            run::run(model, command)
        }
        None => Vec::new(),
    }
}

/// Gives up the dialog that is being prepared.
fn stop_waiting(model: &mut Model) {
    model.type_ahead.stop();
    model.running.stage = None;
    edits::stop_waiting(&mut model.edits);
}
