//! The state of a database over time: what the journal knows of how it became what it is.
//!
//! From the state of today, each of the journal's entries is taken back in turn, the newest first;
//! between two of them lies an [`Era`]. Other programs write no journal: before the last time that
//! one wrote, eras are certain only where the journal begins with an empty database, from which its
//! entries are carried out again up to the first such time. Who asks what traffic should have done
//! asks an era. Knows no SQL, no files and no exposures.
//!
//! | file | defines |
//! |---|---|
//! | `eras` | [`Timeline`], [`Era`], [`Apply`] |
//! | `entry` | an entry of the journal carried out again or taken back |

mod entry;
mod eras;

pub use eras::{Apply, Era, Timeline};
