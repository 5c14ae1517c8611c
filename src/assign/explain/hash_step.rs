//! A hash with what goes in and what comes out.

use super::command;
use crate::assign::hash;
use crate::digest::to_hex;
use crate::domain::{HashAlgorithm, SlotIndex};

/// A hash that a person can do again: see [`HashStep::command`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashStep {
    algorithm: HashAlgorithm,
    input: Vec<u8>,
    digest: Vec<u8>,
}

impl HashStep {
    /// The hash of the joined parts.
    pub(super) fn new(algorithm: HashAlgorithm, parts: &[&str]) -> Self {
        Self {
            algorithm,
            input: parts.concat().into_bytes(),
            digest: hash::digest(algorithm, parts),
        }
    }

    /// The bytes that are hashed.
    #[must_use]
    pub fn input(&self) -> &[u8] {
        &self.input
    }

    /// The whole digest in lower-case hexadecimal digits, as `sha256sum` and `md5sum` print it.
    #[must_use]
    pub fn hex(&self) -> String {
        to_hex(&self.digest)
    }

    /// The number that decides: the first 16 bytes, the most significant one first.
    #[must_use]
    pub fn number(&self) -> u128 {
        let first = self.digest.iter().take(16);
        first.fold(0, |number, byte| number << 8 | u128::from(*byte))
    }

    /// The command that prints [`HashStep::hex`], for any shell.
    #[must_use]
    pub fn command(&self) -> String {
        command::hash(self.algorithm, &self.input)
    }

    /// The command that prints the number modulo `total_slots`, which is the slot.
    #[must_use]
    pub fn slot_command(&self, total_slots: u32) -> String {
        command::remainder(self.number(), total_slots)
    }

    /// The command that prints the number divided by 2^128, which is the point.
    #[must_use]
    pub fn point_command(&self) -> String {
        command::quotient(self.number())
    }

    /// What that command prints: the digits behind the point, cut off after 20 places.
    pub(super) fn places(&self) -> String {
        const LOW: u128 = u64::MAX as u128;
        let mut rest = self.number();
        let mut places = String::from(".");
        for _ in 0..20 {
            // Ten times the rest, in two halves, since it has up to 132 bits.
            let low = (rest & LOW) * 10;
            let high = (rest >> 64) * 10 + (low >> 64);
            places.push_str(&(high >> 64).to_string());
            rest = high << 64 | (low & LOW);
        }
        places
    }

    /// The slot, for the hash of a slot.
    pub(super) fn slot(&self, total_slots: u32) -> SlotIndex {
        hash::Slots::new(total_slots).slot(self.number())
    }

    /// The point, for the hash of a point.
    pub(super) fn point(&self) -> f64 {
        hash::point_of(self.number())
    }
}
