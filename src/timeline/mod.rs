//! The state of a database over time, reconstructed from the journal.
//!
//! From the current state, the journal's entries are undone one by one, the newest first; between
//! two of them is an [`Era`]. Other programs write no journal, but the next entry keeps the layers that it
//! found, from which the entries before and after it are undone and redone. Entries of earlier versions
//! don't: where one of them follows another program's write, the eras before it are certain only if the
//! journal begins with an empty database. To know what traffic should have done, ask an era. To show a
//! state of the past, ask for a [`PastState`], which is certain or an error. Knows no SQL, no files and
//! no exposures.
//!
//! | file | defines |
//! |---|---|
//! | `eras` | [`Timeline`], [`Era`], [`Apply`] |
//! | `past` | [`PastState`], the state after an entry or at a time, or why it isn't known |
//! | `slot_histories` | [`slot_histories()`], who held slots last |
//! | `outside` | [`OutsideChange`], what other programs changed between two entries |
//! | `drift` | [`drift()`], what of that no entry has set since; [`read_with_drift`] |
//! | `differences` | how layers and experiments differ between two states |
//! | `never_active` | [`Timeline::never_active`], the experiments that can't have had a unit |
//! | `entry` | redoes or undoes an entry of the journal |

mod differences;
mod drift;
mod entry;
mod eras;
mod never_active;
mod outside;
mod past;
mod slot_histories;

pub use drift::{drift, read_with_drift};
pub use eras::{Apply, Era, Timeline};
pub use never_active::read_never_active;
pub use outside::{OutsideChange, outside_changes};
pub use past::{KnownEntries, Moment, PastState, UnknownPast};
pub use slot_histories::slot_histories;
