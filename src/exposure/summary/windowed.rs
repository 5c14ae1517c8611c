//! Recording a summary from counts by window, as an engine returns them.
//!
//! Windows come in order of time. A window's units are recorded together: looks are at the ends of windows,
//! and what comes "since" an arm's last exposure is what later windows have.

use super::super::windows::{WindowCount, Windows};
use super::ExposureSummary;

/// The counts of an arm in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::exposure) struct ArmWindow {
    /// The index of the arm.
    pub(in crate::exposure) arm: usize,
    pub(in crate::exposure) units: u64,
    /// Units with several variants, whose first exposure is here.
    pub(in crate::exposure) conflicts: u64,
    pub(in crate::exposure) exposures: u64,
    /// The times of the first and the last exposure in the window.
    pub(in crate::exposure) first: i64,
    pub(in crate::exposure) last: i64,
    /// The time of the last unit; that of no unit doesn't matter.
    pub(in crate::exposure) last_unit: i64,
}

impl ArmWindow {
    /// A window before anything is counted in it.
    pub(in crate::exposure) fn empty(arm: usize) -> Self {
        Self {
            arm,
            units: 0,
            conflicts: 0,
            exposures: 0,
            first: i64::MAX,
            last: i64::MIN,
            last_unit: i64::MIN,
        }
    }
}

impl ExposureSummary {
    /// Creates an empty summary with windows of this length in microseconds.
    pub(in crate::exposure) fn with_windows(length: i64) -> Self {
        Self {
            windows: Windows::new(length),
            ..Self::default()
        }
    }

    /// Records the window that starts at this time: its arms, in the order of their first exposures.
    pub(in crate::exposure) fn record_window(&mut self, start: i64, arms: &[ArmWindow]) {
        for window in arms {
            let count = &mut self.kinds[window.arm];
            count.units += window.units;
            count.exposures += window.exposures;
            count.first = count.first.min(window.first);
            count.last = count.last.max(window.last);
            if window.units > 0 {
                count.first_unit.get_or_insert(self.units);
                self.units += window.units;
                self.split_units[count.split] += window.units;
                let experiment = &mut self.experiments[count.experiment];
                experiment.conflicts += window.conflicts;
                experiment
                    .series
                    .add(count.arm, window.units, window.last_unit);
            }
            let count = WindowCount {
                units: window.units,
                exposures: window.exposures,
            };
            self.windows.add_window(window.arm, start, count);
        }
        for window in arms {
            let count = &mut self.kinds[window.arm];
            let series = &mut self.experiments[count.experiment].series;
            series.end_window();
            count.split_units = self.split_units[count.split];
            count.experiment_units = series.units();
        }
    }

    /// Records units of a layer's slots in the next window, with the time of the last one.
    pub(in crate::exposure) fn record_slots(
        &mut self,
        layer: usize,
        slots: &[(u32, u64)],
        last: i64,
    ) {
        let series = &mut self.layers[layer].series;
        for (slot, units) in slots {
            series.add(*slot, *units, last);
        }
        series.end_window();
    }

    /// Records exposures without a variant, with their first and last time.
    pub(in crate::exposure) fn record_kind_span(
        &mut self,
        kind: usize,
        exposures: u64,
        (first, last): (i64, i64),
    ) {
        let count = &mut self.kinds[kind];
        count.exposures += exposures;
        count.first = count.first.min(first);
        count.last = count.last.max(last);
    }
}
