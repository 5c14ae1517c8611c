//! One layer, without what stands on it.

use super::{Fraction, HashAlgorithm, LayerId};

/// The most slots that a layer may have.
pub const MAX_TOTAL_SLOTS: u32 = 1_000_000;

/// How many slots a new layer has when its file doesn't say.
pub const DEFAULT_TOTAL_SLOTS: u32 = 100;

/// A layer: units are hashed with its salt to its slots. Salt, slots and hash never change.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its id.
    pub layer_id: LayerId,
    /// What makes its hash independent of other layers'.
    pub layer_salt: String,
    /// How many slots it has, from 1 to [`MAX_TOTAL_SLOTS`].
    pub total_slots: u32,
    /// The most that its experiments may hold together; above 0.
    pub total_traffic_percentage: Fraction,
    /// The hash that finds a unit's slot and variant.
    pub hash_algorithm: HashAlgorithm,
}

impl Layer {
    /// Whether both have the same values, fractions within their tolerance.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let Self {
            layer_id,
            layer_salt,
            total_slots,
            total_traffic_percentage,
            hash_algorithm,
        } = self;
        *layer_id == other.layer_id
            && *layer_salt == other.layer_salt
            && *total_slots == other.total_slots
            && total_traffic_percentage.is_same(other.total_traffic_percentage)
            && *hash_algorithm == other.hash_algorithm
    }
}
