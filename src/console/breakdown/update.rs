//! Asks for a breakdown, and takes what was found.

use super::{AskedBreakdown, SplitBreakdown};
use crate::console::effect::Effect;
use crate::console::message::{Answer, Owner, RequestId};

/// Asks for the breakdown of a split. What was found of it before stays until there is an answer.
pub(in crate::console) fn begin(state: &mut SplitBreakdown, asked: AskedBreakdown) -> Effect {
    if state.found(&asked.split).is_none() {
        state.found = None;
    }
    let request = Owner::Breakdown.next_request(&mut state.last_request);
    state.asked = Some(asked.split.clone());
    state.counting = Some((request, 0.0));
    Effect::BreakDown(request, asked)
}

/// Stops the counting that is under way, if there is one.
pub(in crate::console) fn stop(state: &SplitBreakdown) -> Option<Effect> {
    let (request, _) = state.counting?;
    Some(Effect::StopSearching(request))
}

/// Notes the progress of the counting.
pub(in crate::console) fn progress(state: &mut SplitBreakdown, request: RequestId, fraction: f64) {
    if let Some((newest, known)) = &mut state.counting
        && *newest == request
    {
        *known = fraction;
    }
}

/// Handles the answer to its request.
pub(in crate::console) fn answer(state: &mut SplitBreakdown, request: RequestId, answer: Answer) {
    let counting = &mut state.counting;
    if counting.take_if(|(newest, _)| *newest == request).is_none() {
        return;
    }
    match answer {
        Answer::BrokenDown(Some(found)) => {
            state.counted = Some(found.counted.clone());
            state.found = Some(Ok(found));
        }
        Answer::Failed(trouble) => state.found = Some(Err(trouble)),
        // What was found before it was stopped is still what there is.
        _ => {}
    }
}
