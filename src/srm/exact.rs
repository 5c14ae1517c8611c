//! The exact multinomial test, for samples too small for the chi-squared approximation.

use serde::Serialize;

use super::Sample;
use super::monte_carlo;
use super::multinomial::Multinomial;

/// The most outcomes that are enumerated; with more, the p-value is estimated.
const MAX_OUTCOMES: f64 = 1e6;

/// Outcomes whose probabilities differ by a smaller share count as equally probable, so that rounding
/// errors don't decide.
pub(super) const TIE: f64 = 1e-7;

/// How an exact p-value was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExactMethod {
    /// From all outcomes.
    Enumerated,
    /// Estimated from simulated outcomes, which are always the same for the same sample.
    MonteCarlo,
}

impl ExactMethod {
    /// Whether it can give a p-value below `alpha` for this many arms. A simulated one is at least 1 in the
    /// number of draws, however improbable the counts are.
    pub(super) fn can_reject(self, alpha: f64, arms: usize) -> bool {
        match self {
            Self::Enumerated => true,
            Self::MonteCarlo => monte_carlo::least_p_value(arms) < alpha,
        }
    }
}

/// The result of the exact test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exact {
    /// The probability of all outcomes that are at most as probable as the observed one.
    pub p_value: f64,
    /// Whether it is exact or an estimate.
    pub method: ExactMethod,
}

/// Tests the sample exactly, or by simulation if it has more than a million outcomes.
#[must_use]
pub fn exact(sample: &Sample) -> Exact {
    if sample.has_impossible_traffic() {
        return Exact {
            p_value: 0.0,
            method: ExactMethod::Enumerated,
        };
    }
    let (law, observed) = Multinomial::from_sample(sample);
    let ln_limit = law.ln_probability(&observed) + TIE;
    if law.has_more_outcomes_than(MAX_OUTCOMES) {
        Exact {
            p_value: monte_carlo::estimate(&law, ln_limit),
            method: ExactMethod::MonteCarlo,
        }
    } else {
        Exact {
            p_value: enumerate(&law, ln_limit),
            method: ExactMethod::Enumerated,
        }
    }
}

/// An arm that has units in the current outcome.
struct ArmUnits {
    arm: usize,
    count: usize,
    /// The logarithm of the probability of the outcome up to this arm, with later ones empty.
    ln: f64,
}

/// Returns the probability of all outcomes whose log probability is at most `ln_limit`.
fn enumerate(law: &Multinomial, ln_limit: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number below the limit on outcomes, unless there is one arm only"
    )]
    let total = law.total as usize;
    let last = law.shares.len() - 1;
    if last == 0 || total == 0 {
        return 1.0;
    }
    let nobody = law.ln_probability(&vec![0.0; law.shares.len()]);
    // What each count adds to an arm that was empty.
    let gains: Vec<Vec<f64>> = (0..=last)
        .map(|arm| {
            let empty = law.term(arm, 0.0);
            let counts = 0..=total;
            counts
                .map(|count| law.term(arm, count as f64) - empty)
                .collect()
        })
        .collect();
    // The outcome as its arms with units, in order. Each step takes the last of them, moves one of its
    // units to the arm before, and the others to the last arm of all.
    let mut outcome: Vec<ArmUnits> = Vec::with_capacity(law.shares.len());
    let push = |outcome: &mut Vec<ArmUnits>, arm: usize, count: usize| {
        let before = outcome.last().map_or(nobody, |held| held.ln);
        let ln = before + gains[arm][count];
        outcome.push(ArmUnits { arm, count, ln });
    };
    let mut p_value = 0.0;
    push(&mut outcome, last, total);
    while let Some(ArmUnits { arm, count, ln }) = outcome.pop() {
        if ln <= ln_limit {
            p_value += ln.exp();
        }
        let Some(before) = arm.checked_sub(1) else {
            break;
        };
        let held = outcome.pop_if(|held| held.arm == before);
        push(&mut outcome, before, held.map_or(1, |held| held.count + 1));
        if count > 1 {
            push(&mut outcome, last, count - 1);
        }
    }
    p_value.min(1.0)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "certainty and impossibility are exact")]
mod tests {
    use super::*;

    fn p_value(observed: &[u64], weights: &[f64]) -> Exact {
        exact(&Sample::new(observed, weights).expect("a sample"))
    }

    #[test]
    fn every_outcome_is_visited_once() {
        let sample = Sample::new(&[3, 4, 5, 1], &[1.0, 2.0, 3.0, 0.5]).expect("a sample");
        let (law, _) = Multinomial::from_sample(&sample);
        assert!((enumerate(&law, f64::INFINITY) - 1.0).abs() < 1e-12);
        // C(13 + 3, 3) outcomes.
        assert!(!law.has_more_outcomes_than(560.0));
        assert!(law.has_more_outcomes_than(559.0));
    }

    #[test]
    fn a_sign_test_is_what_it_is_by_hand() {
        // 0, 1, 9 and 10 heads of 10: (1 + 10 + 10 + 1) / 1024.
        let found = p_value(&[9, 1], &[1.0, 1.0]);
        assert!((found.p_value - 22.0 / 1024.0).abs() < 1e-15);
        assert_eq!(found.method, ExactMethod::Enumerated);
    }

    #[test]
    fn nothing_and_a_single_arm_fit_whatever_is_expected() {
        assert_eq!(p_value(&[0, 0], &[1.0, 2.0]).p_value, 1.0);
        assert_eq!(p_value(&[1 << 53], &[1.0]).p_value, 1.0);
        assert_eq!(p_value(&[3, 0], &[1.0, 0.0]).p_value, 1.0);
        assert_eq!(p_value(&[3, 1], &[1.0, 0.0]).p_value, 0.0);
    }

    #[test]
    fn many_outcomes_are_enumerated_up_to_the_limit() {
        // One expected unit among 999,999: 10^6 outcomes. P(4 or more) of a Poisson law with mean
        // 1 is 0.01899; no outcome below is as improbable.
        let found = p_value(&[999_995, 4], &[999_998.0, 1.0]);
        assert_eq!(found.method, ExactMethod::Enumerated);
        assert!(
            (found.p_value - 0.018_988).abs() < 1e-5,
            "{}",
            found.p_value
        );
    }
}
