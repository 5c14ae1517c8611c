//! Shares between 0 and 1, and sums and bounds of numbers as they are written.
//!
//! `0.4 + 0.599999` is a millionth below 1 on paper, but not in binary digits, so decimals are added
//! and compared as whole numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Fractions closer than this are the same. Also absorbs the error of `0.07 × 100`.
pub const FRACTION_TOLERANCE: f64 = 1e-9;

/// A finite share from 0 to 1, such as a traffic percentage written as `0.3`.
///
/// There is no `==`: fractions come from decimal texts and through databases, so compare them with
/// [`Fraction::is_same`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Fraction(f64);

impl Fraction {
    /// 0.
    pub const ZERO: Self = Self(0.0);
    /// 1.
    pub const ONE: Self = Self(1.0);

    /// Returns the fraction, or `None` if the value isn't a number from 0 to 1.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        // `-0.0` passes the range check; adding 0 turns it into the 0 that it is.
        (0.0..=1.0).contains(&value).then_some(Self(value + 0.0))
    }

    /// The value, from 0 to 1.
    #[must_use]
    pub fn value(self) -> f64 {
        self.0
    }

    /// Whether both are the same share, within [`FRACTION_TOLERANCE`].
    #[must_use]
    pub fn is_same(self, other: Self) -> bool {
        !self.exceeds(other) && !other.exceeds(self)
    }

    /// Whether this is more than the other by more than the tolerance.
    #[must_use]
    pub fn exceeds(self, other: Self) -> bool {
        exceeds_by(self.0, other.0, FRACTION_TOLERANCE)
    }

    /// Returns how many of `total_slots` this share takes, rounded up. `0.07 × 100` is 7, although the
    /// binary product is slightly above 7.
    #[must_use]
    pub fn slots_of(self, total_slots: u32) -> u32 {
        let slots = (self.0 * f64::from(total_slots) - FRACTION_TOLERANCE).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of at most 1 of a u32 is a u32; the clamp covers the tiny negative of 0"
        )]
        let slots = slots.max(0.0) as u32;
        slots
    }

    /// Whether [`Fraction::slots_of`] had to round up to a whole slot.
    #[must_use]
    pub fn rounds_on(self, total_slots: u32) -> bool {
        f64::from(self.slots_of(total_slots)) - self.0 * f64::from(total_slots) > FRACTION_TOLERANCE
    }
}

impl TryFrom<f64> for Fraction {
    type Error = NotAFraction;

    fn try_from(value: f64) -> Result<Self, NotAFraction> {
        Self::new(value).ok_or(NotAFraction(value))
    }
}

impl From<Fraction> for f64 {
    fn from(fraction: Fraction) -> Self {
        fraction.0
    }
}

impl fmt::Display for Fraction {
    /// The shortest decimal that reads back as the same value, always with a point: `0.3`, `1.0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:?}", self.0))
    }
}

/// A number that isn't a share.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a number from 0 to 1")]
pub struct NotAFraction(f64);

impl FromStr for Fraction {
    type Err = ParseFractionError;

    /// Parses a number, like `0.4`, or a percentage, like `40%`.
    fn from_str(text: &str) -> Result<Self, ParseFractionError> {
        // By its exponent: a division would turn 14.3% into 0.14300000000000002.
        let value = match text.strip_suffix('%') {
            Some(percent) => format!("{}e-2", percent.trim_end()).parse(),
            None => text.parse(),
        };
        let value = value.ok().and_then(Self::new);
        value.ok_or(ParseFractionError)
    }
}

/// A text that isn't a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a share from 0 to 1, like 0.4, or from 0% to 100%, like 40%")]
pub struct ParseFractionError;

/// The decimal places that count. A number below 10 keeps this many exactly.
const PLACES: i32 = 15;

/// Returns the sum of these decimals, which doesn't depend on their order.
#[must_use]
pub fn decimal_sum(values: impl IntoIterator<Item = f64> + Clone) -> f64 {
    let units = values.clone().into_iter().map(units);
    let sum = units.fold(0, i128::saturating_add);
    if sum == i128::MAX {
        // Far beyond anything that has a bound.
        return values.into_iter().sum();
    }
    sum as f64 / 10_f64.powi(PLACES)
}

/// Whether `value` is more than `bound` by more than `tolerance`, digit by digit.
#[must_use]
pub fn exceeds_by(value: f64, bound: f64, tolerance: f64) -> bool {
    units(value) > units(bound).saturating_add(units(tolerance))
}

/// Returns the number in the smallest unit that counts, from its shortest decimal.
fn units(value: f64) -> i128 {
    let mut places = PLACES;
    let mut limit = 10.0;
    // A double holds 15 digits of a decimal: the more before the point, the fewer after it.
    while value.abs() >= limit && places > 0 {
        places -= 1;
        limit *= 10.0;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the conversion stops at the ends of the range"
    )]
    let units = (value * 10_f64.powi(places)).round() as i128;
    units.saturating_mul(10_i128.pow(PLACES.abs_diff(places)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slots(share: f64, total: u32) -> u32 {
        Fraction::new(share).expect("a share").slots_of(total)
    }

    #[test]
    fn slots_round_up_but_not_for_the_error_of_the_product() {
        assert_eq!(slots(0.07, 100), 7);
        assert_eq!(slots(0.071, 100), 8);
        assert_eq!(slots(0.0, 100), 0);
        assert_eq!(slots(1.0, 1_000_000), 1_000_000);
        assert_eq!(slots(1e-12, 100), 0);
        assert_eq!(slots(0.001, 100), 1);
    }

    #[test]
    fn only_shares_are_fractions() {
        for value in [-0.1, 1.000_1, f64::NAN, f64::INFINITY] {
            assert!(Fraction::new(value).is_none(), "{value}");
        }
        assert!(Fraction::new(-0.0).is_some_and(|f| f.value().is_sign_positive()));
    }

    #[test]
    fn shares_are_parsed_from_numbers_and_percentages_to_the_last_digit() {
        for (text, value) in [
            ("0.5", 0.5),
            ("50%", 0.5),
            ("12.5 %", 0.125),
            ("14.3%", 0.143),
            ("0", 0.0),
            ("1", 1.0),
            ("100%", 1.0),
            ("5e-1", 0.5),
        ] {
            let parsed = text.parse().map(Fraction::value);
            assert_eq!(parsed.map(f64::to_bits), Ok(f64::to_bits(value)), "{text}");
        }
        for text in [
            "", "%", "half", "50", "-0.1", "-1%", "101%", "nan", "inf", "0,5", "5%%",
        ] {
            let parsed: Result<Fraction, _> = text.parse();
            assert!(parsed.is_err(), "{text}");
        }
    }

    #[test]
    fn sums_have_no_noise() {
        assert_eq!(decimal_sum([0.1; 10]).to_string(), "1");
        assert_eq!(decimal_sum([60.1, 39.8]).to_string(), "99.9");
        assert_eq!(decimal_sum([1e300, 1e300]).to_string(), 2e300.to_string());
        assert_eq!(decimal_sum([]).to_string(), "0");
    }

    #[test]
    fn a_bound_belongs_to_what_it_bounds() {
        assert!(!exceeds_by(1.0, decimal_sum([0.4, 0.599_999]), 1e-6));
        assert!(exceeds_by(1.0, decimal_sum([0.4, 0.599_998_999_999]), 1e-6));
        assert!(!exceeds_by(0.3 + 1e-9, 0.3, 1e-9));
        assert!(!exceeds_by(f64::NAN, 1.0, 1e-9));
        assert!(exceeds_by(f64::INFINITY, 1.0, 1e-9));
    }

    proptest! {
        /// Numbers of up to 12 decimal places are added and compared as on paper.
        #[test]
        fn decimals_are_added_as_on_paper(
            parts in prop::collection::vec(0_i64..1_000_000_000_000, 1..20),
            bound in 0_i64..20_000_000_000_000,
        ) {
            let written = |parts: i64| -> f64 {
                let text = format!("{}.{:012}", parts / 1_000_000_000_000, parts % 1_000_000_000_000);
                text.parse().expect("a number")
            };
            let exact: i64 = parts.iter().sum();
            let sum = decimal_sum(parts.iter().copied().map(written));
            prop_assert_eq!(sum.to_string(), written(exact).to_string());
            let exceeds = exceeds_by(sum, written(bound), 1e-6);
            prop_assert_eq!(exceeds, exact > bound + 1_000_000);
        }
    }
}
