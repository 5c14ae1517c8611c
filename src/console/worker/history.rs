//! Reads the journal for the history.

use super::trouble;
use crate::console::message::Answer;
use crate::console::model::Trouble;
use crate::console::past::PastRead;
use crate::store::{JournalQuery, Snapshot, StateStore};

/// All entries, newest first; empty if there is no database yet.
pub(super) fn heads(store: &dyn StateStore) -> Answer {
    match store.journal_heads() {
        Ok(heads) => Answer::History(heads.into()),
        Err(error) if error.is_missing() => Answer::History([].into()),
        Err(error) => Answer::Failed(trouble::of(&error, error.help())),
    }
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
    match store.journal(JournalQuery::One(journal_id)) {
        Ok(entries) => match entries.into_iter().next() {
            Some(entry) => Answer::Entry(entry.into()),
            None => Answer::Failed(Trouble {
                message: format!("the journal has no entry {journal_id} any more"),
                help: "another database took the place of the one that had it".to_owned(),
            }),
        },
        Err(error) => Answer::Failed(trouble::of(&error, error.help())),
    }
}
