//! A sequential test, which may be evaluated as often as you like (Lindon & Malek 2022, arXiv 2011.03567).
//!
//! The Bayes factor compares "the arms' shares have a Dirichlet distribution around the weights" with
//! "the shares are the weights". While the weights hold, it is a test martingale: the probability that
//! it ever reaches 1/α is at most α (Ville's inequality). A mean of such factors is one too.

use serde::Serialize;

use super::Sample;
use super::multinomial::{deviance, stirling_rest};

/// The concentrations of the mixture: low ones detect a dead arm soon, high ones a slight shift among
/// many units.
const CONCENTRATIONS: [f64; 4] = [1e2, 1e3, 1e4, 1e5];

/// The evidence of a sample against its weights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// The natural logarithm of the mixture's Bayes factor; a positive one is evidence against the weights.
    /// `None` if it is infinite: an arm of weight 0 got units.
    pub ln_bayes_factor: Option<f64>,
    /// The least 1/BF so far, at most 1.
    pub p_value: f64,
}

/// The running test of one experiment.
#[derive(Clone, Copy, Debug)]
pub struct Sequential {
    p_value: f64,
}

impl Default for Sequential {
    fn default() -> Self {
        Self { p_value: 1.0 }
    }
}

impl Sequential {
    /// Evaluates the counts since the start. The p-value never rises.
    pub fn update(&mut self, so_far: &Sample) -> Evidence {
        self.update_with(ln_mixture(so_far))
    }

    /// Evaluates the logarithm of a Bayes factor that is computed elsewhere. The factor must be a test
    /// martingale while the weights hold: it starts at 1, is never negative, and its expectation after
    /// the next unit, given all units so far, is its current value.
    pub(crate) fn update_with(&mut self, ln_bayes_factor: f64) -> Evidence {
        self.p_value = self.p_value.min((-ln_bayes_factor).exp());
        Evidence {
            ln_bayes_factor: ln_bayes_factor.is_finite().then_some(ln_bayes_factor),
            p_value: self.p_value,
        }
    }
}

/// Returns the logarithm of the mean Bayes factor over the concentrations 10², 10³, 10⁴ and 10⁵; infinite
/// if an arm of weight 0 got units.
#[must_use]
pub fn ln_mixture(sample: &Sample) -> f64 {
    mean_of_factors(|concentration| ln_bayes_factor(sample, concentration))
}

/// Returns the logarithm of the mean Bayes factor of one arm against a share of it, above 0 and below 1,
/// with all other arms taken together.
pub(super) fn ln_mixture_of_arm(units: f64, total: f64, share: f64) -> f64 {
    let arms = [(units, share), (total - units, 1.0 - share)];
    mean_of_factors(|concentration| {
        ln_factor(arms.into_iter(), total, concentration) - stirling_rest(concentration + total)
            + stirling_rest(concentration)
            - 0.5 * (total / concentration).ln_1p()
    })
}

/// Returns the logarithm of the mean of the factors over all concentrations.
fn mean_of_factors(ln_factor: impl Fn(f64) -> f64) -> f64 {
    let factors = CONCENTRATIONS.map(ln_factor);
    let greatest = factors.into_iter().fold(f64::NEG_INFINITY, f64::max);
    if greatest == f64::INFINITY {
        return greatest;
    }
    // Relative to the greatest, no exponential overflows.
    let relative: f64 = factors.iter().map(|factor| (factor - greatest).exp()).sum();
    greatest + (relative / CONCENTRATIONS.len() as f64).ln()
}

/// Returns the logarithm of the Bayes factor for one concentration `c > 0`; infinite if an arm of weight 0
/// got units.
///
/// With `a = c·p` and `m = a + n` for each arm, and `M = c + N`, it is
/// `lnΓ(c) − lnΓ(M) + Σ [lnΓ(m) − lnΓ(a)] − Σ n·ln p`. With Stirling's formula for each `lnΓ`, and
/// the relative excess `δ = (n − N·p)/(M·p)` of the arm, it equals the sum below, without any
/// approximation. No term of it is large unless the evidence is.
#[must_use]
pub fn ln_bayes_factor(sample: &Sample, concentration: f64) -> f64 {
    if sample.has_impossible_traffic() {
        return f64::INFINITY;
    }
    let total = sample.total();
    let free_arms = (sample.arm_count() - 1) as f64;
    ln_factor(sample.arms(), total, concentration) + stirling_rest(concentration)
        - stirling_rest(concentration + total)
        - 0.5 * free_arms * (total / concentration).ln_1p()
}

/// Returns the part of the logarithm that is a sum over the arms, given by count and share.
fn ln_factor(arms: impl Iterator<Item = (f64, f64)>, total: f64, concentration: f64) -> f64 {
    let mass = concentration + total;
    let terms = arms.map(|(count, share)| {
        let prior = concentration * share;
        let excess = (count - total * share) / (mass * share);
        mass * share * deviance(excess) - 0.5 * excess.ln_1p() + stirling_rest(prior + count)
            - stirling_rest(prior)
    });
    terms.sum()
}

/// Returns the share of alpha that the `k`-th test of a family spends, with `k` from 1:
/// `1/(k·(k + 1))`.
///
/// The shares of all tests sum to 1, and each depends only on the order of start. So the number of
/// tests needn't be known beforehand: by the union bound, the probability of even one false alarm, at any
/// time, is at most `Σ alpha·wₖ = alpha`, however the tests depend on each other. This is a weighted Bonferroni correction, the alpha-spending of
/// online testing (D. Foster and R. Stine, *J. R. Stat. Soc. B* 70, 2008, pp. 429–444; J. Tian and
/// A. Ramdas, *Stat. Methods Med. Res.* 30, 2021, pp. 976–993). It isn't that of group-sequential trials,
/// which divides alpha among the looks of one test. The `k`-th test needs `ln(1/wₖ)`, about `2·ln k`,
/// more log evidence than a test alone.
#[must_use]
pub fn spending_weight(order: u64) -> f64 {
    let order = order.max(1) as f64;
    1.0 / (order * (order + 1.0))
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    reason = "what is said to be equal is equal to the bit"
)]
mod tests {
    use super::*;

    fn sample(observed: &[u64], weights: &[f64]) -> Sample {
        Sample::new(observed, weights).expect("a sample")
    }

    /// Counts up to 10^15 against values of mpmath with 60 digits.
    #[test]
    fn large_counts_are_as_accurate_as_small_ones() {
        let known = [
            (
                sample(&[1_000_000_000, 1_000_100_000], &[1.0, 1.0]),
                [-5.908_271_514_792_663, -4.754_730_359_791_223],
                -3.468_294_020_954_316,
            ),
            (
                sample(
                    &[3_000_000_000, 999_950_000, 1_000_000_000],
                    &[3.0, 1.0, 1.0],
                ),
                [-16.736_381_786_957_32, -14.425_797_757_300_197],
                -11.100_840_465_825_476,
            ),
            (
                sample(&[1_000_000_000_000_000, 1_000_000_100_000_000], &[1.0, 1.0]),
                [-12.815_876_803_079_742, -11.662_334_298_204_07],
                -10.375_792_482_989_407,
            ),
            (
                sample(&[999_999, 3], &[0.999_999, 0.000_001]),
                [-7.518_265_227_436_313, -5.223_016_977_909_773],
                -2.234_312_623_157_044_6,
            ),
            (
                sample(&[0, 7, 0], &[5.0, 3.0, 2.0]),
                [0.448_682_357_502_524_6, 0.048_545_173_228_243_19],
                0.144_400_589_678_506_16,
            ),
        ];
        let is_near = |found: f64, expected: f64| (found - expected).abs() < 1e-10;
        for (sample, [at_100, at_1000], mixture) in known {
            let found = ln_bayes_factor(&sample, 100.0);
            assert!(is_near(found, at_100), "{sample:?}: {found}");
            let found = ln_bayes_factor(&sample, 1000.0);
            assert!(is_near(found, at_1000), "{sample:?}: {found}");
            let found = ln_mixture(&sample);
            assert!(is_near(found, mixture), "{sample:?}: {found}");
        }
    }

    #[test]
    fn nothing_and_a_single_arm_say_nothing() {
        for concentration in CONCENTRATIONS {
            assert_eq!(
                ln_bayes_factor(&sample(&[0, 0], &[1.0, 3.0]), concentration),
                0.0
            );
            let alone = ln_bayes_factor(&sample(&[12_345], &[1.0]), concentration);
            assert!(alone.abs() < 1e-13, "{alone}");
        }
    }

    #[test]
    fn the_p_value_never_rises_again() {
        let mut test = Sequential::default();
        let skewed = test.update(&sample(&[600, 400], &[1.0, 1.0]));
        let evened_out = test.update(&sample(&[6000, 6000], &[1.0, 1.0]));
        assert!(skewed.p_value < 1e-4);
        assert_eq!(evened_out.p_value, skewed.p_value);
        assert!(evened_out.ln_bayes_factor.is_some_and(|ln| ln < 0.0));
    }

    #[test]
    fn traffic_where_none_should_be_is_infinite_evidence() {
        let evidence = Sequential::default().update(&sample(&[10, 1], &[1.0, 0.0]));
        let expected = Evidence {
            ln_bayes_factor: None,
            p_value: 0.0,
        };
        assert_eq!(evidence, expected);
    }

    #[test]
    fn all_weights_together_spend_alpha_and_no_more() {
        let weights = |count: u64| (1..=count).map(spending_weight).sum::<f64>();
        assert!((spending_weight(1) - 0.5).abs() < 1e-15);
        // The sum of the first n is 1 − 1/(n + 1).
        for count in [1, 5, 100, 10_000] {
            let expected = 1.0 - 1.0 / (count as f64 + 1.0);
            assert!((weights(count) - expected).abs() < 1e-12, "{count}");
        }
    }
}
