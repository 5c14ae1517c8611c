//! A split tested by itself, before it is corrected for the others.

use super::gathered::{Gathered, MOST_STRANGERS};
use super::known::KnownExperiment;
use super::looks::{TestedArms, look};
use super::{ArmTraffic, SplitTraffic, Tested, Untested};
use crate::domain::{Allocation, VariantName};
use crate::exposure::{ArmExposures, Counts};
use crate::srm::{Sample, Srm, test_sample_again};

/// A split that knows nothing of the others: its test stands as if it were the only one, and no
/// mismatch yet.
pub(super) fn draft(
    gathered: &Gathered,
    known: Option<&KnownExperiment>,
    counts: &Counts,
    conflicting_units: u64,
    alpha: f64,
    before: Option<&Srm>,
) -> SplitTraffic {
    let allocation = known
        .ok_or(Untested::UnknownExperiment)
        .and_then(|known| known.allocation(gathered.group.as_ref()));
    let arms = arms(gathered, known, allocation.ok());
    let sample = allocation.and_then(|allocation| sample(&arms, allocation));
    let tested_arms = sample.as_ref().ok().map(|sample| TestedArms {
        weights: sample.proportions(),
        places: places(gathered, &arms[..sample.proportions().len()]),
    });
    let (looks, evidence) = look(&gathered.windows(counts), tested_arms.as_ref());
    let test = sample.map(|sample| {
        let mut srm = test_sample_again(&sample, alpha, before);
        srm.sequential = evidence.unwrap_or(srm.sequential);
        Tested {
            holm_p_value: srm.sequential.p_value,
            holm_factor: 1.0,
            is_mismatch: false,
            crossing: None,
            deviation: deviation(&sample),
            srm,
        }
    });
    SplitTraffic {
        layer_id: known.map(|known| known.layer_id.clone()),
        experiment_id: gathered.experiment_id.clone(),
        group: gathered.group.clone(),
        units: match allocation {
            Ok(allocation) => units(&arms, allocation).iter().sum(),
            Err(_) => gathered.units(),
        },
        arms,
        conflicting_units,
        gravest: None,
        test,
        looks,
    }
}

/// The arms of the allocation, or of the experiment where that isn't known, then as many of the
/// others as are told apart.
fn arms(
    gathered: &Gathered,
    known: Option<&KnownExperiment>,
    allocation: Option<&Allocation>,
) -> Vec<ArmTraffic> {
    let got = |variant: &VariantName, fraction, found: Option<&ArmExposures>| ArmTraffic {
        variant: variant.clone(),
        fraction,
        units: found.map_or(0, |arm| arm.units),
        exposures: found.map_or(0, |arm| arm.exposures),
        last: found.map(|arm| arm.last),
    };
    let mut arms = Vec::new();
    if let Some(known) = known {
        let shares = allocation.unwrap_or(known.variants()).arms().iter();
        arms.extend(shares.map(|arm| {
            let fraction = allocation.map(|_| arm.fraction.value());
            let mut logged = gathered.arms.iter();
            let found = logged.find(|logged| logged.variant == arm.variant);
            got(&arm.variant, fraction, found)
        }));
    }
    let is_known = |variant: &VariantName| arms.iter().any(|arm| arm.variant == *variant);
    let strangers = gathered
        .strangers(is_known)
        .into_iter()
        .take(MOST_STRANGERS);
    let strangers: Vec<ArmTraffic> = strangers
        .map(|arm| got(&arm.variant, None, Some(arm)))
        .collect();
    arms.extend(strangers);
    arms
}

/// The units of the allocation's arms.
fn units(arms: &[ArmTraffic], allocation: &Allocation) -> Vec<u64> {
    let arms = &arms[..allocation.arms().len()];
    arms.iter().map(|arm| arm.units).collect()
}

/// The units of the allocation's arms, if there are some and they can be tested.
fn sample(arms: &[ArmTraffic], allocation: &Allocation) -> Result<Sample, Untested> {
    let units = units(arms, allocation);
    if units.iter().all(|units| *units == 0) {
        return Err(Untested::NoUnits);
    }
    let weights = allocation.arms().iter().map(|arm| arm.fraction.value());
    let weights: Vec<f64> = weights.collect();
    // An allocation's fractions are weights; only the counts can be beyond what is tested.
    Sample::new(&units, &weights).map_err(|_| Untested::TooManyUnits)
}

/// Where each arm of the log stands among those that are tested.
fn places(gathered: &Gathered, tested: &[ArmTraffic]) -> Vec<Option<usize>> {
    let arms = gathered.arms.iter();
    let place = |variant: &VariantName| tested.iter().position(|arm| arm.variant == *variant);
    arms.map(|arm| place(&arm.variant)).collect()
}

/// The arm whose share is farthest off, and by how much. Where two are as far off, as both of two
/// arms are, it is the one that should get less, or else the one that lacks units.
fn deviation(sample: &Sample) -> Option<(usize, f64)> {
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
