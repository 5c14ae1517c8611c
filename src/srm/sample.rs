//! Counts with their weights, checked once for all tests.

use std::borrow::Cow;

use crate::diagnostic::Help;

/// A share smaller than this counts as 0. Even the largest counts wouldn't expect a unit there, and with
/// smaller shares quotients could exceed the range of floats.
const NEGLIGIBLE_SHARE: f64 = 1e-100;

/// The most units: up to this number floats are exact.
const MAX_UNITS: u64 = 1 << 53;

/// The units that each arm got, and the share that it should get.
#[derive(Clone, Debug)]
pub struct Sample {
    observed: Vec<u64>,
    /// As many as `observed`; they sum to 1.
    proportions: Vec<f64>,
    total: f64,
}

impl Sample {
    /// Creates a sample of counts, one per arm, with weights of any scale.
    pub fn new(observed: &[u64], weights: &[f64]) -> Result<Self, SrmError> {
        if observed.is_empty() {
            return Err(SrmError::NoArms);
        }
        if observed.len() != weights.len() {
            return Err(SrmError::Lengths {
                observed: observed.len(),
                weights: weights.len(),
            });
        }
        if let Some(index) = weights.iter().position(|w| !w.is_finite() || *w < 0.0) {
            return Err(SrmError::Weight {
                position: index + 1,
                weight: weights[index],
            });
        }
        let total = observed
            .iter()
            .try_fold(0_u64, |sum, count| sum.checked_add(*count));
        if total.is_none_or(|total| total > MAX_UNITS) {
            return Err(SrmError::TooMany);
        }
        let greatest = weights.iter().copied().fold(0.0, f64::max);
        if greatest == 0.0 {
            return Err(SrmError::NoWeight);
        }
        // Scale weights down only if their sum overflows, so that fractions that sum to 1 don't change.
        let sum: f64 = weights.iter().sum();
        let scale = if sum.is_finite() { 1.0 } else { greatest };
        let sum: f64 = weights.iter().map(|weight| weight / scale).sum();
        let shares = weights.iter().map(|weight| weight / scale / sum);
        Ok(Self {
            observed: observed.to_vec(),
            proportions: shares
                .map(|share| if share < NEGLIGIBLE_SHARE { 0.0 } else { share })
                .collect(),
            total: observed.iter().map(|&count| count as f64).sum(),
        })
    }

    /// Adds units to an arm, up to the most units that a sample can have.
    ///
    /// # Panics
    ///
    /// If there is no such arm.
    pub(crate) fn add(&mut self, arm: usize, units: u64) {
        let room = MAX_UNITS.saturating_sub(self.observed.iter().sum());
        let units = units.min(room);
        self.observed[arm] += units;
        self.total += units as f64;
    }

    /// The counts.
    #[must_use]
    pub fn observed(&self) -> &[u64] {
        &self.observed
    }

    /// The expected shares, in the order of the counts; they sum to 1.
    #[must_use]
    pub fn proportions(&self) -> &[f64] {
        &self.proportions
    }

    /// The number of units.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.total
    }

    /// The arms with a positive weight, each with its count and its share.
    pub(super) fn arms(&self) -> impl Iterator<Item = (f64, f64)> + Clone {
        let arms = self.observed.iter().zip(&self.proportions);
        arms.filter(|&(_, &share)| share > 0.0)
            .map(|(&count, &share)| (count as f64, share))
    }

    /// The number of arms with a positive weight; at least 1.
    pub(super) fn arm_count(&self) -> usize {
        self.arms().count()
    }

    /// Whether an arm of weight 0 got units, which is a mismatch by itself.
    pub(super) fn has_impossible_traffic(&self) -> bool {
        let mut arms = self.observed.iter().zip(&self.proportions);
        arms.any(|(&count, &share)| share == 0.0 && count > 0)
    }
}

/// Why counts can't be tested.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SrmError {
    /// There are no counts.
    #[error("there are no counts to test")]
    NoArms,
    /// The numbers of counts and weights differ.
    #[error("the numbers of counts and weights differ: {observed} and {weights}")]
    Lengths {
        /// The number of counts.
        observed: usize,
        /// The number of weights.
        weights: usize,
    },
    /// A weight is negative, infinite or NaN.
    #[error("weight {position} is {weight}, which isn't a finite number from 0 up")]
    Weight {
        /// Its position, counted from 1.
        position: usize,
        /// Its value.
        weight: f64,
    },
    /// There are too many units for exact floats.
    #[error("the counts sum to more than {MAX_UNITS} units, the most that can be tested exactly")]
    TooMany,
    /// All weights are 0.
    #[error("all weights are 0")]
    NoWeight,
    /// The significance level is not between 0 and 1.
    #[error("alpha is {0}, which isn't between 0 and 1")]
    Alpha(f64),
}

impl Help for SrmError {
    fn help(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(match self {
            Self::NoArms => "give one count for each arm",
            Self::Lengths { .. } => "give one weight for each count",
            Self::Weight { .. } => "give each arm's share or ratio, like 0.7,0.3 or 2,1",
            Self::TooMany => "check the counts for a slip; real logs are smaller",
            Self::NoWeight => "give at least one arm a weight above 0",
            Self::Alpha(_) => "give a number above 0 and below 1, such as 0.05",
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_normalized_whatever_their_scale() {
        let shares = |weights: &[f64]| {
            let counts = vec![0; weights.len()];
            Sample::new(&counts, weights)
                .expect("valid weights")
                .proportions
        };
        assert_eq!(shares(&[1.0, 3.0]), [0.25, 0.75]);
        assert_eq!(shares(&[f64::MAX, f64::MAX]), [0.5, 0.5]);
        assert_eq!(shares(&[f64::MIN_POSITIVE, f64::MIN_POSITIVE]), [0.5, 0.5]);
        assert_eq!(shares(&[0.9, 0.1]), [0.9, 0.1]);
        assert_eq!(shares(&[1.0, 1e-300]), [1.0, 0.0]);
    }

    #[test]
    fn what_cannot_be_tested_is_refused() {
        let refused = |counts: &[u64], weights: &[f64]| {
            Sample::new(counts, weights)
                .expect_err("refused")
                .to_string()
        };
        assert_eq!(refused(&[], &[]), "there are no counts to test");
        insta::assert_snapshot!(refused(&[1, 2], &[1.0]), @"the numbers of counts and weights differ: 2 and 1");
        insta::assert_snapshot!(refused(&[1, 2], &[1.0, -0.5]), @"weight 2 is -0.5, which isn't a finite number from 0 up");
        insta::assert_snapshot!(refused(&[1, 2], &[f64::NAN, 1.0]), @"weight 1 is NaN, which isn't a finite number from 0 up");
        insta::assert_snapshot!(refused(&[1, 2], &[1.0, f64::INFINITY]), @"weight 2 is inf, which isn't a finite number from 0 up");
        insta::assert_snapshot!(refused(&[1, 2], &[0.0, 0.0]), @"all weights are 0");
    }
}
