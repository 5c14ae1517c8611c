//! The hash that sends units to slots and to points of the unit interval.
//!
//! What is fed to it is a contract with everybody who has ever been assigned: changing one byte
//! here moves units between variants. Vectors in `tests/fixtures` pin both algorithms.
//!
//! | | slot input | variant input |
//! |---|---|---|
//! | `sha256` | `s` NUL salt NUL unit | `v` NUL experiment id NUL group NUL unit |
//! | `md5` | unit salt | unit, experiment id, group |
//!
//! `md5` is what the original AVOS does. Without separators its inputs can run into each other
//! (unit `a1` with salt `2`, unit `a` with salt `12`); the letters and NULs of `sha256` rule that
//! out, and keep slots and variants independent even where a salt equals an experiment's id.

use md5::Md5;
use sha2::{Digest, Sha256};

use crate::domain::{HashAlgorithm, SlotIndex};

/// 2^-128: takes a 128-bit number into the unit interval.
const UNIT: f64 = 1.0 / (1_u128 << 127) as f64 / 2.0;

/// The slot of a unit in a layer with this salt: below `total_slots`, which is at least 1.
#[must_use]
pub fn slot(
    algorithm: HashAlgorithm,
    layer_salt: &str,
    unit_id: &str,
    total_slots: u32,
) -> SlotIndex {
    let number = number(algorithm, slot_input(algorithm, layer_salt, unit_id));
    slot_of(number, total_slots)
}

/// The point of a unit in an experiment, from 0 to 1, at which [`variant`](super::variant) looks.
///
/// `group` is the unit's group where the splitter is a grouped one. The point is 1 itself only
/// when the hash rounds up to it.
#[must_use]
pub fn point(
    algorithm: HashAlgorithm,
    experiment_id: &str,
    group: Option<&str>,
    unit_id: &str,
) -> f64 {
    let input = point_input(algorithm, experiment_id, group, unit_id);
    point_of(number(algorithm, input))
}

/// What is hashed for a slot, in parts. `md5` has fewer of them; an empty one adds nothing.
pub(super) fn slot_input<'a>(
    algorithm: HashAlgorithm,
    layer_salt: &'a str,
    unit_id: &'a str,
) -> [&'a str; 4] {
    match algorithm {
        HashAlgorithm::Sha256 => ["s\0", layer_salt, "\0", unit_id],
        HashAlgorithm::Md5 => [unit_id, layer_salt, "", ""],
    }
}

/// What is hashed for a point, in parts.
pub(super) fn point_input<'a>(
    algorithm: HashAlgorithm,
    experiment_id: &'a str,
    group: Option<&'a str>,
    unit_id: &'a str,
) -> [&'a str; 6] {
    let group = group.unwrap_or_default();
    match algorithm {
        HashAlgorithm::Sha256 => ["v\0", experiment_id, "\0", group, "\0", unit_id],
        HashAlgorithm::Md5 => [unit_id, experiment_id, group, "", "", ""],
    }
}

/// The slot of this number.
pub(super) fn slot_of(number: u128, total_slots: u32) -> SlotIndex {
    // No layer has 0 slots; should one be asked for, slot 0 is free in it, which is right.
    let slot = number % u128::from(total_slots.max(1));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a remainder is below its u32 divisor"
    )]
    let slot = slot as u32;
    SlotIndex(slot)
}

/// The point of this number.
pub(super) fn point_of(number: u128) -> f64 {
    number as f64 * UNIT
}

/// The whole hash of the joined parts: 32 bytes or 16.
pub(super) fn digest(algorithm: HashAlgorithm, parts: &[&str]) -> Vec<u8> {
    match algorithm {
        HashAlgorithm::Sha256 => joined::<Sha256>(parts).finalize().to_vec(),
        HashAlgorithm::Md5 => joined::<Md5>(parts).finalize().to_vec(),
    }
}

/// The first 16 bytes of the hash of the joined parts, as a big-endian number.
fn number<const N: usize>(algorithm: HashAlgorithm, parts: [&str; N]) -> u128 {
    match algorithm {
        HashAlgorithm::Sha256 => {
            let digest: [u8; 32] = joined::<Sha256>(&parts).finalize().into();
            u128::from_be_bytes(std::array::from_fn(|byte| digest[byte]))
        }
        HashAlgorithm::Md5 => u128::from_be_bytes(joined::<Md5>(&parts).finalize().into()),
    }
}

/// The hash with the parts fed in, as fast as one hash of them joined.
#[inline]
fn joined<D: Digest>(parts: &[&str]) -> D {
    let mut hash = D::new();
    // Not `chain_update`: it moves the hash for each part, which almost doubles the time.
    for part in parts {
        hash.update(part);
    }
    hash
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "powers of two are exact")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
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

    #[test]
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
