//! Goes between the list of saved plans and the plan that is open.

use std::path::PathBuf;

use super::reload::load;
use crate::console::effect::Effect;
use crate::console::model::{Model, Overlay};
use crate::console::plans;
use crate::console::proposal::Proposal;

/// Lists the saved plans of the directory over the view.
pub(super) fn list(model: &mut Model) -> Vec<Effect> {
    model.overlay = Some(Overlay::Plans);
    plans::refresh(&mut model.plans)
}

/// Returns whether there is only the list: no plan of the directory is open.
pub(super) fn is_only_listed(model: &Model) -> bool {
    matches!(model.startup.proposal, Proposal::Plans(_)) && model.plans.opened.is_none()
}

/// Reviews a saved plan: from now on, it is what the screen is about.
pub(super) fn open(model: &mut Model, file: PathBuf) -> Vec<Effect> {
    model.plans.opened = Some(file.clone());
    model.overlay = None;
    model.pages.clear();
    // Nothing of the plan that was open before may be taken for one of this.
    model.loaded = None;
    model.distribution = None;
    model.outdated = None;
    let mut effects = vec![Effect::OpenPlan(file)];
    effects.extend(load(model));
    effects
}
