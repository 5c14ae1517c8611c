//! Numbers and values as the panels write them; columns are [`crate::text`]'s.

pub(in crate::console) use crate::numbers::counted;
pub(in crate::console) use crate::numbers::{thousands, whole};
pub(in crate::console) use crate::text::cut;
pub(in crate::console) use crate::text::{fold, pad, pad_start, widest, width, wrap};
