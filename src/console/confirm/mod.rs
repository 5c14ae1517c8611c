//! The dialog before an apply: a component.
//!
//! | file | defines |
//! |---|---|
//! | `state` | [`Confirm`]: what would be applied, and what was typed so far; [`Stale`] |
//! | `update` | its keys, pasted text, and what voids it |
//! | `content` | what it changes, and the confirmation it needs |

mod content;
mod state;
mod update;

pub use state::{Confirm, Stale};

pub(in crate::console) use content::draw;
pub(in crate::console) use update::{check, key, paste};
