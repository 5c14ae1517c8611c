//! Reads the journal for the history.

use super::trouble;
use crate::console::history::{HistoryRead, OutsideRow};
use crate::console::message::Answer;
use crate::console::model::Trouble;
use crate::console::past::PastRead;
use crate::store::{JournalEntry, JournalQuery, Snapshot, StateStore, StoreError};
use crate::timeline::{OutsideChange, outside_changes};

/// All entries, newest first, and what other programs changed between them; empty if there is no
/// database yet.
pub(super) fn heads(store: &dyn StateStore) -> Answer {
    match read(store) {
        Ok(read) => Answer::History(read),
        Err(error) if error.is_missing() => Answer::History(Vec::new().into()),
        Err(error) => Answer::Failed(trouble::of(&error, error.help())),
    }
}

fn read(store: &dyn StateStore) -> Result<HistoryRead, StoreError> {
    let heads = store.journal_heads()?;
    let outside = match outside_changes(store, &heads) {
        // A state that is damaged doesn't hide the journal.
        Err(StoreError::Corrupt { .. }) => Vec::new(),
        read => read?,
    };
    let row = |change: &OutsideChange| {
        let follows = heads
            .iter()
            .find(|head| head.journal_id == change.after.journal_id);
        Some(OutsideRow::new(change, follows?))
    };
    let rows = outside.iter().rev().filter_map(row).collect();
    Ok(HistoryRead {
        outside: rows,
        heads: heads.into(),
    })
}

/// The whole journal with the states between its entries; empty if there is no database yet.
pub(super) fn past(store: &dyn StateStore) -> Answer {
    match store.snapshot_with_journal() {
        Ok((snapshot, entries)) => Answer::Past(PastRead::new(&snapshot.state, entries).into()),
        Err(error) if error.is_missing() => {
            Answer::Past(PastRead::new(&Snapshot::empty().state, Vec::new()).into())
        }
        Err(error) => Answer::Failed(trouble::of(&error, error.help())),
    }
}

/// One entry with its changes and its diff.
pub(super) fn entry(store: &dyn StateStore, journal_id: i64) -> Answer {
    match one(store, journal_id) {
        Ok(entry) => Answer::Entry(entry.into()),
        Err(trouble) => Answer::Failed(trouble),
    }
}

/// Reads one entry, or says why it can't be read.
pub(super) fn one(store: &dyn StateStore, journal_id: i64) -> Result<JournalEntry, Trouble> {
    let entries = store.journal(JournalQuery::One(journal_id));
    let entries = entries.map_err(|error| trouble::of(&error, error.help()))?;
    entries.into_iter().next().ok_or_else(|| Trouble {
        message: format!("the journal has no entry {journal_id} any more"),
        help: "another database took the place of the one that had it".to_owned(),
    })
}
