//! The probabilities of a sample's outcomes.
//!
//! Written out, the logarithm of a probability or of a Bayes factor is a small difference of huge
//! terms: with a billion units, `lnΓ` is near 2·10¹⁰, where floats are 4·10⁻⁶ apart. With
//! Stirling's formula for every `lnΓ`, the huge parts cancel out on paper. What remains is a
//! [`deviance`], which is 0 if counts are as expected, and [`stirling_rest`]s, which vanish for large
//! counts.

use std::f64::consts::TAU;

use statrs::function::gamma::ln_gamma;

use super::Sample;

/// The multinomial distribution of a sample's units over its arms.
///
/// With `e = N·p`, and counts and expectations both summing to N, the logarithm of an outcome's
/// probability is a constant plus one term for each arm, `−e·φ((n − e)/e) − ½·ln 2πn − r(n)`,
/// where φ is the deviance and r the rest of Stirling's formula. All terms stay small.
pub(super) struct Multinomial {
    pub(super) total: f64,
    /// The positive shares, the greatest first.
    pub(super) shares: Vec<f64>,
    ln_total: f64,
}

impl Multinomial {
    /// Returns the distribution, and the observed counts in the order of its shares. That order doesn't
    /// depend on the order of the sample's arms, so results don't either.
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

    /// Returns the logarithm of the probability of these counts, one per arm, which sum to the total.
    pub(super) fn ln_probability(&self, counts: &[f64]) -> f64 {
        let terms = counts.iter().enumerate();
        self.ln_total
            + terms
                .map(|(arm, &count)| self.term(arm, count))
                .sum::<f64>()
    }

    /// Returns what an arm with this count adds to the logarithm of an outcome's probability.
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
        // The ways to put k − 1 bars among N units: C(N + k − 1, k − 1) = Π (N + i) / i.
        let mut outcomes = 1.0;
        (1..self.shares.len()).any(|bar| {
            let bar = bar as f64;
            outcomes = outcomes * (self.total + bar) / bar;
            outcomes > most
        })
    }
}

/// Returns `(1+δ)·ln(1+δ) − δ` for `δ > −1`, where `δ` is the relative excess of a count over the expected
/// one. It is never negative, and about `δ²/2` near 0.
pub(super) fn deviance(excess: f64) -> f64 {
    // Near 0 the two terms cancel out; eight terms of the series are exact to the last digit there.
    const SMALL: f64 = 0.01;
    const SERIES: [f64; 8] = [72.0, 56.0, 42.0, 30.0, 20.0, 12.0, 6.0, 2.0];
    if excess.abs() >= SMALL {
        return (1.0 + excess) * excess.ln_1p() - excess;
    }
    let sum = SERIES
        .iter()
        .fold(0.0, |sum, divisor| 1.0 / divisor - excess * sum);
    sum * excess * excess
}

/// Returns what Stirling's formula leaves of `lnΓ(x)` for `x > 0`:
/// `lnΓ(x) − [(x − ½)·ln x − x + ½·ln 2π]`, about `1/(12x)`.
pub(super) fn stirling_rest(x: f64) -> f64 {
    // From here on, five terms of the asymptotic series are accurate to 2·10⁻¹⁴.
    const LARGE: f64 = 10.0;
    if x < LARGE {
        return ln_gamma(x) - ((x - 0.5) * x.ln() - x + 0.5 * TAU.ln());
    }
    let y = 1.0 / (x * x);
    let series = [-1.0 / 1680.0, 1.0 / 1260.0, -1.0 / 360.0, 1.0 / 12.0];
    let sum = series.iter().fold(1.0 / 1188.0, |sum, term| sum * y + term);
    sum / x
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "nothing is rounded at 0")]
mod tests {
    use super::*;

    /// Values of mpmath with 60 digits.
    #[test]
    fn the_rest_agrees_on_both_sides_of_the_seam() {
        let known = [
            (0.001, 2.542_270_467_967_094_7),
            (0.5, 0.153_426_409_720_027_36),
            (1.0, 0.081_061_466_795_327_26),
            (9.99, 0.008_338_896_797_734_33),
            (10.0, 0.008_330_563_433_362_87),
            (10.5, 0.007_934_114_564_314_02),
            (1e3, 8.333_333_055_555_635e-5),
            (1e9, 8.333_333_333_333_333e-11),
        ];
        for (x, expected) in known {
            let found = stirling_rest(x);
            assert!((found - expected).abs() < 3e-14, "{x}: {found} {expected}");
        }
    }

    #[test]
    fn the_deviance_agrees_on_both_sides_of_the_seam() {
        let known = [
            (1e-9, 4.999_999_998_333_334e-19),
            (-0.001, 5.001_667_500_500_334e-7),
            (0.00999, 4.973_470_789_634_588e-5),
            (-0.00999, 5.006_705_217_991_868e-5),
            (0.011, 6.027_937_875_604_184e-5),
            (-0.011, 6.072_306_152_873_653_4e-5),
            (-0.9, 0.669_741_490_700_595_5),
            (25.0, 59.710_509_988_558_535),
        ];
        for (excess, expected) in known {
            let found = deviance(excess);
            assert!(
                (found / expected - 1.0).abs() < 1e-13,
                "{excess}: {found} {expected}"
            );
        }
        assert_eq!(deviance(0.0), 0.0);
    }
}
