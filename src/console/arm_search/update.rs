//! Searches for an arm's units, and takes what was found.

use super::ArmSearch;
use crate::console::effect::Effect;
use crate::console::message::{Answer, Owner, RequestId};
use crate::exposure::LoggedArm;

/// Searches for an arm, of which the log has this many exposures. What was found of it before stays until
/// there is an answer.
pub(in crate::console) fn begin(search: &mut ArmSearch, arm: LoggedArm, exposures: u64) -> Effect {
    if search.found(&arm).is_none() {
        search.found = None;
    }
    let request = Owner::ArmSearch.next_request(&mut search.last_request);
    search.asked = Some((arm.clone(), exposures));
    search.searching = Some((request, 0.0));
    Effect::SearchArm(request, arm)
}

/// Stops the search that is under way, if there is one; its answer is what it found until then.
pub(in crate::console) fn stop(search: &ArmSearch) -> Option<Effect> {
    let (request, _) = search.searching?;
    Some(Effect::StopSearching(request))
}

/// Notes the progress of a search.
pub(in crate::console) fn progress(search: &mut ArmSearch, request: RequestId, fraction: f64) {
    if let Some((newest, known)) = &mut search.searching
        && *newest == request
    {
        *known = fraction;
    }
}

/// Handles the answer to its request.
pub(in crate::console) fn answer(search: &mut ArmSearch, request: RequestId, answer: Answer) {
    let searching = &mut search.searching;
    if searching
        .take_if(|(newest, _)| *newest == request)
        .is_none()
    {
        return;
    }
    match answer {
        Answer::ArmFound(units) => search.found = Some(Ok(units)),
        Answer::Failed(trouble) => search.found = Some(Err(trouble)),
        _ => {}
    }
}
