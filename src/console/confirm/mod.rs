//! The dialog before an apply: a component.
//!
//! | file | defines |
//! |---|---|
//! | `state` | [`Confirm`]: what would be applied, and what was typed so far; [`Stale`] |
//! | `update` | its keys, pasted text, and what voids it |
//! | `why` | [`ApplyWhy`]: reason and ticket; [`DialogFocus`]: what has the keys |
//! | `name` | how far the typed name is right, and how Tab goes on |
//! | `content` | what it changes, and the confirmation it needs |
//! | `draw` | where its parts are, and what of the changes is in sight |

mod content;
mod draw;
mod name;
mod state;
mod update;
mod why;

pub use state::{Confirm, Stale};
pub use why::{ApplyWhy, DialogFocus};

pub(in crate::console) use content::{DialogFrom, KeptDialog};
pub(in crate::console) use draw::{draw, reach};
pub(in crate::console) use update::{check, key, paste};
