//! What the files ask for.

use std::collections::BTreeSet;

use super::{Experiment, Fraction, HashAlgorithm, LayerId};

/// The valid layers of a configs directory.
#[derive(Clone, Debug, Default)]
pub struct Desired {
    /// The layers without an error, in order of their ids.
    pub layers: Vec<DesiredLayer>,
    /// Layers that stand in the files with an error of their own: neither wanted nor gone.
    pub in_error: BTreeSet<LayerId>,
    /// Whether every file could be read far enough to say which layer it holds. While one
    /// couldn't, nobody can say that a layer stands in no file.
    pub is_complete: bool,
}

impl Desired {
    /// The valid layer of this id.
    #[must_use]
    pub fn layer(&self, id: &LayerId) -> Option<&DesiredLayer> {
        self.layers.iter().find(|layer| layer.layer_id == *id)
    }
}

/// A layer as its file asks for it.
#[derive(Clone, Debug)]
pub struct DesiredLayer {
    /// Its id.
    pub layer_id: LayerId,
    /// Its salt.
    pub layer_salt: String,
    /// How many slots, from 1 to [`MAX_TOTAL_SLOTS`](super::MAX_TOTAL_SLOTS).
    pub total_slots: u32,
    /// The most that its experiments may hold together; above 0.
    pub total_traffic_percentage: Fraction,
    /// The hash, when the file names one. Left out, an existing layer keeps its own and a new one
    /// takes the database's default.
    pub hash_algorithm: Option<HashAlgorithm>,
    /// Its experiments, in file order.
    pub experiments: Vec<Experiment>,
}
