//! A split's counts by time, and the sequential test at the end of every window.

use super::Look;
use crate::exposure::Window;
use crate::srm::{Evidence, Sample, Sequential};

/// The arms of a split that are tested.
pub(super) struct TestedArms<'a> {
    /// The shares that its units should split by.
    pub(super) weights: &'a [f64],
    /// Where each arm of the log stands among them; none for a variant that isn't there.
    pub(super) places: Vec<Option<usize>>,
}

/// Goes through the windows, which are in order of time and have the index of their arm: all looks,
/// and the last word of the sequential test, none without units.
///
/// Every window with new units is looked at. A look takes less than a microsecond, and a log has no
/// more than 262,144 counts in windows: at most a tenth of a second for all splits together.
pub(super) fn look(
    windows: &[(usize, Window)],
    arms: Option<&TestedArms>,
) -> (Vec<Look>, Option<Evidence>) {
    let (mut looks, mut evidence) = (Vec::new(), None);
    let mut so_far = vec![0; arms.map_or(0, |arms| arms.weights.len())];
    let mut test = Sequential::default();
    for window in windows.chunk_by(|(_, a), (_, b)| a.start == b.start) {
        let units_before: u64 = so_far.iter().sum();
        for (index, arm) in window {
            if let Some(place) = arms.and_then(|arms| arms.places[*index]) {
                so_far[place] += arm.units;
            }
        }
        let tested_units = so_far.iter().sum();
        if let Some(arms) = arms
            && tested_units > units_before
        {
            // All of it can be tested, so its beginnings can.
            let sample = Sample::new(&so_far, arms.weights).ok();
            evidence = sample.map(|sample| test.update(&sample));
        }
        looks.push(Look {
            start: window[0].1.start,
            units: window.iter().map(|(_, arm)| arm.units).sum(),
            exposures: window.iter().map(|(_, arm)| arm.exposures).sum(),
            tested_units,
            p_value: evidence.map_or(1.0, |evidence: Evidence| evidence.p_value),
        });
    }
    (looks, evidence)
}
