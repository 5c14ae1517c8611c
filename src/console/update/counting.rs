//! Reading the exposure log: when, how far it is, and what came of it.
//!
//! One reading is under way and one due at most: the log may change all the time.

use super::navigate;
use super::outcome::retry_soon;
use crate::console::commands::Command;
use crate::console::effect::Effect;
use crate::console::message::{Answer, Owner, RequestId};
use crate::console::model::{Counted, Counting, Model, Outcome, Tone};

/// The log changed: reads it, unless the user stopped that.
pub(super) fn follow(model: &mut Model) -> Vec<Effect> {
    if model.incident.is_stopped {
        return Vec::new();
    }
    model.running.count.is_due = true;
    begin(model)
}

/// The database may have changed too: judges the log by it.
pub(super) fn judge(model: &mut Model) -> Vec<Effect> {
    model.running.count.is_database_new = true;
    follow(model)
}

/// Begins what is due, if there is a log and it isn't being read.
fn begin(model: &mut Model) -> Vec<Effect> {
    let running = &mut model.running;
    let Counting {
        request,
        is_due,
        is_database_new,
    } = running.count;
    if model.startup.log.is_none() || request.is_some() || !is_due {
        return Vec::new();
    }
    let request = running.begin(Owner::Incident);
    running.count = Counting {
        request: Some(request),
        ..Counting::default()
    };
    vec![Effect::Count {
        request,
        is_database_new,
    }]
}

/// Notes how far a long reading is.
pub(super) fn progress(model: &mut Model, request: RequestId, fraction: f64) {
    if model.running.count.request == Some(request) {
        model.incident.progress = Some(fraction);
    }
}

/// Stops a long reading; none where none is under way.
pub(super) fn stop(model: &mut Model) -> Option<Vec<Effect>> {
    let request = model.running.count.request?;
    let incident = &mut model.incident;
    incident.progress.filter(|_| !incident.is_stopped)?;
    incident.is_stopped = true;
    // What came meanwhile is read with the rest, once that is asked for.
    model.running.count.is_due = false;
    let reload = model.startup.named(Command::Reload);
    model.outcome = Some(Outcome {
        text: format!("Stopped reading the log: {reload} goes on"),
        tone: Tone::Plain,
    });
    Some(vec![Effect::StopCounting(request)])
}

/// Takes in the answer to a reading.
pub(super) fn answer(model: &mut Model, request: RequestId, answer: Answer) -> Vec<Effect> {
    let reading = &mut model.running.count.request;
    let is_awaited = reading.take_if(|waiting| *waiting == request).is_some();
    match answer {
        Answer::Counted(counted) => take(model, *counted),
        // A defect of the program.
        Answer::Failed(trouble) if is_awaited => take(
            model,
            Counted {
                judged: None,
                troubles: vec![trouble],
                unread: Some("unread"),
                is_busy: false,
            },
        ),
        _ => Vec::new(),
    }
}

/// Takes in what came of a reading. What could be said before stays where nothing new can be.
fn take(model: &mut Model, counted: Counted) -> Vec<Effect> {
    let Counted {
        judged,
        troubles,
        unread,
        is_busy,
    } = counted;
    let incident = &mut model.incident;
    incident.progress = None;
    incident.troubles = troubles;
    incident.unread = unread;
    incident.judged = judged.or(incident.judged.take());
    navigate::keep_in_sight(model);
    let retry = if is_busy { retry_soon(model) } else { None };
    let mut effects = begin(model);
    effects.extend(retry);
    effects
}
