//! The journal over whichever view: reading it, moving in it.

use std::sync::Arc;

use super::browse;
use super::close::close;
use crate::console::commands::Command;
use crate::console::effect::Effect;
use crate::console::keys::Chord;
use crate::console::message::RequestId;
use crate::console::model::{History, Model, Outcome, Overlay, ReadEntry, Tone, Trouble};
use crate::console::report;
use crate::store::{JournalEntry, JournalHead};

/// Opens it, and asks for the entries.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.overlay = Some(Overlay::History(History::default()));
    refresh(model)
}

/// Asks for the entries again, where the journal is open: there may be new ones.
pub(super) fn refresh(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::History(history)) = &mut model.overlay else {
        return Vec::new();
    };
    let request = model.running.begin();
    history.reading = Some(request);
    vec![Effect::ReadHistory(request)]
}

/// A key while it is open.
pub(super) fn key(model: &mut Model, chord: Chord) -> Vec<Effect> {
    if browse::key(model, chord) {
        return read_selected(model);
    }
    match model.startup.keymap.command(chord) {
        Some(Command::Copy) => copy(model),
        // The key that opened it closes it.
        Some(Command::History | Command::Quit) => close(model),
        _ => Vec::new(),
    }
}

fn copy(model: &mut Model) -> Vec<Effect> {
    let is_read = match &model.overlay {
        Some(Overlay::History(history)) => matches!(history.detail(), Some(Ok(_))),
        _ => false,
    };
    if is_read {
        return report::of_detail(model, "the entry").into_iter().collect();
    }
    model.outcome = Some(Outcome {
        text: "copy: there is no entry to copy".to_owned(),
        tone: Tone::Plain,
    });
    Vec::new()
}

/// Whether this request is one that the open journal waits for.
pub(super) fn waits_for(model: &Model, request: RequestId) -> bool {
    let Some(Overlay::History(history)) = &model.overlay else {
        return false;
    };
    let entry = history.reading_entry.map(|(request, _)| request);
    [history.reading, entry].contains(&Some(request))
}

/// Takes in the entries.
pub(super) fn take_heads(
    model: &mut Model,
    request: RequestId,
    heads: Result<Arc<[JournalHead]>, Trouble>,
) -> Vec<Effect> {
    let Some(Overlay::History(history)) = &mut model.overlay else {
        return Vec::new();
    };
    if history
        .reading
        .take_if(|newest| *newest == request)
        .is_some()
    {
        history.heads = Some(heads);
        history.forget_other();
    }
    browse::keep_in_sight(model);
    read_selected(model)
}

/// Takes in an entry.
pub(super) fn take_entry(
    model: &mut Model,
    request: RequestId,
    read: Result<Arc<JournalEntry>, Trouble>,
) -> Vec<Effect> {
    let Some(Overlay::History(history)) = &mut model.overlay else {
        return Vec::new();
    };
    let waiting = &mut history.reading_entry;
    if let Some((_, journal_id)) = waiting.take_if(|(waiting, _)| *waiting == request) {
        history.entry = Some(ReadEntry { journal_id, read });
    }
    browse::keep_in_sight(model);
    read_selected(model)
}

/// Takes in why entries or an entry can't be read.
pub(super) fn take_trouble(model: &mut Model, request: RequestId, trouble: Trouble) -> Vec<Effect> {
    match &model.overlay {
        Some(Overlay::History(history)) if history.reading == Some(request) => {
            take_heads(model, request, Err(trouble))
        }
        _ => take_entry(model, request, Err(trouble)),
    }
}

/// Asks for the selected entry, unless it is there or another one is being read: its answer asks
/// again.
fn read_selected(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::History(history)) = &mut model.overlay else {
        return Vec::new();
    };
    if history.reading_entry.is_some() || history.detail().is_some() {
        return Vec::new();
    }
    let Some(journal_id) = history.selected().map(|head| head.journal_id) else {
        return Vec::new();
    };
    let request = model.running.begin();
    history.reading_entry = Some((request, journal_id));
    vec![Effect::ReadEntry(request, journal_id)]
}
