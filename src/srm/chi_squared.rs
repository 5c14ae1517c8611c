//! Pearson's chi-squared test of goodness of fit.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::Sample;

/// Returns the statistic `Σ (n − e)²/e` over the arms with a positive weight. `None` if an arm of weight 0
/// got units: the statistic would be infinite.
#[must_use]
pub fn chi_squared(sample: &Sample) -> Option<f64> {
    if sample.has_impossible_traffic() {
        return None;
    }
    let total = sample.total();
    // Without units nothing deviates.
    if total == 0.0 {
        return Some(0.0);
    }
    let terms = sample.arms().map(|(count, share)| {
        let expected = total * share;
        (count - expected) * (count - expected) / expected
    });
    Some(terms.sum())
}

/// Returns the probability that a chi-squared variable with these degrees of freedom exceeds `statistic`;
/// 1 for 0 degrees of freedom.
///
/// It is computed as the survival function, which is accurate far into the tail, where `1 − cdf` is 0.
#[must_use]
pub fn chi_squared_tail(statistic: f64, degrees_of_freedom: usize) -> f64 {
    if statistic <= 0.0 {
        return 1.0;
    }
    // Fails only for 0 degrees of freedom.
    ChiSquared::new(degrees_of_freedom as f64).map_or(1.0, |law| law.sf(statistic))
}
