//! From a point of the unit interval to the arm that it falls on.

use crate::domain::{Allocation, VariantName};

/// The variant at `x`: the first whose running sum of fractions exceeds it. Where the fractions
/// sum to a little less than 1, the last one with a fraction above 0 takes the rest.
#[must_use]
pub fn variant(allocation: &Allocation, x: f64) -> &VariantName {
    &allocation.arms()[arm_at(allocation, x)].variant
}

/// The same as the arm's index, for those who count.
pub(super) fn arm_at(allocation: &Allocation, x: f64) -> usize {
    let mut sum = 0.0;
    let mut at = 0;
    // An arm with nothing leaves the sum as it was, so it is never the first to exceed `x`.
    for (index, arm) in allocation.arms().iter().enumerate() {
        if arm.fraction.value() > 0.0 {
            sum += arm.fraction.value();
            at = index;
            if sum > x {
                break;
            }
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Arm, Fraction};

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
    fn a_winner_takes_everything() {
        let won = allocation(&[0.0, 1.0]);
        assert_eq!(variant(&won, 0.0).as_str(), "v1");
        assert_eq!(variant(&won, 1.0).as_str(), "v1");
    }
}
