//! Units in the order of writing, cut at fixed looks, for sequential tests.
//!
//! A sequential test needs a fixed order of units, and looks that don't depend on when somebody reads
//! the log. There is a look at each of the first 64 units; then the steps grow with a quarter of the
//! square root of the units so far. An arm that dies after `N` sound units is detected after some
//! `√(10·N)` more, so a step delays that by a twelfth at most, and ten million units have 25,000 looks.

use jiff::Timestamp;

/// Returns the number of units at the look after the one at this many.
fn next_look(units: u64) -> u64 {
    units + (units.isqrt() / 4).max(1)
}

/// The units of an experiment by arm, or of a layer by slot.
#[derive(Debug)]
pub(crate) struct Series {
    units: u64,
    next_look: u64,
    /// The time of the last unit's exposure.
    last_at: i64,
    /// The units of each key since the last look, and the keys that have any.
    fresh: Vec<u32>,
    touched: Vec<u32>,
    /// The units of each look, by key.
    steps: Vec<(u32, u32)>,
    /// The exposure time of each look, and the end of its steps.
    looks: Vec<(i64, usize)>,
}

impl Default for Series {
    fn default() -> Self {
        Self {
            units: 0,
            next_look: next_look(0),
            last_at: 0,
            fresh: Vec::new(),
            touched: Vec::new(),
            steps: Vec::new(),
            looks: Vec::new(),
        }
    }
}

/// A look at a series: the units since the previous one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SeriesLook<'s> {
    /// The exposure time of its last unit.
    pub(crate) at: Timestamp,
    /// The number of units by arm or slot since the previous look; at least one in all.
    pub(crate) units: &'s [(u32, u32)],
}

impl Series {
    /// Adds a unit of this key, first exposed at this time in microseconds since 1970.
    pub(super) fn push(&mut self, key: u32, at: i64) {
        let place = key as usize;
        if place >= self.fresh.len() {
            self.fresh.resize(place + 1, 0);
        }
        if self.fresh[place] == 0 {
            self.touched.push(key);
        }
        self.fresh[place] += 1;
        self.units += 1;
        self.last_at = at;
        if self.units == self.next_look {
            self.look();
        }
    }

    /// Adds several units of this key, the last one first exposed at this time, to a window of time that
    /// comes after those that ended.
    #[cfg(feature = "warehouse")]
    pub(super) fn add(&mut self, key: u32, units: u64, last: i64) {
        let place = key as usize;
        if place >= self.fresh.len() {
            self.fresh.resize(place + 1, 0);
        }
        if self.fresh[place] == 0 {
            self.touched.push(key);
        }
        let mut left = units;
        while left > 0 {
            let room = u64::from(u32::MAX - self.fresh[place]).min(left);
            self.fresh[place] += u32::try_from(room).unwrap_or(u32::MAX);
            left -= room;
            if left > 0 {
                self.steps
                    .push((key, std::mem::take(&mut self.fresh[place])));
            }
        }
        self.last_at = if self.units == 0 {
            last
        } else {
            self.last_at.max(last)
        };
        self.units += units;
    }

    /// Ends a window: the looks due in it are one at its end.
    #[cfg(feature = "warehouse")]
    pub(super) fn end_window(&mut self) {
        if self.units >= self.next_look {
            self.look();
        }
    }

    fn look(&mut self) {
        self.next_look = next_look(self.units);
        for key in self.touched.drain(..) {
            let units = std::mem::take(&mut self.fresh[key as usize]);
            self.steps.push((key, units));
        }
        self.looks.push((self.last_at, self.steps.len()));
    }

    /// Returns the number of units, including those since the last look.
    pub(crate) fn units(&self) -> u64 {
        self.units
    }

    /// Iterates over the looks from this index on, in order.
    pub(crate) fn looks_from(&self, index: usize) -> impl Iterator<Item = SeriesLook<'_>> {
        let first = index.min(self.looks.len());
        let mut start = match first.checked_sub(1) {
            Some(before) => self.looks[before].1,
            None => 0,
        };
        self.looks[first..].iter().map(move |&(at, end)| {
            let units = &self.steps[start..end];
            start = end;
            SeriesLook {
                at: timestamp(at),
                units,
            }
        })
    }

    /// Returns the time of the last unit, and the units since the last look by key.
    pub(crate) fn since_last_look(&self) -> (Timestamp, impl Iterator<Item = (u32, u32)>) {
        let units = self
            .touched
            .iter()
            .map(|&key| (key, self.fresh[key as usize]));
        (timestamp(self.last_at), units)
    }

    /// Returns the size in bytes.
    #[cfg(feature = "store")]
    pub(super) fn bytes(&self) -> usize {
        self.steps.len() * size_of::<(u32, u32)>()
            + self.looks.len() * size_of::<(i64, usize)>()
            + self.fresh.len() * size_of::<u32>()
    }
}

/// Every time in a log was read as one, so the fallback is never taken.
fn timestamp(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "warehouse")]
    #[test]
    fn a_window_has_one_look_at_its_end_if_one_is_due() {
        let mut series = Series::default();
        for (window, units) in [(0, 3), (1, 10_000), (2, 10), (3, 5_000_000_000)] {
            series.add(1, units, window * 60);
            series.add(0, units, window * 60 - 5);
            series.end_window();
        }
        let looks: Vec<(i64, Vec<(u32, u32)>)> = series
            .looks_from(0)
            .map(|look| (look.at.as_microsecond(), look.units.to_vec()))
            .collect();
        // 20 units after 20,006 are fewer than the step, so they wait for the next look.
        let rest = 5_000_000_010 - u64::from(u32::MAX);
        let rest = u32::try_from(rest).expect("what is left");
        assert_eq!(
            looks,
            [
                (0, vec![(1, 3), (0, 3)]),
                (60, vec![(1, 10_000), (0, 10_000)]),
                (
                    180,
                    vec![(1, u32::MAX), (0, u32::MAX), (1, rest), (0, rest)]
                ),
            ]
        );
        assert_eq!(series.units(), 2 * (3 + 10_000 + 10 + 5_000_000_000));
    }

    #[test]
    fn looks_depend_on_the_number_of_the_unit_alone() {
        let mut series = Series::default();
        for unit in 0..100_000_u32 {
            series.push(unit % 3, i64::from(unit));
        }
        let mut so_far = 0;
        let places: Vec<u64> = series
            .looks_from(0)
            .map(|look| {
                so_far += look
                    .units
                    .iter()
                    .map(|(_, units)| u64::from(*units))
                    .sum::<u64>();
                let number = u64::try_from(look.at.as_microsecond()).expect("positive") + 1;
                assert_eq!(
                    number, so_far,
                    "the look is at the unit that it counts last"
                );
                so_far
            })
            .collect();
        assert!(
            places[..64]
                .iter()
                .zip(1..)
                .all(|(place, unit)| *place == unit)
        );
        let steps = places.windows(2);
        assert!(steps.into_iter().all(|pair| {
            let step = pair[1] - pair[0];
            step >= 1 && step * step * 16 <= pair[0].max(16)
        }));
        assert!(places.len() < 2600, "{}", places.len());
    }

    #[test]
    fn looks_are_continued_where_a_reader_left_off() {
        let mut series = Series::default();
        for unit in 0..1000_u32 {
            series.push(unit % 7 % 2, i64::from(unit));
        }
        let all: Vec<SeriesLook> = series.looks_from(0).collect();
        for index in [0, 1, 63, 64, 100, all.len()] {
            let rest: Vec<SeriesLook> = series.looks_from(index).collect();
            assert_eq!(rest, all[index..]);
        }
        assert_eq!(series.looks_from(all.len() + 1).count(), 0);
    }

    #[test]
    fn units_since_the_last_look_complete_the_looks() {
        let mut series = Series::default();
        for unit in 0..1000_u32 {
            series.push(unit % 5, i64::from(unit));
            let looked_at = series.looks_from(0).flat_map(|look| look.units);
            let mut by_key = [0_u32; 5];
            let (at, rest) = series.since_last_look();
            for (key, units) in looked_at.copied().chain(rest) {
                by_key[key as usize] += units;
            }
            assert_eq!(by_key.iter().sum::<u32>(), unit + 1);
            assert!(by_key.iter().all(|units| units.abs_diff(unit / 5) <= 1));
            assert_eq!(at.as_microsecond(), i64::from(unit));
        }
    }
}
