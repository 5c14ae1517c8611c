//! Sums and bounds of numbers as they are written. `0.4 + 0.599999` lies a millionth below 1 on
//! paper, but not in binary digits, so decimals are added and compared as whole numbers.

/// The decimal places that count. A number below 10 keeps this many exactly.
const PLACES: i32 = 15;

/// The sum of these decimals. Whatever their order, it is the same.
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

/// The number in the smallest unit that counts, as its shortest decimal has it.
fn units(value: f64) -> i128 {
    let mut places = PLACES;
    let mut limit = 10.0;
    // A double holds 15 digits of a decimal: those before the point leave fewer behind it.
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
    use proptest::prelude::*;

    use super::*;

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
