//! Reads the past: once something needs it, and again whenever the database has changed.

use super::Past;
use crate::console::effect::Effect;
use crate::console::message::{Answer, Owner, RequestId};
use crate::domain::Revision;

/// Requests the past that led to this revision by the journal's entry `last`, unless it is known or being
/// read. A database that took the other's place may have the same contents and another journal.
pub(in crate::console) fn want(
    past: &mut Past,
    revision: &Revision,
    last: Option<i64>,
) -> Option<Effect> {
    past.is_wanted = true;
    let is_known = past.read().is_some_and(|read| {
        let newest = read.entries.first().map(|entry| entry.journal_id);
        read.revision == *revision && newest == last
    });
    if is_known || past.reading.is_some() {
        return None;
    }
    let request = Owner::Past.next_request(&mut past.last_request);
    past.reading = Some(request);
    Some(Effect::ReadPast(request))
}

/// Handles the answer to its request.
pub(in crate::console) fn answer(past: &mut Past, request: RequestId, answer: Answer) {
    if past
        .reading
        .take_if(|waiting| *waiting == request)
        .is_none()
    {
        return;
    }
    match answer {
        Answer::Past(read) => past.known = Some(Ok(read)),
        Answer::Failed(trouble) => past.known = Some(Err(trouble)),
        _ => {}
    }
}
