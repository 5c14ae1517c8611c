//! The multinomial test by simulation, for too many outcomes to enumerate.

use super::binomial::binomial;
use super::multinomial::Multinomial;

/// The number of outcomes drawn for up to 50 arms. A p-value of 0.01 is then accurate to 0.0006 (two
/// standard errors).
const DRAWS: u32 = 100_000;

/// The most arms drawn in all outcomes together; samples with more than 50 arms get fewer outcomes.
const MAX_ARMS_DRAWN: usize = 5_000_000;

/// The fewest outcomes for an estimate, from 5,000 arms on.
const FEWEST_DRAWS: u32 = 1_000;

/// A fixed seed, so that the same sample gives the same p-value.
const SEED: u64 = 0x5312_4d41_564f_5301;

/// Estimates the probability of the outcomes whose logarithm of probability is at most `ln_limit`.
///
/// The observed outcome counts as drawn: `(k + 1) / (n + 1)` is never 0, and a valid p-value for any number
/// of draws.
pub(super) fn estimate(law: &Multinomial, ln_limit: f64) -> f64 {
    let draws = draws(law.shares.len());
    let conditional = conditional_shares(&law.shares);
    let mut rng = fastrand::Rng::with_seed(SEED);
    let mut outcome = vec![0.0; law.shares.len()];
    let mut hits = 0_u32;
    for _ in 0..draws {
        let mut left = law.total;
        for (count, &share) in outcome.iter_mut().zip(&conditional) {
            *count = binomial(&mut rng, left, share);
            left -= *count;
        }
        hits += u32::from(law.ln_probability(&outcome) <= ln_limit);
    }
    f64::from(hits + 1) / f64::from(draws + 1)
}

/// Returns the least possible estimate for this many arms: no drawn outcome is as improbable.
pub(super) fn least_p_value(arms: usize) -> f64 {
    1.0 / f64::from(draws(arms) + 1)
}

/// Returns the number of outcomes to draw for this many arms.
fn draws(arms: usize) -> u32 {
    let affordable = u32::try_from(MAX_ARMS_DRAWN / arms.max(1)).unwrap_or(DRAWS);
    affordable.clamp(FEWEST_DRAWS, DRAWS)
}

/// Returns each arm's share of what the arms before it leave; that of the last arm is 1.
fn conditional_shares(shares: &[f64]) -> Vec<f64> {
    let mut conditional = Vec::with_capacity(shares.len());
    let mut rest = 0.0;
    for &share in shares.iter().rev() {
        rest += share;
        conditional.push(share / rest);
    }
    conditional.reverse();
    conditional
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srm::exact::TIE;
    use crate::srm::{ExactMethod, Sample, exact};

    #[test]
    fn an_estimate_is_near_the_exact_value() {
        for observed in [[10, 11, 2], [13, 8, 2], [17, 3, 3], [8, 8, 7]] {
            let sample = Sample::new(&observed, &[0.5, 0.3, 0.2]).expect("a sample");
            let exact = exact(&sample).p_value;
            let (law, observed) = Multinomial::from_sample(&sample);
            let estimated = estimate(&law, law.ln_probability(&observed) + TIE);
            let error = (exact * (1.0 - exact) / f64::from(DRAWS)).sqrt();
            assert!(
                (estimated - exact).abs() < 3.0 * error + 2e-5,
                "{estimated} {exact}"
            );
        }
    }

    /// The documentation gives these figures.
    #[test]
    fn the_more_arms_the_fewer_outcomes_are_drawn() {
        for (arms, count) in [
            (2, 100_000),
            (50, 100_000),
            (51, 98_039),
            (100, 50_000),
            (1_000, 5_000),
            (5_000, 1_000),
            (100_000, 1_000),
        ] {
            assert_eq!(draws(arms), count, "{arms}");
        }
    }

    #[test]
    fn a_large_sample_with_a_rare_arm_is_estimated_and_said_so() {
        // Four units on an arm that expects one, as in the enumerated case, of a billion.
        let sample = Sample::new(&[999_999_996, 4], &[1e9 - 1.0, 1.0]).expect("a sample");
        let found = exact(&sample);
        assert_eq!(found.method, ExactMethod::MonteCarlo);
        assert!(
            (found.p_value - 0.018_988).abs() < 0.0015,
            "{}",
            found.p_value
        );
        assert_eq!(exact(&sample), found, "the same sample, the same estimate");
    }
}
