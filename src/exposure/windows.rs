//! New units by time: counts in windows of one length, which doubles before there are too many.

use std::collections::BTreeMap;

/// How many counts are kept, of all arms together. A count takes about 20 bytes.
const MOST_CELLS: usize = 1 << 18;

/// The counts of all arms. Windows are numbered from 1970 on, so that all arms have the same ones,
/// and two of one length make one of twice that.
pub(super) struct Windows {
    /// In microseconds.
    length: i64,
    arms: Vec<Arm>,
    /// How many counts are closed.
    cells: usize,
}

#[derive(Default)]
struct Arm {
    /// The window of the latest unit, which mostly is that of the next one too.
    open: Option<(i64, u64)>,
    closed: BTreeMap<i64, u64>,
}

impl Windows {
    /// Without any counts; windows have this length in microseconds, at least one.
    pub(super) fn new(length: i64) -> Self {
        Self {
            length: length.max(1),
            arms: Vec::new(),
            cells: 0,
        }
    }

    /// How long a window is by now, in microseconds.
    pub(super) fn length(&self) -> i64 {
        self.length
    }

    /// Counts a unit of the arm at this time, in microseconds since 1970.
    pub(super) fn add(&mut self, arm: usize, at: i64) {
        if arm >= self.arms.len() {
            self.arms.resize_with(arm + 1, Arm::default);
        }
        let number = at.div_euclid(self.length);
        let arm = &mut self.arms[arm];
        match &mut arm.open {
            Some((open, units)) if *open == number => *units += 1,
            open => {
                let last = open.replace((number, 1));
                self.cells += usize::from(arm.close(last));
                if self.cells > MOST_CELLS {
                    self.double();
                }
            }
        }
    }

    /// The arm's windows with new units: when each starts, in microseconds since 1970, and how
    /// many there are.
    pub(super) fn of(&self, arm: usize) -> Vec<(i64, u64)> {
        let Some(arm) = self.arms.get(arm) else {
            return Vec::new();
        };
        let mut windows = arm.closed.clone();
        if let Some((number, units)) = arm.open {
            *windows.entry(number).or_default() += units;
        }
        let windows = windows.into_iter();
        windows
            .map(|(number, units)| (number.saturating_mul(self.length), units))
            .collect()
    }

    fn double(&mut self) {
        self.length = self.length.saturating_mul(2);
        self.cells = 0;
        for arm in &mut self.arms {
            let closed = std::mem::take(&mut arm.closed);
            for (number, units) in closed {
                *arm.closed.entry(number.div_euclid(2)).or_default() += units;
            }
            arm.open = arm
                .open
                .map(|(number, units)| (number.div_euclid(2), units));
            self.cells += arm.closed.len();
        }
    }
}

impl Arm {
    /// Puts away a window; whether its count is a new one.
    fn close(&mut self, window: Option<(i64, u64)>) -> bool {
        let Some((number, units)) = window else {
            return false;
        };
        let before = self.closed.len();
        *self.closed.entry(number).or_default() += units;
        self.closed.len() > before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_its_start_and_not_its_end() {
        let mut windows = Windows::new(60);
        for at in [-1, 0, 59, 60, 0, 200] {
            windows.add(1, at);
        }
        assert_eq!(windows.of(1), [(-60, 1), (0, 3), (60, 1), (180, 1)]);
        assert_eq!((windows.of(0), windows.of(2)), (Vec::new(), Vec::new()));
    }

    #[test]
    fn too_many_windows_become_half_as_many_and_no_unit_is_lost() {
        let mut windows = Windows::new(1);
        let half: i64 = 3 << 17;
        for at in -half..half {
            windows.add(usize::from(at % 2 == 0), at);
        }
        assert_eq!(windows.length(), 8);
        let (even, odd) = (windows.of(1), windows.of(0));
        assert!(even.len() + odd.len() <= MOST_CELLS + 2);
        let sum: u64 = even.iter().chain(&odd).map(|(_, units)| units).sum();
        assert_eq!(sum, 3 << 18);
        assert!(even.iter().all(|(start, _)| start % 8 == 0));
    }
}
