//! When a split probably began to be wrong: an alarm comes when there is enough evidence, long
//! after the fault.

use jiff::Timestamp;

use super::Onset;
use crate::srm::change_point;

/// The units of a split in one window, by arm.
pub(super) struct WindowUnits {
    pub(super) start: Timestamp,
    pub(super) units: Vec<u64>,
}

/// When units began not to split by these weights, given those of each window in order of time.
/// Nothing without units.
///
/// The fault may have ended by now, so that later units would hide it: what comes after the alarm
/// counts only where it makes the evidence stronger.
pub(super) fn onset(windows: &[WindowUnits], weights: &[f64], alarm: Timestamp) -> Option<Onset> {
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
        let found = onset(&windows, &[0.5, 0.5], minute(26)).expect("an onset");
        assert_eq!(found.estimate, minute(20));
        assert_eq!(onset(&[], &[0.5, 0.5], minute(0)), None);
    }
}
