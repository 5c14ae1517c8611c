//! Numbers and values as the panels write them; columns are [`crate::text`]'s.

use std::fmt::Display;

pub(in crate::console) use crate::numbers::counted;
pub(super) use crate::numbers::thousands;
pub(in crate::console) use crate::text::cut;
pub(super) use crate::text::{fold, pad, right, tail, widest, width, wrap};

/// A share from 0 to 1 in per cent, with a decimal where it isn't whole. What isn't nothing or
/// everything doesn't read as that.
pub(super) fn percent(share: f64) -> String {
    let tenths = (share * 1000.0).round();
    if tenths <= 0.0 && share > 0.0 {
        "<0.1%".to_owned()
    } else if tenths >= 1000.0 && share < 1.0 - crate::domain::FRACTION_TOLERANCE {
        ">99.9%".to_owned()
    } else if tenths % 10.0 == 0.0 {
        format!("{:.0}%", tenths / 10.0)
    } else {
        format!("{:.1}%", tenths / 10.0)
    }
}

/// The nearest whole number, of columns or of what is counted.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the conversion stops at the ends of the range"
)]
pub(super) fn whole(value: f64) -> usize {
    value.round() as usize
}

/// One value, or the way from one to the other: `60`, `60 → 50`.
pub(super) fn change<T: Display + PartialEq>(from: &T, to: &T, arrow: &str) -> String {
    if from == to {
        to.to_string()
    } else {
        format!("{from} {arrow} {to}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_for_people() {
        let shares = [0.0, 1e-6, 0.07 * 10.0, 0.341, 0.999_99, 1.0].map(percent);
        assert_eq!(shares, ["0%", "<0.1%", "70%", "34.1%", ">99.9%", "100%"]);
        assert_eq!(
            (change(&6, &6, ">"), change(&6, &5, ">")),
            ("6".into(), "6 > 5".into())
        );
    }
}
