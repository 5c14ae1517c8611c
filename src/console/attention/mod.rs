//! What needs somebody now, the worst first: a panel, and the way that `n` goes.
//!
//! | file | defines |
//! |---|---|
//! | `item` | [`Attention`], [`AttentionKind`] |
//! | `collect` | [`collect()`], all items; [`AttentionFrom`], what they are made from |
//! | `panel` | the panel that lists them |

mod collect;
mod item;
mod panel;

pub use collect::{AttentionFrom, collect};
pub use item::{Attention, AttentionKind};

pub(in crate::console) use panel::{content, selected};
