//! Splits among each other: the worst first.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::{Anomaly, SplitTraffic, Tested};

/// Tells each split of its gravest anomaly, and puts the one that looks most wrong first. The
/// anomalies come with the gravest first.
#[must_use]
pub fn rank(mut splits: Vec<SplitTraffic>, anomalies: &[Anomaly]) -> Vec<SplitTraffic> {
    mark(&mut splits, anomalies);
    splits.sort_by(by_wrongness);
    splits
}

fn mark(splits: &mut [SplitTraffic], anomalies: &[Anomaly]) {
    let mut gravest = HashMap::new();
    for anomaly in anomalies {
        let of = (anomaly.experiment_id.as_ref(), anomaly.group.as_ref());
        gravest.entry(of).or_insert(anomaly.kind);
    }
    for split in splits {
        let (id, group) = (Some(&split.experiment_id), split.group.as_ref());
        let kinds = [None, group].map(|group| gravest.get(&(id, group)));
        split.gravest = kinds.into_iter().flatten().min().copied();
    }
}

/// Mismatches first; then what has anomalies, the gravest ahead; what can't be tested last. Within
/// that by the corrected p-values.
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
            let by_p_value = a.corrected_p_value.total_cmp(&b.corrected_p_value);
            // Where both are too small to be told apart.
            by_p_value.then(evidence(b).total_cmp(&evidence(a)))
        }
        (a, b) => b.is_ok().cmp(&a.is_ok()),
    }
}
