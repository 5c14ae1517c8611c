//! From a point of the unit interval to the arm that it falls on.

use crate::domain::{Allocation, Arm, VariantName};

/// Returns the variant at `x`: the first whose running sum of fractions exceeds it. If the fractions sum
/// to a little less than 1, the last one with a fraction above 0 takes the rest.
#[must_use]
#[inline]
pub fn variant(allocation: &Allocation, x: f64) -> &VariantName {
    &allocation.arms()[arm_at(allocation, x)].variant
}

/// A variant's range in the unit interval: from `from` (inclusive) to `to` (exclusive).
#[derive(Clone, Debug, PartialEq)]
pub struct ArmSpan {
    /// The variant.
    pub variant: VariantName,
    /// The running sum of the fractions before it.
    pub from: f64,
    /// The running sum with its own. The last variant with a fraction above 0 reaches to 1, and has
    /// the point 1 too.
    pub to: f64,
}

/// Returns the range of each variant, as [`variant`] has them. One of fraction 0 has an empty range.
#[must_use]
pub fn spans(allocation: &Allocation) -> Vec<ArmSpan> {
    let arms = allocation.arms();
    let last = arms.iter().rposition(|arm| arm.fraction.value() > 0.0);
    let mut sum = 0.0;
    let span = |(index, arm): (usize, &Arm)| {
        let from = sum;
        sum += arm.fraction.value();
        let to = if Some(index) == last {
            sum.max(1.0)
        } else {
            sum
        };
        let variant = arm.variant.clone();
        ArmSpan { variant, from, to }
    };
    arms.iter().enumerate().map(span).collect()
}

/// Returns the same as the arm's index, for counting.
#[inline]
pub(super) fn arm_at(allocation: &Allocation, x: f64) -> usize {
    let mut sum = 0.0;
    let mut at = 0;
    // Without a branch on `x`, which no processor can predict. An arm of share 0 leaves the sum
    // unchanged, so it is never the first to exceed `x`.
    for (index, arm) in allocation.arms().iter().enumerate() {
        let fraction = arm.fraction.value();
        let is_reached = fraction > 0.0 && sum <= x;
        at = if is_reached { index } else { at };
        sum += if is_reached { fraction } else { 0.0 };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Fraction;

    fn allocation(fractions: &[f64]) -> Allocation {
        let arms = fractions.iter().enumerate().map(|(index, &fraction)| Arm {
            variant: format!("v{index}").into(),
            fraction: Fraction::new(fraction).expect("a fraction"),
        });
        Allocation::new(arms.collect()).expect("an allocation")
    }

    #[test]
    fn a_bound_belongs_to_the_arm_above_it() {
        let halves = allocation(&[0.5, 0.5]);
        let just_below = 0.5_f64.next_down();
        assert_eq!(arm_at(&halves, 0.0), 0);
        assert_eq!(arm_at(&halves, just_below), 0);
        assert_eq!(arm_at(&halves, 0.5), 1);
    }

    #[test]
    fn an_arm_with_nothing_is_never_taken() {
        let sparse = allocation(&[0.0, 0.5, 0.0, 0.5, 0.0]);
        let taken = [0.0, 0.25, 0.5, 0.75, 1.0].map(|x| arm_at(&sparse, x));
        assert_eq!(taken, [1, 1, 3, 3, 3]);
    }

    #[test]
    fn the_rest_of_a_sum_below_one_goes_to_the_last_arm_that_has_something() {
        let short = allocation(&[0.3, 0.699_999_5, 0.0]);
        assert_eq!(arm_at(&short, 0.999_999_9), 1);
        assert_eq!(arm_at(&short, 1.0), 1);
        // 0.1 ten times over sums to 0.999…9.
        assert_eq!(arm_at(&allocation(&[0.1; 10]), 1.0_f64.next_down()), 9);
    }

    #[test]
    fn every_point_lies_in_the_span_of_its_arm() {
        let allocations: [&[f64]; 6] = [
            &[0.5, 0.5],
            &[0.0, 0.5, 0.0, 0.5, 0.0],
            &[0.3, 0.699_999_5, 0.0],
            &[0.7, 0.300_000_5],
            &[0.1; 10],
            &[0.0, 1.0],
        ];
        for fractions in allocations {
            let allocation = allocation(fractions);
            let spans = spans(&allocation);
            let ends = spans.iter().flat_map(|span| [span.from, span.to]);
            let near = ends.flat_map(|end| [end.next_down(), end, end.next_up()]);
            for x in near.filter(|x| (0.0..1.0).contains(x)) {
                let found = spans.iter().position(|span| span.from <= x && x < span.to);
                assert_eq!(found, Some(arm_at(&allocation, x)), "{x} in {spans:?}");
            }
            let last = &spans[arm_at(&allocation, 1.0)];
            assert!(last.from < 1.0 && last.to >= 1.0, "{spans:?}");
        }
    }

    #[test]
    fn a_winner_takes_everything() {
        let won = allocation(&[0.0, 1.0]);
        assert_eq!(variant(&won, 0.0).as_str(), "v1");
        assert_eq!(variant(&won, 1.0).as_str(), "v1");
    }
}
