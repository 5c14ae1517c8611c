//! The history's state: what was read of the journal.

use std::sync::Arc;

use super::{JournalFilter, OutsideRow};
use crate::console::browser::Browser;
use crate::console::message::RequestId;
use crate::console::model::{RowKey, Trouble};
use crate::console::typed_time::TimeContext;
use crate::store::{JournalEntry, JournalHead};

/// The journal's entries, and the selected one with its changes and its diff.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The position in it.
    pub browser: Browser,
    /// The entries, newest first, or why they can't be read; `None` until they are read.
    pub heads: Option<Result<Arc<[JournalHead]>, Trouble>>,
    /// The filter as it was read.
    pub filter: JournalFilter,
    /// The indices of the entries that pass it.
    pub listed: Vec<usize>,
    /// What other programs changed after some entries, newest first.
    pub outside: Arc<[OutsideRow]>,
    /// What is listed: the entries that pass the filter, and what passes it between them.
    pub rows: Vec<HistoryRow>,
    /// The entry that was read last; not the selected one until that is read.
    pub entry: Option<ReadEntry>,
    /// The request that reads the entries.
    pub reading: Option<RequestId>,
    /// The request that reads an entry, and the entry's number. There is one at a time, however
    /// fast the selection moves.
    pub reading_entry: Option<(RequestId, i64)>,
    /// The number of its newest request.
    pub last_request: u64,
}

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryRow {
    /// An entry, by its index.
    Entry(usize),
    /// What another program changed, by its index.
    Outside(usize),
}

/// The result of reading an entry.
#[derive(Clone, Debug)]
pub struct ReadEntry {
    /// The entry's number.
    pub journal_id: i64,
    /// The entry, or why it can't be read.
    pub read: Result<Arc<JournalEntry>, Trouble>,
}

impl History {
    /// Clears everything, including the pending requests.
    pub fn close(&mut self) {
        *self = Self {
            last_request: self.last_request,
            ..Self::default()
        };
    }

    /// Returns the entries, if they are known.
    #[must_use]
    pub fn heads(&self) -> &[JournalHead] {
        match &self.heads {
            Some(Ok(heads)) => heads,
            Some(Err(_)) | None => &[],
        }
    }

    /// Filters the entries anew.
    pub(super) fn filter_heads(&mut self, cx: TimeContext<'_>) {
        self.filter = JournalFilter::parse(&self.browser.filter.text, cx);
        let heads = self.heads();
        let indices = 0..heads.len();
        self.listed = indices
            .filter(|index| self.filter.passes(&heads[*index]))
            .collect();
        self.rows.clear();
        let mut listed = self.listed.iter().peekable();
        let mut outside = self.outside.iter().enumerate().peekable();
        let Some(Ok(heads)) = &self.heads else {
            return;
        };
        for (index, head) in heads.iter().enumerate() {
            // What followed the entry is newer than it.
            if let Some((at, row)) = outside.next_if(|(_, row)| row.follows == head.journal_id)
                && self.filter.passes(&row.seen)
            {
                self.rows.push(HistoryRow::Outside(at));
            }
            if listed.next_if_eq(&&index).is_some() {
                self.rows.push(HistoryRow::Entry(index));
            }
        }
    }

    /// Returns the selected entry.
    #[must_use]
    pub fn selected(&self) -> Option<&JournalHead> {
        match self.selected_row()? {
            HistoryRow::Entry(index) => self.heads().get(index),
            HistoryRow::Outside(_) => None,
        }
    }

    /// Returns what another program changed, if that is selected.
    #[must_use]
    pub fn selected_outside(&self) -> Option<&OutsideRow> {
        match self.selected_row()? {
            HistoryRow::Entry(_) => None,
            HistoryRow::Outside(index) => self.outside.get(index),
        }
    }

    fn selected_row(&self) -> Option<HistoryRow> {
        let list = &self.browser.list;
        let key = |index: usize| self.row_key(self.rows[index]);
        let index = list.selected_index(self.rows.len(), key)?;
        self.rows.get(index).copied()
    }

    /// Returns the key of a row.
    pub(super) fn row_key(&self, row: HistoryRow) -> RowKey {
        match row {
            HistoryRow::Entry(index) => Self::key(&self.heads()[index]),
            HistoryRow::Outside(index) => {
                RowKey(format!("outside {}", self.outside[index].follows))
            }
        }
    }

    /// Forgets the entry that was read, unless it is one of these: another database may have
    /// replaced the one that had it.
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

    /// Returns the key of an entry's row.
    #[must_use]
    pub fn key(head: &JournalHead) -> RowKey {
        Self::key_of(head.journal_id)
    }

    /// Returns the key of the entry with this number.
    pub(super) fn key_of(journal_id: i64) -> RowKey {
        RowKey(journal_id.to_string())
    }

    /// Returns the result of reading the selected entry, once it is read.
    #[must_use]
    pub fn detail(&self) -> Option<&Result<Arc<JournalEntry>, Trouble>> {
        let selected = self.selected()?.journal_id;
        let entry = self.entry.as_ref()?;
        (entry.journal_id == selected).then_some(&entry.read)
    }
}
