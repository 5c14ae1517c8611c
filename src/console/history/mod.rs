//! The history, which shows the journal over the view: a component.
//!
//! | file | defines |
//! |---|---|
//! | `state` | [`History`]: the entries, and the one that was read last |
//! | `journal_filter` | [`JournalFilter`]: the conditions of `/`, and which entries meet them |
//! | `outside_row` | [`OutsideRow`]: what another program changed between two entries |
//! | `update` | reading the journal, keys and the worker's answers |
//! | `content` | what was applied, and one apply in full |

mod content;
mod journal_filter;
mod outside_row;
mod state;
mod update;

pub use journal_filter::{ConditionError, JournalFilter};
pub use outside_row::{HistoryRead, OutsideRow};
pub use state::{History, HistoryRow, ReadEntry};

pub(in crate::console) use update::{answer, key, open_entry, paste, refresh};
