//! From a hash to a slot: the remainder of a division by the layer's number of slots.

use crate::domain::SlotIndex;

/// A layer's slots, ready to divide by their number: multiplying by the reciprocal is faster than
/// dividing 128 bits.
#[derive(Clone, Copy, Debug)]
pub(in crate::assign) struct Slots {
    total: u64,
    /// `2^64 / total`, rounded down; `2^64 - 1` for one slot.
    reciprocal: u64,
    /// `2^64` modulo `total`.
    carry: u64,
}

impl Slots {
    /// Prepares a layer's number of slots, at least 1.
    pub(in crate::assign) fn new(total_slots: u32) -> Self {
        // No layer has 0 slots; if one did, slot 0 would be free in it, which is right.
        let total = u64::from(total_slots.max(1));
        Self {
            total,
            reciprocal: u64::MAX / total,
            carry: (u64::MAX % total + 1) % total,
        }
    }

    /// Returns the slot of this number.
    #[inline]
    pub(in crate::assign) fn slot(self, number: u128) -> SlotIndex {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the halves are taken apart"
        )]
        let (high, low) = ((number >> 64) as u64, number as u64);
        // Both factors are below `total`, itself below 2^32, so the sum is below 2^64.
        let rest = self.remainder(high) * self.carry + self.remainder(low);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a remainder is below its u32 divisor"
        )]
        let slot = self.remainder(rest) as u32;
        SlotIndex(slot)
    }

    /// Returns the remainder of this number.
    #[inline]
    fn remainder(self, number: u64) -> u64 {
        // The reciprocal lacks at most 1, which the product turns into less than 1 quotient: the
        // rounded one is too small by at most 1.
        let quotient = ((u128::from(number) * u128::from(self.reciprocal)) >> 64) as u64;
        let rest = number - quotient * self.total;
        rest.min(rest.wrapping_sub(self.total))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::assign::testing::rounds;

    fn is_remainder(number: u128, total: u32) -> bool {
        u128::from(Slots::new(total).slot(number).0) == number % u128::from(total)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(rounds(4096)))]

        #[test]
        fn a_slot_is_the_remainder(number: u128, total in 1..=u32::MAX) {
            prop_assert!(is_remainder(number, total));
        }

        #[test]
        fn also_near_multiples(factor: u64, off in 0..3_u64, total in 1..=u32::MAX) {
            let multiple = u128::from(factor) * u128::from(total);
            for number in [multiple, multiple << 32, multiple << 60] {
                prop_assert!(is_remainder(number.wrapping_add(u128::from(off)), total));
                prop_assert!(is_remainder(number.wrapping_sub(u128::from(off)), total));
            }
        }
    }

    #[test]
    fn also_at_the_ends() {
        let totals = [
            1,
            2,
            3,
            5,
            1000,
            65_535,
            65_536,
            1_000_000,
            u32::MAX - 1,
            u32::MAX,
        ];
        for total in totals {
            for shift in 0..128 {
                for number in [u128::MAX >> shift, 1 << shift, !0 << shift] {
                    assert!(is_remainder(number, total), "{number} % {total}");
                }
            }
        }
    }

    #[test]
    fn no_slots_are_one() {
        assert_eq!(Slots::new(0).slot(u128::MAX), SlotIndex(0));
    }
}
