//! Numbers and values as the panels write them; columns are [`crate::text`]'s.

pub(in crate::console) use crate::numbers::counted;
pub(super) use crate::numbers::thousands;
pub(in crate::console) use crate::text::cut;
pub(super) use crate::text::{fold, pad, right, tail, widest, width, wrap};

/// The nearest whole number, of columns or of what is counted.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the conversion stops at the ends of the range"
)]
pub(super) fn whole(value: f64) -> usize {
    value.round() as usize
}
