//! What a layer or an experiment adds to a unit's id, joined once for all of its units.

use super::message::{Block, capacity, length, pad_after};
use super::{Recipe, single};
use crate::domain::HashAlgorithm;

/// The bytes before and after a unit's id in what is hashed.
#[derive(Clone, Debug)]
pub(in crate::assign) struct HashKey {
    algorithm: HashAlgorithm,
    before: Box<str>,
    after: Box<str>,
    /// What every message begins with, as far as two blocks hold it.
    start: [Block; 2],
}

impl HashKey {
    /// Creates the key for units' slots in a layer with this salt.
    pub(in crate::assign) fn slot(algorithm: HashAlgorithm, layer_salt: &str) -> Self {
        Self::new(algorithm, Recipe::slot(algorithm, layer_salt))
    }

    /// Creates the key for units' points in an experiment.
    pub(in crate::assign) fn point(
        algorithm: HashAlgorithm,
        experiment_id: &str,
        group: Option<&str>,
    ) -> Self {
        Self::new(algorithm, Recipe::point(algorithm, experiment_id, group))
    }

    fn new(algorithm: HashAlgorithm, recipe: Recipe<'_>) -> Self {
        let before: Box<str> = recipe.before.concat().into();
        let mut start = [[0; 64]; 2];
        for (byte, of_before) in start.as_flattened_mut().iter_mut().zip(before.bytes()) {
            *byte = of_before;
        }
        Self {
            algorithm,
            before,
            after: recipe.after.concat().into(),
            start,
        }
    }

    /// Returns the first 16 bytes of the unit's hash, as a big-endian number.
    #[inline]
    pub(in crate::assign) fn number(&self, unit_id: &str) -> u128 {
        let length = self.length(unit_id);
        if length <= capacity(1) {
            self.padded::<1>(unit_id)
        } else if length <= capacity(2) {
            self.padded::<2>(unit_id)
        } else {
            single::streamed(self.algorithm, &self.parts(unit_id))
        }
    }

    #[inline]
    fn padded<const BLOCKS: usize>(&self, unit_id: &str) -> u128 {
        let mut blocks = [[0; 64]; BLOCKS];
        self.write(unit_id, &mut blocks);
        single::compress(self.algorithm, &blocks)
    }

    /// Writes the unit's message, padded, over all of the blocks, which hold it.
    #[inline]
    pub(super) fn write<const BLOCKS: usize>(&self, unit_id: &str, blocks: &mut [Block; BLOCKS]) {
        let bytes = blocks.as_flattened_mut();
        bytes.copy_from_slice(&self.start.as_flattened()[..64 * BLOCKS]);
        let end = self.before.len();
        // Copying nothing would be a call of the system's copy.
        if self.after.is_empty() {
            pad_after(self.algorithm, bytes, end, &[unit_id]);
        } else {
            pad_after(self.algorithm, bytes, end, &[unit_id, &self.after]);
        }
    }

    /// Returns the length of the unit's message.
    #[inline]
    pub(super) fn length(&self, unit_id: &str) -> usize {
        length(&self.parts(unit_id))
    }

    #[inline]
    fn parts<'a>(&'a self, unit_id: &'a str) -> [&'a str; 3] {
        [&self.before, unit_id, &self.after]
    }
}
