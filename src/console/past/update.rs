//! Reads the past: once something needs it, and again whenever the database has changed.

use super::Past;
use crate::console::effect::Effect;
use crate::console::message::{Answer, Owner, RequestId};
use crate::domain::Revision;

/// Requests the past of this revision, unless it is known or being read.
pub(in crate::console) fn want(past: &mut Past, revision: &Revision) -> Option<Effect> {
    past.is_wanted = true;
    let is_known = past.read().is_some_and(|read| read.revision == *revision);
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
