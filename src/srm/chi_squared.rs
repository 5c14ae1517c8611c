//! Pearson's chi-squared test of goodness of fit.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::Sample;

/// The statistic `Σ (n − e)²/e` over the arms that should get something. `None` where another arm
/// got something: it would be infinite.
#[must_use]
pub fn chi_squared(sample: &Sample) -> Option<f64> {
    if sample.has_impossible_traffic() {
        return None;
    }
    let total = sample.total();
    // Nothing observed lies as near to the weights as anything.
    if total == 0.0 {
        return Some(0.0);
    }
    let terms = sample.arms().map(|(count, share)| {
        let expected = total * share;
        (count - expected) * (count - expected) / expected
    });
    Some(terms.sum())
}

/// The probability that a chi-squared variable with these degrees of freedom exceeds `statistic`.
///
/// It is the survival function itself, right to the last digits far into the tail, where
/// `1 − cdf` is 0. Without degrees of freedom there is nothing to exceed, so it is 1.
#[must_use]
pub fn chi_squared_tail(statistic: f64, degrees_of_freedom: usize) -> f64 {
    if statistic <= 0.0 {
        return 1.0;
    }
    // Only 0 degrees of freedom make no distribution.
    ChiSquared::new(degrees_of_freedom as f64).map_or(1.0, |law| law.sf(statistic))
}
