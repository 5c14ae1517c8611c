//! Reading the exposure log: when, how far it is, and what came of it; and what is unfolded in the
//! list.
//!
//! One reading is under way and one due at most: the log may change all the time.

use super::{Counted, Entry, Incident, IncidentView, LogReading};
use crate::console::commands::Command;
use crate::console::component::Context;
use crate::console::effect::Effect;
use crate::console::message::{Answer, Owner, RequestId};
use crate::console::model::{Outcome, RowKey, Tone};

/// Reads the log after a change, unless the user stopped reading.
pub(in crate::console) fn follow(incident: &mut Incident, cx: Context<'_>) -> Option<Effect> {
    if incident.is_stopped {
        return None;
    }
    incident.reading.is_due = true;
    begin(incident, cx)
}

/// Judges the log again, since the database may have changed.
pub(in crate::console) fn judge(incident: &mut Incident, cx: Context<'_>) -> Option<Effect> {
    incident.reading.is_database_new = true;
    follow(incident, cx)
}

/// Follows the log again after it was stopped; the next reading continues where that one ended.
pub(in crate::console) fn resume(incident: &mut Incident) {
    incident.is_stopped = false;
}

/// Reads again what was locked.
pub(in crate::console) fn retry(incident: &mut Incident, cx: Context<'_>) -> Option<Effect> {
    incident.reading.is_retry_due = false;
    follow(incident, cx)
}

/// Starts a due reading, if there is a log and it isn't being read.
fn begin(incident: &mut Incident, cx: Context<'_>) -> Option<Effect> {
    let reading = &mut incident.reading;
    if cx.startup.log.is_none() || reading.request.is_some() || !reading.is_due {
        return None;
    }
    let request = Owner::Incident.next_request(&mut reading.last_request);
    let is_database_new = reading.is_database_new;
    *reading = LogReading {
        request: Some(request),
        is_due: false,
        is_database_new: false,
        ..*reading
    };
    Some(Effect::Count {
        request,
        is_database_new,
    })
}

/// Notes the progress of a long reading.
pub(in crate::console) fn progress(incident: &mut Incident, request: RequestId, fraction: f64) {
    if incident.reading.request == Some(request) {
        incident.progress = Some(fraction);
    }
}

/// Stops a long reading; `None` if none is in progress.
pub(in crate::console) fn stop(
    incident: &mut Incident,
    cx: Context<'_>,
) -> Option<(Effect, Outcome)> {
    let request = incident.reading.request?;
    incident.progress.filter(|_| !incident.is_stopped)?;
    incident.is_stopped = true;
    // New rows are read with the rest, once reading resumes.
    incident.reading.is_due = false;
    let reload = cx.startup.named(Command::Reload);
    let outcome = Outcome {
        text: format!("Stopped reading the log: {reload} resumes"),
        tone: Tone::Plain,
    };
    Some((Effect::StopCounting(request), outcome))
}

/// Handles the answer to a reading.
pub(in crate::console) fn answer(
    incident: &mut Incident,
    cx: Context<'_>,
    request: RequestId,
    answer: Answer,
) -> Vec<Effect> {
    let reading = &mut incident.reading.request;
    let is_awaited = reading.take_if(|waiting| *waiting == request).is_some();
    match answer {
        Answer::Counted(counted) => take(incident, cx, *counted),
        // A bug in the program.
        Answer::Failed(trouble) if is_awaited => {
            let counted = Counted {
                judged: None,
                troubles: vec![trouble],
                unread: Some("unread"),
                is_busy: false,
            };
            take(incident, cx, counted)
        }
        _ => Vec::new(),
    }
}

/// Stores the result of a reading. Previous verdicts stay unless there are new ones.
fn take(incident: &mut Incident, cx: Context<'_>, counted: Counted) -> Vec<Effect> {
    let Counted {
        judged,
        troubles,
        unread,
        is_busy,
    } = counted;
    incident.progress = None;
    incident.troubles = troubles;
    incident.unread = unread;
    incident.judged = judged.or(incident.judged.take());
    // One such wait is enough.
    let retries = is_busy && !incident.reading.is_retry_due;
    incident.reading.is_retry_due |= is_busy;
    let mut effects = Vec::from_iter(begin(incident, cx));
    effects.extend(retries.then_some(Effect::RetrySoon(Owner::Incident)));
    effects
}

/// Lists the groups of the selected experiment, or the experiments that couldn't be tested.
pub(in crate::console) fn unfold(incident: &mut Incident, cx: Context<'_>) {
    let view = IncidentView { incident, cx };
    if view.is_untested_selected() {
        incident.is_untested_open = true;
        return;
    }
    let selected = view.selected_entry();
    let opened = selected.map(|entry| entry.experiment_id().clone());
    incident.opened = opened;
}

/// Folds what is unfolded at the selection, else the opened groups, else the experiments that
/// couldn't be tested. Returns the row to select, if the selected one is no longer listed.
pub(in crate::console) fn fold(incident: &mut Incident, cx: Context<'_>) -> Option<RowKey> {
    let view = IncidentView { incident, cx };
    let selected = view.selected_entry();
    let is_group = selected.as_ref().is_some_and(|entry| entry.is_group);
    let is_untested = selected.as_ref().is_some_and(Entry::is_untested);
    let is_its_end = view.is_untested_selected() || is_untested && !is_group;
    let selected = selected.map(|entry| entry.experiment_id().clone());
    if incident.is_untested_open && (is_its_end || incident.opened.is_none()) {
        incident.is_untested_open = false;
        return is_untested.then(RowKey::of_untested);
    }
    let opened = incident.opened.take();
    let closed = selected.filter(|id| opened.as_ref() == Some(id))?;
    Some(RowKey::of_experiment(&closed))
}

/// Unfolds what would hide this row of the list.
pub(in crate::console) fn reveal(incident: &mut Incident, cx: Context<'_>, row: &RowKey) {
    let view = IncidentView { incident, cx };
    let split = view.split_of_row(row);
    if split.is_some_and(|split| split.test.is_err()) {
        incident.is_untested_open = true;
    }
}
