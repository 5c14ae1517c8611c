//! One split: what its arms got, its test, when a mismatch began; and which split looks most wrong.

use std::cmp::Ordering;
use std::collections::HashMap;

use jiff::Timestamp;

use super::known_experiment::KnownExperiment;
use super::split_counts::{MAX_UNKNOWN, SplitArm, SplitCounts, WindowUnits, sum_windows};
use super::split_test::{SplitTest, TestTerms};
use super::{Anomaly, ArmTraffic, Onset, SplitTraffic, Tested, Untested};
use crate::domain::{Allocation, VariantName};
use crate::exposure::ExposureSummary;
use crate::srm::{Sample, Srm, change_point, retest_sample, spending_weight};

/// A split that isn't tested yet.
pub(super) struct SplitDraft<'g> {
    pub(super) counts: &'g SplitCounts,
    pub(super) split: SplitTraffic,
    /// The counts to test, or why they can't be.
    pub(super) sample: Result<Sample, Untested>,
    /// The number of units in the log before the first one that is tested here.
    pub(super) first_unit: Option<u64>,
}

impl<'g> SplitDraft<'g> {
    pub(super) fn new(
        counts: &'g SplitCounts,
        known: Option<&KnownExperiment>,
        summary: &ExposureSummary,
        conflicting_units: u64,
    ) -> Self {
        let allocation = known
            .ok_or(Untested::UnknownExperiment)
            .and_then(|known| known.allocation(counts.group.as_ref()));
        let arms = list_arms(counts, known, allocation.ok(), summary);
        let sample = allocation.and_then(|allocation| sample_arms(&arms, allocation));
        let variants = allocation.ok().into_iter().flat_map(Allocation::variants);
        let tested = variants.filter_map(|variant| counts.arm(variant));
        Self {
            counts,
            first_unit: tested.filter_map(|arm| arm.first_unit).min(),
            split: SplitTraffic {
                layer_id: known.map(|known| known.layer_id.clone()),
                experiment_id: counts.experiment_id.clone(),
                group: counts.group.clone(),
                units: match allocation {
                    Ok(allocation) => allocated_units(&arms, allocation).iter().sum(),
                    Err(_) => counts.units(),
                },
                arms,
                conflicting_units,
                gravest: None,
                test: Err(Untested::NoUnits),
                windows: counts.windows(summary),
            },
            sample,
        }
    }

    /// Returns the terms of its test as the log's split of this order; `None` if it can't be tested.
    pub(super) fn test_terms(
        &self,
        order: u64,
        alpha: f64,
        least_deviation: f64,
    ) -> Option<TestTerms> {
        let sample = self.sample.as_ref().ok()?;
        let weights = sample.proportions().to_vec();
        let variants = self.split.arms[..weights.len()].iter();
        let variants: Vec<&VariantName> = variants.map(|arm| &arm.variant).collect();
        Some(TestTerms {
            arm_indices: self.counts.arm_indices(&variants),
            weights,
            alpha,
            weight: spending_weight(order),
            least_deviation,
        })
    }

    /// Adds the results of `test`, which has evaluated all looks. `before` is the last report on the
    /// split: its exact p-value, which is slow to compute, is reused if no units came since.
    pub(super) fn into_tested(
        mut self,
        order: u64,
        alpha: f64,
        test: &SplitTest,
        before: Option<&Srm>,
        summary: &ExposureSummary,
    ) -> SplitTraffic {
        let weight = spending_weight(order);
        self.split.test = self.sample.map(|sample| {
            let mut srm = retest_sample(&sample, alpha, before);
            srm.sequential = test.evidence().unwrap_or(srm.sequential);
            let crossing = test.crossing();
            let arms = &self.split.arms[..sample.proportions().len()];
            let variants: Vec<&VariantName> = arms.iter().map(|arm| &arm.variant).collect();
            let onset = crossing.and_then(|crossing| {
                let windows = self.counts.units_by_window(&variants, summary);
                estimate_onset(&windows, sample.proportions(), crossing.since)
            });
            Tested {
                order,
                weight,
                corrected_p_value: test.corrected_p_value(),
                is_mismatch: crossing.is_some(),
                is_slight: crossing.is_none() && test.is_rejected(),
                crossing,
                onset,
                intervals: test.intervals(),
                course: test.course().to_vec(),
                deviation: largest_deviation(&sample),
                srm,
            }
        });
        self.split
    }

    /// Adds the reason why it isn't tested.
    pub(super) fn into_untested(mut self) -> SplitTraffic {
        if let Err(reason) = self.sample {
            self.split.test = Err(reason);
        }
        self.split
    }
}

/// Lists the arms of the allocation, or of the experiment if that is unknown, then the unknown arms
/// with the most exposures.
fn list_arms(
    counts: &SplitCounts,
    known: Option<&KnownExperiment>,
    allocation: Option<&Allocation>,
    summary: &ExposureSummary,
) -> Vec<ArmTraffic> {
    let arm_traffic = |variant: &VariantName, fraction, found: Option<&SplitArm>| ArmTraffic {
        variant: variant.clone(),
        fraction,
        units: found.map_or(0, |arm| arm.units),
        exposures: found.map_or(0, |arm| arm.exposures),
        last: found.map(|arm| arm.last),
        windows: found.map_or_else(Vec::new, |arm| sum_windows(arm.windows(summary))),
    };
    let mut arms = Vec::new();
    if let Some(known) = known {
        let shares = allocation.unwrap_or(known.variants()).arms().iter();
        arms.extend(shares.map(|arm| {
            let fraction = allocation.map(|_| arm.fraction.value());
            arm_traffic(&arm.variant, fraction, counts.arm(&arm.variant))
        }));
    }
    let is_known = |variant: &VariantName| arms.iter().any(|arm| arm.variant == *variant);
    let unknown = counts.unknown_arms(is_known).into_iter().take(MAX_UNKNOWN);
    let unknown: Vec<ArmTraffic> = unknown
        .map(|arm| arm_traffic(&arm.variant, None, Some(arm)))
        .collect();
    arms.extend(unknown);
    arms
}

/// The units of the allocation's arms.
fn allocated_units(arms: &[ArmTraffic], allocation: &Allocation) -> Vec<u64> {
    let arms = &arms[..allocation.arms().len()];
    arms.iter().map(|arm| arm.units).collect()
}

/// Returns the counts of the allocation's arms as a sample, if they can be tested.
fn sample_arms(arms: &[ArmTraffic], allocation: &Allocation) -> Result<Sample, Untested> {
    let units = allocated_units(arms, allocation);
    if units.iter().all(|units| *units == 0) {
        return Err(Untested::NoUnits);
    }
    let weights = allocation.arms().iter().map(|arm| arm.fraction.value());
    let weights: Vec<f64> = weights.collect();
    // The fractions of an allocation are valid weights, so only the counts can be too large.
    Sample::new(&units, &weights).map_err(|_| Untested::TooManyUnits)
}

/// Returns the arm that deviates most, and its deviation. Of two equal deviations, as two arms always
/// have, that of the smaller expected share counts, else the negative one.
fn largest_deviation(sample: &Sample) -> Option<(usize, f64)> {
    let shares = sample.proportions();
    let observed = sample.observed().iter().zip(shares);
    let off = observed.map(|(&units, share)| units as f64 / sample.total() - share);
    // Rounded, so that the last digits don't decide.
    let size = |off: f64| (off.abs() * 1e9).round();
    off.enumerate().max_by(|&(a, off_a), &(b, off_b)| {
        let by_size = size(off_a).total_cmp(&size(off_b));
        let by_share = shares[b].total_cmp(&shares[a]);
        by_size.then(by_share).then(off_b.total_cmp(&off_a))
    })
}

/// Estimates when units stopped splitting by these weights; windows are in order of time. `None`
/// without units.
///
/// An alarm comes long after the fault, once there is enough evidence. If the fault has ended since,
/// later units would hide it: those after the alarm count only if they make the evidence stronger.
fn estimate_onset(windows: &[WindowUnits], weights: &[f64], alarm: Timestamp) -> Option<Onset> {
    let until_alarm = windows.partition_point(|window| window.start <= alarm);
    let units: Vec<Vec<u64>> = windows.iter().map(|window| window.units.clone()).collect();
    let found = [until_alarm, windows.len()].map(|end| change_point(&units[..end], weights));
    let found = match found {
        [Some(before), Some(all)] if before.ln_bayes_factor > all.ln_bayes_factor => before,
        [before, all] => all.or(before)?,
    };
    let start = |window: usize| windows[window].start;
    Some(Onset {
        estimate: start(found.estimate),
        low: start(found.low),
        high: start(found.high),
    })
}

/// Marks each split with its most serious anomaly, and sorts the most suspicious split first. The
/// anomalies must be sorted, the most serious first.
#[must_use]
pub fn rank_splits(mut splits: Vec<SplitTraffic>, anomalies: &[Anomaly]) -> Vec<SplitTraffic> {
    mark_gravest(&mut splits, anomalies);
    splits.sort_by(compare_suspicion);
    splits
}

fn mark_gravest(splits: &mut [SplitTraffic], anomalies: &[Anomaly]) {
    let mut gravest = HashMap::new();
    for anomaly in anomalies {
        let key = (anomaly.experiment_id.as_ref(), anomaly.group.as_ref());
        gravest.entry(key).or_insert(anomaly.kind);
    }
    for split in splits {
        let (id, group) = (Some(&split.experiment_id), split.group.as_ref());
        let kinds = [None, group].map(|group| gravest.get(&(id, group)));
        split.gravest = kinds.into_iter().flatten().min().copied();
    }
}

/// Orders mismatches before other splits, then by the most serious anomaly, then by the corrected
/// p-value; what can't be tested comes last.
fn compare_suspicion(a: &SplitTraffic, b: &SplitTraffic) -> Ordering {
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
        .then_with(|| compare_p_values(a, b))
}

fn compare_p_values(a: &SplitTraffic, b: &SplitTraffic) -> Ordering {
    let evidence = |tested: &Tested| {
        let ln_bayes_factor = tested.srm.sequential.ln_bayes_factor;
        ln_bayes_factor.unwrap_or(f64::INFINITY)
    };
    match (&a.test, &b.test) {
        (Ok(a), Ok(b)) => {
            let by_p_value = a.corrected_p_value.total_cmp(&b.corrected_p_value);
            // Both may be 0.
            by_p_value.then(evidence(b).total_cmp(&evidence(a)))
        }
        (a, b) => b.is_ok().cmp(&a.is_ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_that_has_ended_is_found_all_the_same() {
        let minute = |number: i64| Timestamp::from_second(number * 60).expect("a time");
        let units = |number| match number {
            20..40 => [10, 0],
            40..60 => [0, 10],
            _ => [5, 5],
        };
        let windows: Vec<WindowUnits> = (0..200)
            .map(|number| WindowUnits {
                start: minute(number),
                units: units(number).to_vec(),
            })
            .collect();
        let found = estimate_onset(&windows, &[0.5, 0.5], minute(26)).expect("an onset");
        assert_eq!(found.estimate, minute(20));
        assert_eq!(estimate_onset(&[], &[0.5, 0.5], minute(0)), None);
    }
}
