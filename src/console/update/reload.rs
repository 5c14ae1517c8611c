//! Reads files, database and log again.

use super::components::{Components, split};
use crate::console::effect::Effect;
use crate::console::incident;
use crate::console::message::Owner;
use crate::console::model::Model;

/// Reads files, database and log.
pub(super) fn read_all(model: &mut Model) -> Vec<Effect> {
    let mut effects = load(model);
    let (cx, Components { incident, .. }) = split(model);
    effects.extend(incident::judge(incident, cx));
    effects
}

/// Requests that files and database are read; at most one such request is pending.
pub(super) fn load(model: &mut Model) -> Vec<Effect> {
    if model.running.load.is_some() {
        model.running.is_load_due = true;
        return Vec::new();
    }
    let request = model.running.begin(Owner::Console);
    model.running.load = Some(request);
    vec![Effect::Load(request)]
}

/// Reads files and database again if that became due meanwhile.
pub(super) fn load_if_due(model: &mut Model) -> Vec<Effect> {
    if std::mem::take(&mut model.running.is_load_due) {
        load(model)
    } else {
        Vec::new()
    }
}
