//! What another program changed between two entries: a row of the history.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::LayerId;
use crate::plan::Note;
use crate::store::{EntryKind, JournalHead};
use crate::timeline::OutsideChange;

/// What the worker read of the journal.
#[derive(Clone, Debug)]
pub struct HistoryRead {
    /// The entries, newest first.
    pub heads: Arc<[JournalHead]>,
    /// What other programs changed after some of them, newest first.
    pub outside: Arc<[OutsideRow]>,
}

impl From<Vec<JournalHead>> for HistoryRead {
    /// A journal whose every entry found the database as the one before it had left it.
    fn from(heads: Vec<JournalHead>) -> Self {
        Self {
            heads: heads.into(),
            outside: Arc::new([]),
        }
    }
}

/// A change that no entry tells.
#[derive(Clone, Debug)]
pub struct OutsideRow {
    /// The entry after which it was made.
    pub follows: i64,
    /// The layers that differ.
    pub layers: Vec<LayerId>,
    /// What differs; empty if it is only what layer files don't contain.
    pub notes: Vec<Note>,
    /// The text diff; empty if it isn't known.
    pub diff: String,
    /// What a filter sees: the time is that of the entry before it.
    pub(super) seen: JournalHead,
}

impl OutsideRow {
    /// Returns the row of a change after this entry.
    #[must_use]
    pub fn new(change: &OutsideChange, follows: &JournalHead) -> Self {
        let notes = change.notes();
        let layers: BTreeSet<LayerId> = notes.iter().map(|note| note.layer_id.clone()).collect();
        let experiments = notes.iter().filter_map(|note| note.experiment_id.clone());
        let experiments: BTreeSet<_> = experiments.collect();
        let layers: Vec<LayerId> = layers.into_iter().collect();
        Self {
            follows: change.after.journal_id,
            seen: JournalHead {
                kind: EntryKind::Apply,
                base_revision: change.base_revision.clone(),
                revision: change.revision.clone(),
                actor: "outside".to_owned(),
                changes: 0,
                layers: layers.clone(),
                experiments: experiments.into_iter().collect(),
                reason: None,
                ticket: None,
                git: None,
                ..follows.clone()
            },
            layers,
            diff: change.diff(),
            notes,
        }
    }
}
