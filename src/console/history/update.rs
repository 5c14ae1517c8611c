//! Updates the history: reads the journal, and moves in it.

use std::sync::Arc;

use super::{History, HistoryRead, ReadEntry};
use crate::console::browser::{self, Browse};
use crate::console::commands::Command;
use crate::console::component::{Context, Handled};
use crate::console::effect::Effect;
use crate::console::keys::Chord;
use crate::console::message::{Answer, Owner, RequestId};
use crate::console::model::Trouble;
use crate::console::report;
use crate::store::JournalEntry;

/// Requests the entries: there may be new ones.
pub(in crate::console) fn refresh(history: &mut History) -> Vec<Effect> {
    let request = Owner::History.next_request(&mut history.last_request);
    history.reading = Some(request);
    vec![Effect::ReadHistory(request)]
}

/// Opens an entry in full, once it is read.
pub(in crate::console) fn open_entry(history: &mut History, journal_id: i64) {
    history.browser.list.selected = Some(History::key_of(journal_id));
    history.browser.is_open = true;
}

/// Inserts pasted text into the filter, if that is being typed.
pub(in crate::console) fn paste(history: &mut History, cx: Context<'_>, text: &str) -> Vec<Effect> {
    browser::paste(history, cx, text);
    read_selected(history)
}

/// Handles a key.
pub(in crate::console) fn key(history: &mut History, cx: Context<'_>, chord: Chord) -> Handled {
    if browser::key(history, cx, chord) {
        return Handled::Done(read_selected(history));
    }
    match cx.command(chord) {
        Some(Command::Copy) => match history.detail() {
            _ if history.selected_outside().is_some() => {
                Handled::Done(vec![report::of_detail(history, cx, "the change")])
            }
            Some(Ok(_)) => Handled::Done(vec![report::of_detail(history, cx, "the entry")]),
            _ => Handled::disabled("copy: there is no entry to copy"),
        },
        Some(Command::Lookup) => match (history.selected(), history.selected_outside()) {
            _ if cx.startup.is_read_only => Handled::disabled("undo: the console is read-only"),
            (Some(head), _) => Handled::PlanUndo(head.journal_id),
            (None, Some(_)) => Handled::disabled(
                "undo: the next apply sets it back to what the files say, and asks before",
            ),
            (None, None) => Handled::disabled("undo: there is no entry to undo"),
        },
        Some(Command::Time) => match history.selected() {
            Some(head) => Handled::ShowEntry(head.journal_id),
            None => Handled::disabled("time: there is no entry to show"),
        },
        // The key that opened it closes it.
        Some(Command::History | Command::Quit) => Handled::Close,
        _ => Handled::Ignored,
    }
}

/// Handles the answer to one of its requests.
pub(in crate::console) fn answer(
    history: &mut History,
    cx: Context<'_>,
    request: RequestId,
    answer: Answer,
) -> Vec<Effect> {
    match answer {
        Answer::History(read) => take_heads(history, cx, request, Ok(read)),
        Answer::Entry(entry) => take_entry(history, request, Ok(entry)),
        Answer::Failed(trouble) if history.reading == Some(request) => {
            take_heads(history, cx, request, Err(trouble));
        }
        Answer::Failed(trouble) => take_entry(history, request, Err(trouble)),
        _ => {}
    }
    browser::keep_in_sight(history, cx);
    read_selected(history)
}

fn take_heads(
    history: &mut History,
    cx: Context<'_>,
    request: RequestId,
    read: Result<HistoryRead, Trouble>,
) {
    let reading = &mut history.reading;
    if reading.take_if(|newest| *newest == request).is_some() {
        let read = read.map(|HistoryRead { heads, outside }| {
            history.outside = outside;
            heads
        });
        history.heads = Some(read);
        history.refilter(cx);
        history.forget_other();
    }
}

fn take_entry(history: &mut History, request: RequestId, read: Result<Arc<JournalEntry>, Trouble>) {
    let waiting = &mut history.reading_entry;
    if let Some((_, journal_id)) = waiting.take_if(|(waiting, _)| *waiting == request) {
        history.entry = Some(ReadEntry { journal_id, read });
    }
}

/// Requests the selected entry, unless it is known or another one is being read: its answer asks
/// again.
fn read_selected(history: &mut History) -> Vec<Effect> {
    if history.reading_entry.is_some() || history.detail().is_some() {
        return Vec::new();
    }
    let Some(journal_id) = history.selected().map(|head| head.journal_id) else {
        return Vec::new();
    };
    let request = Owner::History.next_request(&mut history.last_request);
    history.reading_entry = Some((request, journal_id));
    vec![Effect::ReadEntry(request, journal_id)]
}
