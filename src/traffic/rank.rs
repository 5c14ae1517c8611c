//! Splits that were tested, among each other: corrected together, the worst first.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::{Anomaly, Crossing, SplitTraffic, Tested};
use crate::srm::{holm, holm_factors};

/// Corrects the tests of these splits for each other, and puts the one that looks most wrong first.
/// `alpha` is the chance of even one false alarm among them; the anomalies come with the gravest
/// first.
#[must_use]
pub fn rank(mut splits: Vec<SplitTraffic>, anomalies: &[Anomaly], alpha: f64) -> Vec<SplitTraffic> {
    correct(&mut splits, alpha);
    mark(&mut splits, anomalies);
    splits.sort_by(by_wrongness);
    splits
}

/// Holm's correction over the splits that were tested.
fn correct(splits: &mut [SplitTraffic], alpha: f64) {
    let tested = splits.iter().filter_map(|split| split.test.as_ref().ok());
    let p_values: Vec<f64> = tested.map(|tested| tested.srm.sequential.p_value).collect();
    let tested = splits.iter_mut().filter_map(|split| {
        let test = split.test.as_mut().ok()?;
        Some((test, &split.looks))
    });
    let corrections = holm(&p_values).into_iter().zip(holm_factors(&p_values));
    for ((tested, looks), (holm_p_value, factor)) in tested.zip(corrections) {
        tested.holm_p_value = holm_p_value;
        tested.holm_factor = factor;
        tested.is_mismatch = holm_p_value <= alpha;
        let first = looks.iter().find(|look| look.p_value * factor <= alpha);
        let crossed = first.filter(|_| tested.is_mismatch);
        tested.crossing = crossed.map(|look| Crossing {
            since: look.start,
            units: look.tested_units,
        });
    }
}

/// Tells each split of its gravest anomaly. Anomalies come with the gravest first.
fn mark(splits: &mut [SplitTraffic], anomalies: &[Anomaly]) {
    let mut gravest = HashMap::new();
    for anomaly in anomalies {
        let of = (&anomaly.experiment_id, anomaly.group.as_ref());
        gravest.entry(of).or_insert(anomaly.kind);
    }
    for split in splits {
        let group = split.group.as_ref();
        let kinds = [None, group].map(|group| gravest.get(&(&split.experiment_id, group)));
        split.gravest = kinds.into_iter().flatten().min().copied();
    }
}

/// Mismatches first; then what has anomalies, the gravest ahead; what can't be tested last. Within
/// that by the corrected p-values, so that a mismatch keeps its place when counts even out again.
fn by_wrongness(a: &SplitTraffic, b: &SplitTraffic) -> Ordering {
    // None would come before all kinds.
    let by_anomaly = match (a.gravest, b.gravest) {
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    let is_settled = a.is_mismatch() && b.is_mismatch();
    let by_trouble = b.is_mismatch().cmp(&a.is_mismatch());
    by_trouble
        .then(if is_settled {
            Ordering::Equal
        } else {
            by_anomaly
        })
        .then_with(|| by_p_value(a, b))
}

fn by_p_value(a: &SplitTraffic, b: &SplitTraffic) -> Ordering {
    let evidence = |tested: &Tested| {
        let ln_bayes_factor = tested.srm.sequential.ln_bayes_factor;
        ln_bayes_factor.unwrap_or(f64::INFINITY)
    };
    match (&a.test, &b.test) {
        (Ok(a), Ok(b)) => {
            let by_p_value = a.holm_p_value.total_cmp(&b.holm_p_value);
            // Where both are too small to be told apart.
            by_p_value.then(evidence(b).total_cmp(&evidence(a)))
        }
        (a, b) => b.is_ok().cmp(&a.is_ok()),
    }
}
