//! The history's state: what was read of the journal.

use std::sync::Arc;

use crate::console::browser::Browser;
use crate::console::message::RequestId;
use crate::console::model::{RowKey, Trouble};
use crate::store::{JournalEntry, JournalHead};

/// The journal's entries, and the selected one with its changes and its diff.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The position in it.
    pub browser: Browser,
    /// The entries, newest first, or why they can't be read; none until they are read.
    pub heads: Option<Result<Arc<[JournalHead]>, Trouble>>,
    /// The entry that was read last; not the selected one until that is read.
    pub entry: Option<ReadEntry>,
    /// The request that reads the entries.
    pub reading: Option<RequestId>,
    /// The request that reads an entry, and its number. There is one at a time, however fast the
    /// selection moves.
    pub reading_entry: Option<(RequestId, i64)>,
    /// The number of its newest request.
    pub last_request: u64,
}

/// What reading an entry gave.
#[derive(Clone, Debug)]
pub struct ReadEntry {
    /// The entry's number.
    pub journal_id: i64,
    /// The entry, or why it can't be read.
    pub read: Result<Arc<JournalEntry>, Trouble>,
}

impl History {
    /// Forgets all of it, and which requests are unanswered.
    pub fn close(&mut self) {
        *self = Self {
            last_request: self.last_request,
            ..Self::default()
        };
    }

    /// The entries, as far as they are known.
    #[must_use]
    pub fn heads(&self) -> &[JournalHead] {
        match &self.heads {
            Some(Ok(heads)) => heads,
            Some(Err(_)) | None => &[],
        }
    }

    /// The selected entry.
    #[must_use]
    pub fn selected(&self) -> Option<&JournalHead> {
        let heads = self.heads();
        let list = &self.browser.list;
        let index = list.selected_index(heads.len(), |index| Self::key(&heads[index]))?;
        heads.get(index)
    }

    /// Forgets the entry that was read, unless it is one of these: another database may have
    /// taken the place of the one that had it.
    pub fn forget_other(&mut self) {
        let Some(read) = self.entry.take() else {
            return;
        };
        let is_there = |head: &JournalHead| match &read.read {
            Ok(entry) => (head.journal_id, &head.revision) == (entry.journal_id, &entry.revision),
            Err(_) => false,
        };
        if self.heads().iter().any(is_there) {
            self.entry = Some(read);
        }
    }

    /// The key of an entry's row.
    #[must_use]
    pub fn key(head: &JournalHead) -> RowKey {
        RowKey(head.journal_id.to_string())
    }

    /// What reading the selected entry gave, once it is read.
    #[must_use]
    pub fn detail(&self) -> Option<&Result<Arc<JournalEntry>, Trouble>> {
        let selected = self.selected()?.journal_id;
        let entry = self.entry.as_ref()?;
        (entry.journal_id == selected).then_some(&entry.read)
    }
}
