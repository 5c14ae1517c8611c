//! What was applied, by the journal.

use super::trouble;
use crate::console::message::Answer;
use crate::console::model::Trouble;
use crate::store::Store;

/// All entries, newest first; none where there is no database yet.
pub(super) fn heads(store: &Store) -> Answer {
    match store.history_heads() {
        Ok(heads) => Answer::History(heads.into()),
        Err(error) if error.is_missing() => Answer::History([].into()),
        Err(error) => Answer::Failed(trouble::of(&error, error.help())),
    }
}

/// One entry with its changes and its diff.
pub(super) fn entry(store: &Store, journal_id: i64) -> Answer {
    match store.history(Some(journal_id)) {
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
