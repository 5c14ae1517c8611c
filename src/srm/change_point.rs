//! Estimates when counts stopped following their weights.
//!
//! The model: up to some window units split by the weights, and from then on by other shares, which have
//! the distribution of the sequential test's mixture. A priori each window is equally likely to be the
//! first one, so its probability is proportional to the Bayes factor of the units from it on
//! (A. F. M. Smith, *Biometrika* 62, 1975, pp. 407–416, for the change point of a sequence).

use super::{Sample, ln_mixture};

/// The level of the credible interval under that model.
const CONFIDENCE: f64 = 0.95;

/// The first window whose units didn't follow the weights, as its index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChangePoint {
    /// The most likely one.
    pub estimate: usize,
    /// The first one of the 95% credible interval, under the model.
    pub low: usize,
    /// The last one of it.
    pub high: usize,
    /// The logarithm of the Bayes factor of the units from the most likely window on.
    pub ln_bayes_factor: f64,
}

/// Estimates since when units didn't follow the weights. `windows` have the units of each arm, in order of
/// time. `None` without windows, or if the weights can't be tested.
///
/// Units on an arm of weight 0 need no estimate: the first window that has any is the answer.
#[must_use]
pub fn change_point(windows: &[Vec<u64>], weights: &[f64]) -> Option<ChangePoint> {
    let mut from_here = Sample::new(&vec![0; weights.len()], weights).ok()?;
    let is_impossible = |window: &Vec<u64>| {
        let mut arms = window.iter().zip(weights);
        arms.any(|(units, weight)| *units > 0 && *weight <= 0.0)
    };
    if let Some(first) = windows.iter().position(is_impossible) {
        return Some(ChangePoint {
            estimate: first,
            low: first,
            high: first,
            ln_bayes_factor: f64::INFINITY,
        });
    }
    let mut evidence: Vec<f64> = windows
        .iter()
        .rev()
        .map(|window| {
            for (arm, units) in window.iter().enumerate() {
                from_here.add(arm, *units);
            }
            ln_mixture(&from_here)
        })
        .collect();
    evidence.reverse();
    let greatest = evidence.iter().copied().reduce(f64::max)?;
    let estimate = evidence.iter().position(|ln| *ln >= greatest)?;
    let chances: Vec<f64> = evidence.iter().map(|ln| (ln - greatest).exp()).collect();
    let tail = (1.0 - CONFIDENCE) / 2.0;
    Some(ChangePoint {
        estimate,
        low: quantile(&chances, tail).min(estimate),
        high: quantile(&chances, 1.0 - tail).max(estimate),
        ln_bayes_factor: greatest,
    })
}

/// Returns the first index at which the cumulative chances reach this part of their sum.
fn quantile(chances: &[f64], part: f64) -> usize {
    let wanted = part * chances.iter().sum::<f64>();
    let mut so_far = 0.0;
    let place = chances.iter().position(|chance| {
        so_far += chance;
        so_far >= wanted
    });
    place.unwrap_or(chances.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arm_that_dies_did_so_when_its_units_ended() {
        let mut windows = vec![vec![5, 5]; 20];
        windows.extend(vec![vec![5, 0]; 40]);
        let found = change_point(&windows, &[0.5, 0.5]).expect("a change");
        assert_eq!(found.estimate, 20);
        assert!(found.low >= 18 && found.high <= 21, "{found:?}");
    }

    #[test]
    fn what_was_wrong_from_the_start_began_with_it() {
        let found = change_point(&vec![vec![8, 2]; 30], &[0.5, 0.5]).expect("a change");
        assert_eq!((found.estimate, found.low), (0, 0));
        assert!(found.high < 10, "{found:?}");
    }

    #[test]
    fn units_where_none_should_be_say_it_by_themselves() {
        let mut windows = vec![vec![5, 0]; 20];
        windows[7][1] = 1;
        let found = change_point(&windows, &[1.0, 0.0]).expect("a change");
        assert_eq!((found.low, found.estimate, found.high), (7, 7, 7));
        assert_eq!(change_point(&[], &[0.5, 0.5]), None);
    }
}
