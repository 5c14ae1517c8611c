//! The state of a database over time: what the journal knows of how it became what it is.
//!
//! From the state of today, each of the journal's entries is taken back in turn, the newest first;
//! between two of them lies an [`Era`]. Who asks what traffic should have done asks an era. Knows
//! no SQL, no files and no exposures.
//!
//! | file | defines |
//! |---|---|
//! | `eras` | [`Timeline`], [`Era`], [`Apply`] |
//! | `undo` | an entry taken back |

mod eras;
mod undo;

pub use eras::{Apply, Era, Layers, Timeline};
