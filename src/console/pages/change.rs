//! The review of what changes together: what it does to slots and units.

use crate::console::model::Model;
use crate::console::pages::{ChangedThing, PageId};
use crate::console::panels::Content;
use crate::console::panels::change;
use crate::console::panels::pen::{Pen, span};
use crate::console::panels::rows::Ready;
use crate::plan::Change;

pub(super) fn content<'a>(model: &'a Model, thing: &ChangedThing, width: u16) -> Content<'a> {
    let pen = Pen::new(&model.startup, width);
    let changes: Vec<&Change> = changes_of(model, thing).collect();
    if changes.is_empty() {
        return Content::saying(pen.hint("nothing changes here any more"));
    }
    let lines = changes.into_iter().map(|what| {
        let cells = change::cells(&pen, what, None, false);
        let mut spans = vec![span(
            format!("{} {}  ", cells.symbol, cells.verb),
            cells.style,
        )];
        spans.extend(cells.details);
        pen.line(spans)
    });
    Content::scrolling(lines.collect(), Ready::default())
}

/// Returns the changes of this thing, in order.
fn changes_of<'a>(model: &'a Model, thing: &ChangedThing) -> impl Iterator<Item = &'a Change> {
    let review = model
        .loaded
        .as_ref()
        .and_then(|loaded| loaded.review.as_ref());
    let changes = review.into_iter().flat_map(|review| &review.changes);
    changes.filter(move |change| ChangedThing::of(change) == *thing)
}

/// Returns everything that changes, in the order of the plan.
pub(in crate::console) fn all(model: &Model) -> Vec<ChangedThing> {
    let review = model
        .loaded
        .as_ref()
        .and_then(|loaded| loaded.review.as_ref());
    let changes = review.into_iter().flat_map(|review| &review.changes);
    let mut things: Vec<ChangedThing> = changes.map(ChangedThing::of).collect();
    things.dedup();
    things
}

impl Model {
    /// Returns whether this was looked at as it is now.
    #[must_use]
    pub fn is_seen(&self, thing: &ChangedThing) -> bool {
        self.seen
            .get(thing)
            .is_some_and(|seen| *seen == fingerprint(self, thing))
    }

    /// Marks the change on the screen as seen.
    pub(in crate::console) fn mark_seen(&mut self) {
        let Some(PageId::Change(thing)) = self.page().map(|page| page.id.clone()) else {
            return;
        };
        let seen = fingerprint(self, &thing);
        self.seen.insert(thing, seen);
    }
}

/// Returns a text that differs if anything about the changes does.
fn fingerprint(model: &Model, thing: &ChangedThing) -> String {
    let changes: Vec<&Change> = changes_of(model, thing).collect();
    serde_json::to_string(&changes).expect("plain values are JSON")
}
