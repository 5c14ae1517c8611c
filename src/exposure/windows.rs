//! Counts exposures in windows of time, whose length doubles when there are too many.

use std::collections::BTreeMap;

/// The most counts that are kept, of all arms together. A count takes about 30 bytes.
pub(super) const MAX_CELLS: usize = 1 << 18;

/// The counts of all arms. Windows are numbered from 1970 on, so that all arms have the same ones, and
/// two neighbors make one of twice the length.
pub(super) struct Windows {
    /// In microseconds.
    length: i64,
    arms: Vec<ArmWindows>,
    /// The number of closed counts.
    cells: usize,
}

/// The counts of an arm in one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WindowCount {
    /// Units with their first exposure.
    pub(super) units: u64,
    /// Exposures: rows of the log.
    pub(super) exposures: u64,
}

impl WindowCount {
    fn add(&mut self, other: Self) {
        self.units += other.units;
        self.exposures += other.exposures;
    }
}

#[derive(Default)]
struct ArmWindows {
    /// The window of the latest exposure, mostly also that of the next one.
    open: Option<OpenWindow>,
    closed: BTreeMap<i64, WindowCount>,
}

struct OpenWindow {
    number: i64,
    /// Its start: dividing for each of ten million rows would take longer than counting them.
    start: i64,
    cell: WindowCount,
}

impl Windows {
    /// Creates empty counts with windows of this length in microseconds, at least 1.
    pub(super) fn new(length: i64) -> Self {
        Self {
            length: length.max(1),
            arms: Vec::new(),
            cells: 0,
        }
    }

    /// Returns the length of a window in microseconds.
    pub(super) fn length(&self) -> i64 {
        self.length
    }

    /// Counts an exposure of the arm, of a new unit or not, at this time in microseconds since 1970.
    pub(super) fn add(&mut self, arm: usize, at: i64, is_first: bool) {
        if arm >= self.arms.len() {
            self.arms.resize_with(arm + 1, ArmWindows::default);
        }
        let arm = &mut self.arms[arm];
        let one = WindowCount {
            units: u64::from(is_first),
            exposures: 1,
        };
        let length = self.length;
        let is_open = |open: &&mut OpenWindow| (0..length).contains(&at.saturating_sub(open.start));
        if let Some(open) = arm.open.as_mut().filter(is_open) {
            open.cell.add(one);
            return;
        }
        let number = at.div_euclid(length);
        self.cells += usize::from(arm.close());
        arm.open = Some(OpenWindow {
            number,
            start: number.saturating_mul(length),
            cell: one,
        });
        if self.cells > MAX_CELLS {
            self.double_length();
        }
    }

    /// Adds counts of the arm to the window that starts at this time.
    #[cfg(feature = "warehouse")]
    pub(super) fn add_window(&mut self, arm: usize, start: i64, count: WindowCount) {
        if arm >= self.arms.len() {
            self.arms.resize_with(arm + 1, ArmWindows::default);
        }
        let closed = &mut self.arms[arm].closed;
        let before = closed.len();
        let number = start.div_euclid(self.length);
        closed.entry(number).or_default().add(count);
        self.cells += closed.len() - before;
        if self.cells > MAX_CELLS {
            self.double_length();
        }
    }

    /// Returns the arm's windows with exposures, each with its start in microseconds since 1970.
    pub(super) fn arm_windows(&self, arm: usize) -> Vec<(i64, WindowCount)> {
        let Some(arm) = self.arms.get(arm) else {
            return Vec::new();
        };
        let mut windows = arm.closed.clone();
        if let Some(open) = &arm.open {
            windows.entry(open.number).or_default().add(open.cell);
        }
        let windows = windows.into_iter();
        windows
            .map(|(number, cell)| (number.saturating_mul(self.length), cell))
            .collect()
    }

    fn double_length(&mut self) {
        self.length = self.length.saturating_mul(2);
        self.cells = 0;
        for arm in &mut self.arms {
            arm.close();
            let closed = std::mem::take(&mut arm.closed);
            for (number, cell) in closed {
                arm.closed
                    .entry(number.div_euclid(2))
                    .or_default()
                    .add(cell);
            }
            self.cells += arm.closed.len();
        }
    }
}

impl ArmWindows {
    /// Closes the open window; returns whether that added a count.
    fn close(&mut self) -> bool {
        let Some(OpenWindow { number, cell, .. }) = self.open.take() else {
            return false;
        };
        let before = self.closed.len();
        self.closed.entry(number).or_default().add(cell);
        self.closed.len() > before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(units: u64, exposures: u64) -> WindowCount {
        WindowCount { units, exposures }
    }

    #[test]
    fn a_window_holds_its_start_and_not_its_end() {
        let mut windows = Windows::new(60);
        for at in [-1, 0, 59, 60, 0, 200] {
            windows.add(1, at, at != 59);
        }
        let expected = [
            (-60, cell(1, 1)),
            (0, cell(2, 3)),
            (60, cell(1, 1)),
            (180, cell(1, 1)),
        ];
        assert_eq!(windows.arm_windows(1), expected);
        assert_eq!(
            (windows.arm_windows(0), windows.arm_windows(2)),
            (Vec::new(), Vec::new())
        );
    }

    #[test]
    fn the_ends_of_time_have_windows() {
        let mut windows = Windows::new(7);
        for at in [i64::MIN, i64::MAX, i64::MIN, i64::MAX] {
            windows.add(0, at, true);
        }
        let cells: Vec<WindowCount> = windows
            .arm_windows(0)
            .into_iter()
            .map(|(_, cell)| cell)
            .collect();
        assert_eq!(cells, [cell(2, 2), cell(2, 2)]);
    }

    #[test]
    fn too_many_windows_become_half_as_many_and_no_unit_is_lost() {
        let mut windows = Windows::new(1);
        let half: i64 = 3 << 17;
        for at in -half..half {
            windows.add(usize::from(at % 2 == 0), at, at % 3 == 0);
        }
        assert_eq!(windows.length(), 8);
        let (even, odd) = (windows.arm_windows(1), windows.arm_windows(0));
        assert!(even.len() + odd.len() <= MAX_CELLS + 2);
        let mut sum = WindowCount::default();
        for (_, cell) in even.iter().chain(&odd) {
            sum.add(*cell);
        }
        assert_eq!(sum, cell(1 << 18, 3 << 18));
        assert!(even.iter().all(|(start, _)| start % 8 == 0));
    }
}
