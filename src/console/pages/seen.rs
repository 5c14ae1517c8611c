//! Which changes were looked at: a change that differs later is unseen again.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::PageId;
use crate::console::model::Model;
use crate::plan::Change;
use crate::plan::ChangedThing;
use crate::review::Review;

/// The changes that were looked at, each as it was then. Shared, so that it is recognized without
/// comparing.
pub type SeenChanges = Arc<BTreeMap<ChangedThing, String>>;

/// Returns the changes by what they are about, in the order of the plan, with their indices.
pub(in crate::console) fn grouped(
    changes: &[Change],
) -> impl Iterator<Item = (ChangedThing, Range<usize>)> {
    let is_same =
        |a: &Change, b: &Change| a.layer_id == b.layer_id && a.experiment_id == b.experiment_id;
    let mut end = 0;
    changes.chunk_by(is_same).map(move |group| {
        let start = end;
        end += group.len();
        (ChangedThing::of(&group[0]), start..end)
    })
}

/// Returns everything that changes, in the order of the plan; then what could be applied by itself of layers
/// in error.
pub(in crate::console) fn all_changes(model: &Model) -> Vec<ChangedThing> {
    let lists = model.loaded.iter().flat_map(|it| it.change_lists());
    lists
        .flat_map(|changes| grouped(changes).map(|(thing, _)| thing))
        .collect()
}

/// Returns the changes of this thing, and their indices among all.
pub(super) fn changes_of<'a>(
    model: &'a Model,
    thing: &ChangedThing,
) -> Option<(&'a [Change], Range<usize>)> {
    let mut start = 0;
    for changes in model.loaded.as_ref()?.change_lists() {
        if let Some((_, range)) = grouped(changes).find(|(other, _)| other == thing) {
            return Some((
                &changes[range.clone()],
                start + range.start..start + range.end,
            ));
        }
        start += changes.len();
    }
    None
}

pub(super) fn review_of(model: &Model) -> Option<&Review> {
    model.loaded.as_ref()?.review.as_deref()
}

/// Returns whether these changes of a thing were looked at as they are.
pub(in crate::console) fn are_seen(
    seen: &SeenChanges,
    thing: &ChangedThing,
    changes: &[Change],
) -> bool {
    let known = seen.get(thing);
    known.is_some_and(|known| *known == fingerprint(changes))
}

/// Returns the number of a review's changes that weren't looked at.
pub(in crate::console) fn count_unseen(seen: &SeenChanges, review: &Review) -> usize {
    let groups = grouped(&review.changes);
    let unseen =
        groups.filter(|(thing, range)| !are_seen(seen, thing, &review.changes[range.clone()]));
    unseen.map(|(_, range)| range.len()).sum()
}

impl Model {
    /// Returns whether this was looked at as it is now.
    #[must_use]
    pub fn is_seen(&self, thing: &ChangedThing) -> bool {
        let changes = changes_of(self, thing);
        changes.is_some_and(|(changes, _)| are_seen(&self.seen, thing, changes))
    }

    /// Marks the change on the screen as seen.
    pub(in crate::console) fn mark_seen(&mut self) {
        let Some(PageId::Change(thing)) = self.page().map(|page| page.id.clone()) else {
            return;
        };
        if let Some((changes, _)) = changes_of(self, &thing) {
            let seen = fingerprint(changes);
            Arc::make_mut(&mut self.seen).insert(thing, seen);
        }
    }
}

/// Returns a text that differs if anything about the changes does.
fn fingerprint(changes: &[Change]) -> String {
    serde_json::to_string(changes).expect("plain values are JSON")
}
