//! What the database holds: layers with their experiments and slots.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Experiment, ExperimentId, Fraction, HashAlgorithm, LayerId, SlotMap};

/// Tells states of a database apart: any program's change changes it. How a store makes it is its
/// own business; two revisions are the same or not, and nothing else can be read from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(String);

impl Revision {
    /// A revision as a store or a document wrote it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the whole text, for a store to keep.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits, enough for people to tell revisions apart.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Layers by their ids. They are shared: a state is copied at the cost of its map, and a layer that
/// stays is the same one in both.
pub type Layers = BTreeMap<LayerId, Arc<LayerState>>;

/// The running state: layers, their experiments and who holds which slots.
#[derive(Clone, Debug)]
pub struct State {
    /// Digest of the contents that this was read from.
    pub revision: Revision,
    /// What a new layer takes when its file names no hash.
    pub default_hash_algorithm: HashAlgorithm,
    /// The layers by id.
    pub layers: Layers,
}

impl State {
    /// No layers, and no revision, since no database says so.
    #[must_use]
    pub fn empty(default_hash_algorithm: HashAlgorithm) -> Self {
        Self {
            revision: Revision::new(""),
            default_hash_algorithm,
            layers: BTreeMap::new(),
        }
    }

    /// This state with these layers in the place of its own; the revision stays that of the
    /// contents that were read.
    #[must_use]
    pub fn with_layers(&self, layers: Layers) -> Self {
        let mut state = self.clone();
        state.layers.extend(layers);
        state
    }

    /// The experiment of this id with the layer that it stands on.
    #[must_use]
    pub fn experiment(&self, id: &ExperimentId) -> Option<(&LayerState, &Experiment)> {
        self.layers
            .values()
            .find_map(|layer| Some((&**layer, layer.experiment(id)?)))
    }

    /// The layer of this id.
    #[must_use]
    pub fn layer(&self, id: &LayerId) -> Option<&LayerState> {
        self.layers.get(id).map(|layer| &**layer)
    }
}

/// A layer with what stands on it.
#[derive(Clone, Debug)]
pub struct LayerState {
    /// The layer itself.
    pub layer: Layer,
    /// Its experiments, in the order in which they were created.
    pub experiments: Vec<Experiment>,
    /// Who holds which slots.
    pub slots: SlotMap,
}

impl LayerState {
    /// Whether both are the same layer with the same experiments, in the same order, on the same
    /// slots.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let (ours, theirs) = (&self.experiments, &other.experiments);
        self.layer.is_same(&other.layer)
            && self.slots == other.slots
            && ours.len() == theirs.len()
            && ours.iter().zip(theirs).all(|(a, b)| a.is_same(b))
    }

    /// A new layer: no experiments, every slot free.
    #[must_use]
    pub fn empty(layer: Layer) -> Self {
        let slots = SlotMap::free(layer.total_slots);
        Self {
            layer,
            experiments: Vec::new(),
            slots,
        }
    }

    /// The experiment of this id, if it stands on this layer.
    #[must_use]
    pub fn experiment(&self, id: &ExperimentId) -> Option<&Experiment> {
        self.experiments
            .iter()
            .find(|experiment| experiment.experiment_id == *id)
    }
}

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
