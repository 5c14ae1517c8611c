//! What a layer or an experiment adds to a unit's id, joined once for all of its units.

use super::message::Block;
use super::{Recipe, single};
use crate::domain::HashAlgorithm;

/// The bytes before and after a unit's id in what is hashed.
#[derive(Clone, Debug)]
pub(in crate::assign) struct HashKey {
    algorithm: HashAlgorithm,
    pub(super) before: Box<str>,
    pub(super) after: Box<str>,
    /// What every message begins with, as far as two blocks hold it.
    pub(super) start: [Block; 2],
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
        single::number(self.algorithm, &self.parts(unit_id))
    }

    #[inline]
    pub(super) fn parts<'a>(&'a self, unit_id: &'a str) -> [&'a str; 3] {
        [&self.before, unit_id, &self.after]
    }
}
