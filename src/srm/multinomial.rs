//! How probable the outcomes of a sample are.

use std::f64::consts::TAU;

use super::Sample;
use super::special::{deviance, stirling_rest};

/// The multinomial distribution of a sample's units over its arms.
///
/// With `e = N·p`, and counts and expectations both summing to N, the logarithm of an outcome's
/// probability is a constant plus one term for each arm, `−e·φ((n − e)/e) − ½·ln 2πn − r(n)`,
/// where φ is the deviance and r the rest of Stirling's formula. All terms stay small.
pub(super) struct Multinomial {
    pub(super) total: f64,
    /// The shares of the arms that should get something, the greatest first.
    pub(super) shares: Vec<f64>,
    ln_total: f64,
}

impl Multinomial {
    /// The distribution, and the observed counts in the order of its shares. The order doesn't
    /// depend on that of the sample's arms, so neither does what is computed in it.
    pub(super) fn from_sample(sample: &Sample) -> (Self, Vec<f64>) {
        let mut arms: Vec<(f64, f64)> = sample.arms().collect();
        arms.sort_by(|(n, p), (m, q)| q.total_cmp(p).then(m.total_cmp(n)));
        let (counts, shares) = arms.into_iter().unzip();
        let total = sample.total();
        let law = Self {
            total,
            shares,
            ln_total: if total > 0.0 {
                0.5 * (TAU * total).ln() + stirling_rest(total)
            } else {
                0.0
            },
        };
        (law, counts)
    }

    /// Logarithm of the probability of these counts, one per arm, that sum to the total.
    pub(super) fn ln_probability(&self, counts: &[f64]) -> f64 {
        let terms = counts.iter().enumerate();
        self.ln_total
            + terms
                .map(|(arm, &count)| self.term(arm, count))
                .sum::<f64>()
    }

    /// What an arm with this count adds to the logarithm of an outcome's probability.
    pub(super) fn term(&self, arm: usize, count: f64) -> f64 {
        let expected = self.total * self.shares[arm];
        if count == 0.0 {
            return -expected;
        }
        let excess = (count - expected) / expected;
        -expected * deviance(excess) - 0.5 * (TAU * count).ln() - stirling_rest(count)
    }

    /// Whether there are more outcomes than `most`.
    pub(super) fn has_more_outcomes_than(&self, most: f64) -> bool {
        // Choosing where k − 1 bars stand among N units: C(N + k − 1, k − 1) = Π (N + i) / i.
        let mut outcomes = 1.0;
        (1..self.shares.len()).any(|bar| {
            let bar = bar as f64;
            outcomes = outcomes * (self.total + bar) / bar;
            outcomes > most
        })
    }
}
