//! Confidence intervals of the arms' shares: the inverted sequential test.
//!
//! For one arm, with all others taken together, the mixture tests any share `q`. The probability that it
//! ever rejects the true one, by a Bayes factor of `1/a`, is at most `a`. So the shares that were never
//! rejected contain the true one at all times with a probability of at least `1 − a` (S. Howard, A. Ramdas and
//! others, *Annals of Statistics* 49, 2021, pp. 1055–1080, for confidence sequences).
//!
//! They are an interval. For one concentration the logarithm of the factor is a sum of terms
//! `ln(c + m/q)` and `ln(c + m/(1 − q))`, each convex in `q`. That of the mixture is a log-sum-exp of
//! convex functions, and thus convex too.
//!
//! With `a = level/k` for each of `k` arms, all intervals hold at once with a probability of at least
//! `1 − level`. Two arms are the same event and need no division. This applies to intervals that
//! [`ConfidenceSequence::update`] neither cut off nor replaced.

use super::Sample;
use super::sequential::ln_mixture_of_arm;

/// How close the logarithm of the factor must come to the limit.
const PRECISION: f64 = 1e-9;
/// A dozen steps are enough in practice.
const MAX_STEPS: usize = 200;

/// The shares that an arm may have, from 0 to 1; both ends are included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShareInterval {
    /// The least share.
    pub low: f64,
    /// The greatest share.
    pub high: f64,
}

impl ShareInterval {
    /// Returns how far a share lies outside; 0 if it is inside.
    #[must_use]
    pub fn distance(&self, share: f64) -> f64 {
        (self.low - share).max(share - self.high).max(0.0)
    }
}

/// The intervals of all arms, each the intersection of all looks so far.
///
/// If no constant share fits all looks, since the traffic itself changed, an arm keeps the interval of the
/// look that showed it. That interval has no coverage guarantee.
#[derive(Clone, Debug)]
pub struct ConfidenceSequence {
    /// A Bayes factor whose logarithm is at least this rejects a share.
    ln_limit: f64,
    arms: Vec<ArmBounds>,
}

#[derive(Clone, Debug)]
struct ArmBounds {
    interval: ShareInterval,
    is_settled: bool,
}

impl ConfidenceSequence {
    /// Starts a sequence for this many arms. While the shares are constant, all intervals that were
    /// neither cut off nor replaced contain them at all times with a probability of at least
    /// `1 − level`.
    #[must_use]
    pub fn new(arms: usize, level: f64) -> Self {
        let events = if arms == 2 { 1 } else { arms.max(1) };
        let arm = ArmBounds {
            interval: ShareInterval {
                low: 0.0,
                high: 1.0,
            },
            is_settled: false,
        };
        Self {
            ln_limit: (events as f64 / level).ln(),
            arms: vec![arm; arms],
        }
    }

    /// Updates the intervals with the counts so far. `is_mismatch` is whether the test of all arms together
    /// has rejected their shares.
    ///
    /// Test and intervals agree: an expected share lies outside its interval if and only if the test has
    /// rejected. For two arms that holds automatically. With more arms, the test may reject while each
    /// arm by itself could have its share. Then the interval of the arm with the most evidence is cut
    /// off just short of its share, and has no coverage guarantee. Or a single arm may reject its share
    /// before the test does. Then its interval is extended to the share.
    pub fn update(&mut self, so_far: &Sample, is_mismatch: bool) {
        let total = so_far.total();
        let observed = so_far.observed().iter().zip(so_far.proportions());
        for (arm, (&units, &expected)) in self.arms.iter_mut().zip(observed) {
            arm.update(units as f64, total, self.ln_limit);
            if !is_mismatch {
                arm.interval.low = arm.interval.low.min(expected);
                arm.interval.high = arm.interval.high.max(expected);
            }
        }
        if is_mismatch {
            self.exclude_one(so_far);
        }
    }

    /// The intervals, in the order of the arms.
    pub fn intervals(&self) -> impl Iterator<Item = ShareInterval> {
        self.arms.iter().map(|arm| arm.interval)
    }

    /// Returns the largest distance of an expected share from its interval; 0 if all are inside.
    #[must_use]
    pub fn distance(&self, expected: &[f64]) -> f64 {
        let distances = self.intervals().zip(expected);
        distances
            .map(|(interval, expected)| interval.distance(*expected))
            .fold(0.0, f64::max)
    }

    /// Cuts off the interval of the arm with the most evidence short of its share, unless some interval
    /// excludes its share already.
    fn exclude_one(&mut self, so_far: &Sample) {
        let expected = so_far.proportions();
        if self.distance(expected) > 0.0 {
            return;
        }
        let total = so_far.total();
        let evidence = |arm: usize| {
            let units = so_far.observed()[arm] as f64;
            ln_mixture_of_arm(units, total, expected[arm])
        };
        let between =
            (0..expected.len()).filter(|arm| expected[*arm] > 0.0 && expected[*arm] < 1.0);
        let most = between.max_by(|a, b| evidence(*a).total_cmp(&evidence(*b)));
        if let Some(arm) = most {
            let interval = &mut self.arms[arm].interval;
            if so_far.observed()[arm] as f64 > total * expected[arm] {
                interval.low = expected[arm].next_up();
            } else {
                interval.high = expected[arm].next_down();
            }
        }
    }
}

impl ArmBounds {
    /// Removes the shares that this look rejects.
    fn update(&mut self, units: f64, total: f64, ln_limit: f64) {
        if self.is_settled || total == 0.0 {
            return;
        }
        let observed = units / total;
        let is_rejected = |share: f64| rejects(units, total, share, ln_limit);
        let ShareInterval { low, high } = self.interval;
        let (drops_low, drops_high) = (is_rejected(low), is_rejected(high));
        if drops_low && low >= observed || drops_high && high <= observed {
            // All remaining shares are rejected.
            self.is_settled = true;
            self.interval = ShareInterval {
                low: limit(units, total, 0.0, ln_limit),
                high: limit(units, total, 1.0, ln_limit),
            };
            return;
        }
        if drops_low {
            self.interval.low = limit(units, total, low, ln_limit);
        }
        if drops_high {
            self.interval.high = limit(units, total, high, ln_limit);
        }
    }
}

/// Whether these counts reject a share of an arm.
fn rejects(units: f64, total: f64, share: f64, ln_limit: f64) -> bool {
    if share <= 0.0 {
        return units > 0.0;
    }
    if share >= 1.0 {
        return units < total;
    }
    ln_mixture_of_arm(units, total, share) >= ln_limit
}

/// Returns the first share, from `outside` towards the observed one, that isn't rejected.
fn limit(units: f64, total: f64, outside: f64, ln_limit: f64) -> f64 {
    if !rejects(units, total, outside, ln_limit) {
        return outside;
    }
    let excess = |share: f64| ln_mixture_of_arm(units, total, share) - ln_limit;
    // The observed share is never rejected: the factor is at most 1 there, where the counts are likeliest.
    let (mut out, mut inside) = (outside, units / total);
    let (mut at_out, mut at_inside) = (f64::INFINITY, -ln_limit);
    let mut was_outside = None;
    // Regula falsi with the Illinois step: the value of a side that stays is halved.
    for _ in 0..MAX_STEPS {
        let secant = inside - (out - inside) * at_inside / (at_out - at_inside);
        let is_between = secant > out.min(inside) && secant < out.max(inside);
        let share = if is_between {
            secant
        } else {
            f64::midpoint(out, inside)
        };
        let value = excess(share);
        let is_outside = value >= 0.0;
        if is_outside {
            (out, at_out) = (share, value);
            at_inside *= if was_outside == Some(true) { 0.5 } else { 1.0 };
        } else {
            (inside, at_inside) = (share, value);
            at_out *= if was_outside == Some(false) { 0.5 } else { 1.0 };
            if value > -PRECISION {
                break;
            }
        }
        was_outside = Some(is_outside);
    }
    inside
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    reason = "what is said to be equal is equal to the bit"
)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::srm::{Sequential, spending_weight};

    fn sample(observed: &[u64], weights: &[f64]) -> Sample {
        Sample::new(observed, weights).expect("a sample")
    }

    fn intervals(observed: &[u64], weights: &[f64], level: f64) -> Vec<ShareInterval> {
        let sample = sample(observed, weights);
        let is_mismatch = Sequential::default().update(&sample).p_value <= level;
        let mut sequence = ConfidenceSequence::new(observed.len(), level);
        sequence.update(&sample, is_mismatch);
        sequence.intervals().collect()
    }

    /// The smallest and the largest share of a fine grid that the mixture doesn't reject.
    fn by_search(units: u64, total: u64, level: f64) -> ShareInterval {
        let limit = (1.0 / level).ln();
        let kept = (1..100_000)
            .map(|step| f64::from(step) / 1e5)
            .filter(|share| ln_mixture_of_arm(units as f64, total as f64, *share) < limit);
        let kept: Vec<f64> = kept.collect();
        ShareInterval {
            low: kept[0],
            high: kept[kept.len() - 1],
        }
    }

    #[test]
    fn the_limits_are_where_the_mixture_begins_to_reject() {
        for (units, total) in [(5, 10), (30, 60), (1, 40), (499, 1000), (60_000, 100_000)] {
            let found = intervals(&[units, total - units], &[1.0, 1.0], 0.025);
            let expected = by_search(units, total, 0.025);
            // The expected share is reached whether or not the grid has it.
            for (found, expected) in [(found[0].low, expected.low), (found[0].high, expected.high)]
            {
                assert!(
                    (found - expected).abs() <= 2e-5,
                    "{units} of {total}: {found} {expected}"
                );
            }
            // Two arms are one event.
            let mirrored = (1.0 - found[0].high, 1.0 - found[0].low);
            assert!((found[1].low - mirrored.0).abs() < 1e-8);
            assert!((found[1].high - mirrored.1).abs() < 1e-8);
        }
    }

    #[test]
    fn an_arm_of_no_units_may_have_no_share_and_all_may_go_to_one() {
        let found = intervals(&[0, 80], &[0.2, 0.8], 0.05);
        assert_eq!((found[0].low, found[1].high), (0.0, 1.0));
        assert!(found[0].high < 0.2 && found[1].low > 0.8);
        let alone = intervals(&[50], &[1.0], 0.05);
        assert_eq!(alone[0].high, 1.0);
        let nothing = intervals(&[0, 0], &[0.5, 0.5], 0.05);
        assert_eq!((nothing[0].low, nothing[0].high), (0.0, 1.0));
    }

    #[test]
    fn an_arm_that_should_get_nothing_lies_above_it() {
        let found = intervals(&[1_000_000, 3], &[1.0, 0.0], 0.05);
        assert!(found[1].low > 0.0 && found[1].low < 1e-5, "{:?}", found[1]);
        assert!(found[1].high < 2e-5, "{:?}", found[1]);
    }

    #[test]
    fn a_share_that_changes_is_followed_once() {
        let mut sequence = ConfidenceSequence::new(2, 0.05);
        sequence.update(&sample(&[500_000, 500_000], &[1.0, 1.0]), false);
        let before = sequence.intervals().next().expect("an arm");
        sequence.update(&sample(&[1_500_000, 500_000], &[1.0, 1.0]), true);
        let after = sequence.intervals().next().expect("an arm");
        assert!(before.distance(0.5) == 0.0 && after.distance(0.75) == 0.0);
        assert!(after.low > before.high);
        // What evens out later withdraws nothing.
        sequence.update(&sample(&[1_500_000, 1_500_000], &[1.0, 1.0]), true);
        assert_eq!(sequence.intervals().next(), Some(after));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// Whatever comes, in whatever order: the intervals shrink or are replaced once, and one of
        /// them misses its expected share exactly where the test has rejected.
        #[test]
        fn test_and_intervals_agree_at_every_look(
            arms in vec((0..20_u32, vec(0..20_u64, 12)), 1..6),
            per_weight in 0..20_u64,
            order in 1..5_u64,
        ) {
            prop_assume!(arms.iter().any(|(weight, _)| *weight > 0));
            let weights: Vec<f64> = arms.iter().map(|(weight, _)| f64::from(*weight)).collect();
            let level = 0.05 * spending_weight(order);
            let mut sequence = ConfidenceSequence::new(arms.len(), level);
            let mut test = Sequential::default();
            let mut so_far = sample(&vec![0; arms.len()], &weights);
            for step in 0..12 {
                for (arm, (_, units)) in arms.iter().enumerate() {
                    let fair = u64::from(arms[arm].0) * per_weight;
                    so_far.add(arm, fair + units[step] * u64::from(arms[arm].0 > 0));
                }
                let is_mismatch = test.update(&so_far).p_value <= level;
                sequence.update(&so_far, is_mismatch);
                let is_outside = sequence.distance(so_far.proportions()) > 0.0;
                prop_assert_eq!(is_outside, is_mismatch);
                for interval in sequence.intervals() {
                    prop_assert!(0.0 <= interval.low && interval.low <= interval.high);
                    prop_assert!(interval.high <= 1.0);
                }
            }
        }
    }
}
