//! Closes what lies over the view.

use super::navigate;
use crate::console::effect::Effect;
use crate::console::model::{Logged, Model, Overlay};

/// Closes it, and stops the search that only it shows.
pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    // Nobody is left to see what a search finds.
    let stopped = stop_search(model);
    model.overlay = None;
    navigate::keep_in_sight(model);
    stopped.into_iter().collect()
}

/// Stops the search that is under way, if one is and it can be seen.
pub(super) fn stop_search(model: &Model) -> Option<Effect> {
    match (&model.overlay, &model.lookup.logged) {
        (Some(Overlay::Lookup), Logged::Searching(request, _)) => {
            Some(Effect::StopSearching(*request))
        }
        _ => None,
    }
}
