//! Random numbers with a binomial distribution, as fast for a billion trials as for ten.
//!
//! Counts are floats: above 2^53 they are rounded, which doesn't matter for an estimate.

use fastrand::Rng;

use super::multinomial::{deviance, stirling_rest};

/// Returns how many of `trials`, a whole number, succeed with this chance, from 0 to 1.
pub(super) fn binomial(rng: &mut Rng, trials: f64, chance: f64) -> f64 {
    // Both methods are for chances up to a half.
    if chance > 0.5 {
        return trials - binomial(rng, trials, 1.0 - chance);
    }
    if trials * chance < 10.0 {
        by_inversion(rng, trials, chance)
    } else {
        by_rejection(rng, trials, chance)
    }
}

/// Walks up from 0 until the cumulated probability exceeds a uniform number; about
/// `trials · chance` steps.
fn by_inversion(rng: &mut Rng, trials: f64, chance: f64) -> f64 {
    let odds = chance / (1.0 - chance);
    let mut left = rng.f64();
    let mut probability = (trials * (-chance).ln_1p()).exp();
    let mut count = 0.0;
    // Rounding can leave a bit of the uniform number beyond the last possible outcome.
    while left >= probability && probability > 0.0 && count < trials {
        left -= probability;
        count += 1.0;
        probability *= odds * (trials - count + 1.0) / count;
    }
    count
}

/// Transformed rejection (algorithm BTRS of Hörmann 1993, "The generation of binomial random
/// variates"), for a mean of at least 10. It takes about 1.2 rounds whatever the mean.
fn by_rejection(rng: &mut Rng, trials: f64, chance: f64) -> f64 {
    let mean = trials * chance;
    let deviation = (mean * (1.0 - chance)).sqrt();
    let b = 1.15 + 2.53 * deviation;
    let a = -0.0873 + 0.0248 * b + 0.01 * chance;
    let center = mean + 0.5;
    let inner = 0.92 - 4.2 / b;
    let alpha = (2.83 + 5.1 / b) * deviation;
    let mode = ((trials + 1.0) * chance).floor();
    let ln_mode = ln_density(trials, chance, mode);
    loop {
        let u = rng.f64() - 0.5;
        let v = rng.f64();
        let edge = 0.5 - u.abs();
        let count = ((2.0 * a / edge + b) * u + center).floor();
        // Most points lie where the hat is known to be under the density.
        if edge >= 0.07 && v <= inner {
            return count;
        }
        if !(0.0..=trials).contains(&count) {
            continue;
        }
        let hat = v * alpha / (a / (edge * edge) + b);
        if hat.ln() <= ln_density(trials, chance, count) - ln_mode {
            return count;
        }
    }
}

/// Returns the logarithm of the probability of a count, up to a constant.
fn ln_density(trials: f64, chance: f64, count: f64) -> f64 {
    let side = |count: f64, expected: f64| {
        if count == 0.0 {
            // Without the ½·ln 2π that the other counts leave out too.
            return -expected + 0.5 * std::f64::consts::TAU.ln();
        }
        let excess = (count - expected) / expected;
        -expected * deviance(excess) - 0.5 * count.ln() - stirling_rest(count)
    };
    side(count, trials * chance) + side(trials - count, trials * (1.0 - chance))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and variance of many draws, within 4.5 standard errors of what they should be.
    #[test]
    fn draws_have_the_mean_and_the_variance_of_the_law() {
        const DRAWS: f64 = 20_000.0;
        let mut rng = Rng::with_seed(7);
        let laws = [
            (9.0, 0.3),
            (40.0, 0.5),
            (1e6, 1e-6),
            (100.0, 0.93),
            (1e9, 0.25),
            (30.0, 1.0),
        ];
        for (trials, chance) in laws {
            let (mut sum, mut squares) = (0.0, 0.0);
            let (mean, variance) = (trials * chance, trials * chance * (1.0 - chance));
            for _ in 0..20_000 {
                let count = binomial(&mut rng, trials, chance);
                assert!((0.0..=trials).contains(&count) && count.fract() == 0.0);
                sum += count - mean;
                squares += (count - mean) * (count - mean);
            }
            let kurtosis = if variance > 0.0 {
                2.0 + (1.0 - 6.0 * chance * (1.0 - chance)) / variance
            } else {
                0.0
            };
            let tolerance = 4.5 / DRAWS.sqrt();
            assert!(
                (sum / DRAWS).abs() <= tolerance * variance.sqrt(),
                "{trials} {chance}"
            );
            let off = (squares / DRAWS - variance).abs();
            assert!(
                off <= tolerance * variance * kurtosis.sqrt(),
                "{trials} {chance}: {off}"
            );
        }
    }
}
