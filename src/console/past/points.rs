//! The points of the past that can be looked at, in order: before the first entry, right after each
//! one, and the present where another program changed the database after the last one.

use super::PastRead;
use crate::domain::Layers;
use crate::store::JournalEntry;
use crate::timeline::UnknownPast;

/// A point of the past. It stays the same when entries are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimePoint {
    /// Right before the first entry.
    Start,
    /// Right after the entry with this number.
    After(i64),
    /// The present, where it isn't the state after the last entry.
    Present,
}

impl PastRead {
    /// Returns the number of points; 1 for an empty journal.
    #[must_use]
    pub fn point_count(&self) -> usize {
        self.entries.len() + 1 + usize::from(self.is_changed_outside())
    }

    /// Returns whether another program changed the database after the last entry.
    #[must_use]
    pub fn is_changed_outside(&self) -> bool {
        let last = self.entries.first();
        last.is_some_and(|last| last.revision != self.revision)
    }

    /// Returns the point at this index; the oldest one has index 0.
    #[must_use]
    pub fn point(&self, index: usize) -> TimePoint {
        match (index, self.entry_at(index)) {
            (0, _) => TimePoint::Start,
            (_, Some(entry)) => TimePoint::After(entry.journal_id),
            (_, None) => TimePoint::Present,
        }
    }

    /// Returns the index of a point; `None` if it doesn't exist any more.
    #[must_use]
    pub fn index_of(&self, point: TimePoint) -> Option<usize> {
        match point {
            TimePoint::Start => Some(0),
            TimePoint::After(journal_id) => self.timeline.era_after(journal_id),
            TimePoint::Present => self
                .is_changed_outside()
                .then(|| self.point_count().saturating_sub(1)),
        }
    }

    /// Returns the entry that led to the point at this index; `None` for the first point and for the
    /// present.
    #[must_use]
    pub fn entry_at(&self, index: usize) -> Option<&JournalEntry> {
        // The newest entry comes first.
        self.entries.get(self.entries.len().checked_sub(index)?)
    }

    /// Returns the layers at the point at this index, or why they aren't known. Points share the layers
    /// in which they don't differ.
    pub fn layers_at(&self, index: usize) -> Result<Layers, UnknownPast> {
        let eras = self.timeline.eras();
        if index >= eras.len() {
            return Ok(eras
                .last()
                .map(|era| era.layers.clone())
                .unwrap_or_default());
        }
        self.timeline
            .state_at_start(index)
            .map(|past| past.state.layers)
    }

    /// Returns the layers right before the entry that led to the point at this index; `None` where they
    /// aren't known. They aren't those at the previous point if another program changed them between.
    #[must_use]
    pub fn layers_before(&self, index: usize) -> Option<Layers> {
        let entry = self.entry_at(index)?;
        let before = index.checked_sub(1)?;
        self.layers_at(index).ok()?;
        match self.layers_at(before) {
            Err(UnknownPast::Undo { journal_id, .. }) if journal_id == entry.journal_id => None,
            _ => Some(self.timeline.eras()[before].layers.clone()),
        }
    }
}
