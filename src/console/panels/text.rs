//! Numbers and values as the panels write them; columns are [`crate::text`]'s.

pub(in crate::console) use crate::numbers::counted;
pub(super) use crate::numbers::{thousands, whole};
pub(in crate::console) use crate::text::cut;
pub(super) use crate::text::{fold, pad, right, tail, widest, width, wrap};
