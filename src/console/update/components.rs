//! Splits the model, so that a component can change while it sees the rest.

use crate::console::component::Context;
use crate::console::edits::Edits;
use crate::console::history::History;
use crate::console::incident::Incident;
use crate::console::lookup::Lookup;
use crate::console::model::Model;
use crate::console::plans::Plans;

/// The components' states, mutable.
pub(super) struct Components<'a> {
    pub(super) edits: &'a mut Edits,
    pub(super) history: &'a mut History,
    pub(super) incident: &'a mut Incident,
    pub(super) lookup: &'a mut Lookup,
    pub(super) plans: &'a mut Plans,
}

/// Returns the context that components may read, and the components.
pub(super) fn split(model: &mut Model) -> (Context<'_>, Components<'_>) {
    let Model {
        startup,
        size,
        loaded,
        panels,
        panel_filter,
        pages,
        edits,
        history,
        incident,
        lookup,
        plans,
        ..
    } = model;
    let cx = Context {
        startup,
        size: *size,
        loaded: loaded.as_ref(),
        panels,
        filter: pages.last().map_or(panel_filter, |page| &page.filter),
    };
    let components = Components {
        edits,
        history,
        incident,
        lookup,
        plans,
    };
    (cx, components)
}
