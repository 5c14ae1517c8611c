//! The hash that sends units to slots and to points of the unit interval.
//!
//! Its input is a contract with every unit ever assigned: changing one byte here moves units
//! between variants. Vectors in `tests/fixtures` pin both algorithms.
//!
//! | | slot input | variant input |
//! |---|---|---|
//! | `sha256` | `s` NUL salt NUL unit | `v` NUL experiment id NUL group NUL unit |
//! | `md5` | unit salt | unit, experiment id, group |
//!
//! `md5` is what the original AVOS does. Without separators its inputs can run into each other
//! (unit `a1` with salt `2`, unit `a` with salt `12`); the letters and NULs of `sha256` rule that
//! out, and keep slots and variants independent even where a salt equals an experiment's id.
//!
//! | file | does |
//! |---|---|
//! | `key` | [`HashKey`]: what a layer or an experiment adds to a unit's id, joined once |
//! | `slots` | [`Slots`]: from a number to a slot |
//! | `message` | pads a message into blocks |
//! | `single` | hashes one message, by the crates |
//! | `batch` | [`numbers`]: hashes many messages side by side |
//! | `md5`, `sha256` | the compression functions over lanes |
//! | `lanes` | words of several messages side by side |
//! | `dispatch` | compiles them for what the processor has; the only `unsafe` |

mod batch;
mod dispatch;
mod key;
mod lanes;
mod md5;
mod message;
mod sha256;
mod single;
mod slots;

use crate::domain::{HashAlgorithm, SlotIndex};

pub(super) use batch::{HashMessage, numbers};
pub(super) use key::HashKey;
pub(super) use single::digest;
pub(super) use slots::Slots;

/// 2^-128: maps a 128-bit number into the unit interval.
const UNIT: f64 = 1.0 / (1_u128 << 127) as f64 / 2.0;

/// 2^-64: does the same for the upper half of one.
const HALF_UNIT: f64 = 1.0 / (1_u128 << 64) as f64;

/// Returns the slot of a unit in a layer with this salt: below `total_slots`, which is at least 1.
#[must_use]
pub fn slot(
    algorithm: HashAlgorithm,
    layer_salt: &str,
    unit_id: &str,
    total_slots: u32,
) -> SlotIndex {
    let parts = Recipe::slot(algorithm, layer_salt).parts(unit_id);
    Slots::new(total_slots).slot(single::number(algorithm, &parts))
}

/// Returns the point of a unit in an experiment, from 0 to 1, for [`variant`](super::variant).
///
/// `group` is the unit's group if the splitter is a grouped one. The point is exactly 1 only if the
/// hash rounds up to it.
#[must_use]
pub fn point(
    algorithm: HashAlgorithm,
    experiment_id: &str,
    group: Option<&str>,
    unit_id: &str,
) -> f64 {
    let parts = Recipe::point(algorithm, experiment_id, group).parts(unit_id);
    point_of(single::number(algorithm, &parts))
}

/// What is hashed for a unit: parts, the unit's id, and parts again. An empty part adds nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recipe<'a> {
    before: [&'a str; 5],
    after: [&'a str; 2],
}

impl<'a> Recipe<'a> {
    /// Creates the recipe for the unit's slot in a layer with this salt.
    pub(super) fn slot(algorithm: HashAlgorithm, layer_salt: &'a str) -> Self {
        match algorithm {
            HashAlgorithm::Sha256 => Self {
                before: ["s\0", layer_salt, "\0", "", ""],
                after: ["", ""],
            },
            HashAlgorithm::Md5 => Self {
                before: [""; 5],
                after: [layer_salt, ""],
            },
        }
    }

    /// Creates the recipe for the unit's point in an experiment.
    pub(super) fn point(
        algorithm: HashAlgorithm,
        experiment_id: &'a str,
        group: Option<&'a str>,
    ) -> Self {
        let group = group.unwrap_or_default();
        match algorithm {
            HashAlgorithm::Sha256 => Self {
                before: ["v\0", experiment_id, "\0", group, "\0"],
                after: ["", ""],
            },
            HashAlgorithm::Md5 => Self {
                before: [""; 5],
                after: [experiment_id, group],
            },
        }
    }

    /// Returns the parts in order, with this unit's id.
    #[inline]
    pub(super) fn parts(self, unit_id: &'a str) -> [&'a str; 8] {
        let ([b0, b1, b2, b3, b4], [a0, a1]) = (self.before, self.after);
        [b0, b1, b2, b3, b4, unit_id, a0, a1]
    }
}

/// Returns the point of this number.
#[inline]
pub(super) fn point_of(number: u128) -> f64 {
    // Rounding to a float drops the lower half: it only decides ties, by whether it has a bit.
    let high = (number >> 64) as u64;
    if high >> 54 == 0 {
        return number as f64 * UNIT;
    }
    let has_low = u64::from(number << 64 != 0);
    (high | has_low) as f64 * HALF_UNIT
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "powers of two are exact")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::assign::testing::rounds;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(rounds(256)))]

        #[test]
        fn a_slot_lies_in_its_layer(salt: String, unit: String, total in 1..=1_000_000_u32) {
            for algorithm in HashAlgorithm::ALL {
                prop_assert!(slot(algorithm, &salt, &unit, total).0 < total);
            }
        }

        #[test]
        fn a_point_lies_in_the_unit_interval(id: String, group: Option<String>, unit: String) {
            for algorithm in HashAlgorithm::ALL {
                let x = point(algorithm, &id, group.as_deref(), &unit);
                prop_assert!((0.0..=1.0).contains(&x));
            }
        }
    }

    #[test]
    fn only_sha256_tells_where_one_part_ends() {
        let alike = |algorithm| {
            slot(algorithm, "2", "a1", 1_000_000) == slot(algorithm, "12", "a", 1_000_000)
        };
        assert!(alike(HashAlgorithm::Md5));
        assert!(!alike(HashAlgorithm::Sha256));
    }

    #[test]
    fn the_unit_reaches_from_0_to_1() {
        assert_eq!(u128::MAX as f64 * UNIT, 1.0);
        assert_eq!((1_u128 << 127) as f64 * UNIT, 0.5);
    }

    fn is_rounded_as_a_whole(number: u128) -> bool {
        point_of(number) == number as f64 * UNIT
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(rounds(4096)))]

        #[test]
        fn a_point_is_the_number_rounded_once(number: u128, shift in 0..128_u32, low in 0..3_u128) {
            prop_assert!(is_rounded_as_a_whole(number));
            prop_assert!(is_rounded_as_a_whole(number >> shift));
            // On ties, just above and just below them.
            let tie = number >> 64 << 64 | 1 << 127 | low;
            prop_assert!(is_rounded_as_a_whole(tie));
            prop_assert!(is_rounded_as_a_whole(tie.wrapping_sub(1)));
            prop_assert!(is_rounded_as_a_whole(tie >> 75 << 75 | 1 << 74 | low));
            prop_assert!(is_rounded_as_a_whole((tie >> 75 << 75 | 1 << 74) - 1));
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "a statistic needs all of its units")]
    fn slots_and_points_are_spread_evenly_and_independently() {
        for algorithm in HashAlgorithm::ALL {
            // 10 slots by 2 halves, 10,000 units: 500 a cell, standard deviation below 22.
            let mut cells = [[0_i32; 2]; 10];
            for unit in 0..10_000 {
                let unit = format!("user_{unit}");
                let slot = slot(algorithm, "salt", &unit, 10).0 as usize;
                let half = usize::from(point(algorithm, "exp", None, &unit) >= 0.5);
                cells[slot][half] += 1;
            }
            for count in cells.as_flattened() {
                assert!((count - 500).abs() < 100, "{algorithm}: {cells:?}");
            }
        }
    }
}
