//! What the files ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Experiment, ExperimentId, Fraction, HashAlgorithm, LayerId, Placement};

/// The valid layers of a configs directory.
#[derive(Clone, Debug, Default)]
pub struct Desired {
    /// The layers without errors, by id.
    pub layers: Vec<Arc<DesiredLayer>>,
    /// Layers in the files that have errors: neither wanted nor gone.
    pub in_error: BTreeSet<LayerId>,
    /// What is sound in the files of those, for plans of single experiments.
    pub sound_parts: Vec<Arc<SoundPart>>,
    /// Whether every file could be read far enough to tell its layer. Otherwise a layer can't be said
    /// to be in no file.
    pub is_complete: bool,
}

impl Desired {
    /// Returns the valid layer with this id.
    #[must_use]
    pub fn layer(&self, id: &LayerId) -> Option<&DesiredLayer> {
        let mut layers = self.layers.iter();
        layers
            .find(|layer| layer.layer_id == *id)
            .map(|layer| &**layer)
    }
}

/// A layer as its file wants it.
#[derive(Clone, Debug)]
pub struct DesiredLayer {
    /// Its id.
    pub layer_id: LayerId,
    /// Its salt.
    pub layer_salt: String,
    /// The number of slots, from 1 to [`MAX_TOTAL_SLOTS`](super::MAX_TOTAL_SLOTS), if the file has it.
    /// Left out, an existing layer keeps its own and a new one takes
    /// [`DEFAULT_TOTAL_SLOTS`](super::DEFAULT_TOTAL_SLOTS).
    pub total_slots: Option<u32>,
    /// The most that its experiments may hold together; above 0.
    pub total_traffic_percentage: Fraction,
    /// The hash, if the file names one. Left out, an existing layer keeps its own and a new one
    /// takes the database's default.
    pub hash_algorithm: Option<HashAlgorithm>,
    /// Which free slots its experiments take. A plan looks at it; the database doesn't keep it.
    pub placement: Placement,
    /// Its experiments, in file order.
    pub experiments: Vec<Experiment>,
    /// The keys that the file leaves out; their values above are defaults.
    pub left_out: LeftOutKeys,
}

impl Desired {
    /// Returns the sound experiments of this layer, which may be in error, in file order.
    #[must_use]
    pub fn sound_experiments(&self, id: &LayerId) -> &[Experiment] {
        let mut parts = self.sound_parts.iter();
        match self.layer(id) {
            Some(layer) => &layer.experiments,
            None => parts
                .find(|part| part.layer_id == *id)
                .map_or(&[], |part| &part.experiments),
        }
    }
}

/// What of a layer in error is sound by itself. An error across files may concern it all the same.
#[derive(Clone, Debug)]
pub struct SoundPart {
    /// The layer's id.
    pub layer_id: LayerId,
    /// The layer's own values, without experiments; `None` if one of them is in error.
    pub own: Option<DesiredLayer>,
    /// The sound experiments, in file order.
    pub experiments: Vec<Experiment>,
    /// The keys that the file leaves out.
    pub left_out: LeftOutKeys,
}

impl From<&DesiredLayer> for SoundPart {
    fn from(layer: &DesiredLayer) -> Self {
        Self {
            layer_id: layer.layer_id.clone(),
            own: Some(DesiredLayer {
                experiments: Vec::new(),
                ..layer.clone()
            }),
            experiments: layer.experiments.clone(),
            left_out: layer.left_out.clone(),
        }
    }
}

/// The keys that a layer's file leaves out, so that a plan can tell a default from a written value.
#[derive(Clone, Debug, Default)]
pub struct LeftOutKeys {
    /// Those of the layer itself.
    pub of_layer: Vec<&'static str>,
    /// Those of each experiment.
    pub of_experiments: BTreeMap<ExperimentId, Vec<&'static str>>,
}

impl LeftOutKeys {
    /// Whether `key` is left out: by the experiment with this id, or without an id by the layer itself.
    #[must_use]
    pub fn contains(&self, experiment: Option<&ExperimentId>, key: &str) -> bool {
        let keys = match experiment {
            None => Some(&self.of_layer),
            Some(id) => self.of_experiments.get(id),
        };
        keys.is_some_and(|keys| keys.contains(&key))
    }
}
