//! The state of a database over time, reconstructed from the journal.
//!
//! From the current state, the journal's entries are undone one by one, the newest first; between
//! two of them is an [`Era`]. Other programs write no journal: before the last time that one wrote,
//! eras are certain only where the journal begins with an empty database, from which its entries
//! are redone up to the first such time. To know what traffic should have done, ask an era. To show a
//! state of the past, ask for a [`PastState`], which is certain or an error. Knows no SQL, no files and
//! no exposures.
//!
//! | file | defines |
//! |---|---|
//! | `eras` | [`Timeline`], [`Era`], [`Apply`] |
//! | `past` | [`PastState`], the state after an entry or at a time, or why it isn't known |
//! | `entry` | redoes or undoes an entry of the journal |

mod entry;
mod eras;
mod past;

pub use eras::{Apply, Era, Timeline};
pub use past::{KnownEntries, Moment, PastState, UnknownPast};
