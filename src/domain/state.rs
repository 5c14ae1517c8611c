//! What the database holds: layers with their experiments and slots.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Experiment, ExperimentId, Fraction, HashAlgorithm, Hold, LayerId, SlotHistories, SlotMap,
    Status,
};

/// Identifies a state of a database: any program's change changes it. It is opaque: two revisions
/// are equal or not, and how a store computes them is its own business.
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
        Self::short_of(&self.0)
    }

    /// Returns what [`short`](Self::short) is for the revision that this is the text of.
    pub(crate) fn short_of(text: &str) -> &str {
        text.get(..12).unwrap_or(text)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Layers by id. They are shared: copying a state copies only its map.
pub type Layers = BTreeMap<LayerId, Arc<LayerState>>;

/// The running state: layers, their experiments, and the holders of their slots.
#[derive(Clone, Debug)]
pub struct State {
    /// Digest of the contents that this was read from.
    pub revision: Revision,
    /// The hash of a new layer whose file names none.
    pub default_hash_algorithm: HashAlgorithm,
    /// The layers by id.
    pub layers: Layers,
    /// The number of the newest entry of the journal, if there is one. It isn't part of the contents: what
    /// is changed and changed back has the same revision, and a later entry.
    pub last_entry: Option<i64>,
    /// Who held slots before, by layer: empty unless it was read from the journal. Only plans look at it.
    pub slot_histories: SlotHistories,
}

impl State {
    /// Returns a state without layers. It has no revision, since it comes from no database.
    #[must_use]
    pub fn empty(default_hash_algorithm: HashAlgorithm) -> Self {
        Self {
            revision: Revision::new(""),
            default_hash_algorithm,
            layers: BTreeMap::new(),
            last_entry: None,
            slot_histories: SlotHistories::new(),
        }
    }

    /// Returns this state with these layers replaced. The revision stays that of the contents that
    /// were read.
    #[must_use]
    pub fn with_layers(&self, layers: Layers) -> Self {
        let mut state = self.clone();
        state.layers.extend(layers);
        state
    }

    /// Returns the experiment with this id, and its layer.
    #[must_use]
    pub fn experiment(&self, id: &ExperimentId) -> Option<(&LayerState, &Experiment)> {
        self.layers
            .values()
            .find_map(|layer| Some((&**layer, layer.experiment(id)?)))
    }

    /// Returns the layer with this id.
    #[must_use]
    pub fn layer(&self, id: &LayerId) -> Option<&LayerState> {
        self.layers.get(id).map(|layer| &**layer)
    }
}

/// A layer with its experiments and slots.
#[derive(Clone, Debug)]
pub struct LayerState {
    /// The layer itself.
    pub layer: Layer,
    /// Its experiments, in the order in which they were created.
    pub experiments: Vec<Experiment>,
    /// The holders of its slots.
    pub slots: SlotMap,
    /// The holds on its experiments, in force or not.
    pub holds: BTreeMap<ExperimentId, Hold>,
}

impl LayerState {
    /// Whether both have the same values, experiments in the same order, slots, and holds.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let (ours, theirs) = (&self.experiments, &other.experiments);
        self.layer.is_same(&other.layer)
            && self.slots == other.slots
            && self.holds == other.holds
            && ours.len() == theirs.len()
            && ours.iter().zip(theirs).all(|(a, b)| a.is_same(b))
    }

    /// Whether the same experiments are within their dates at both times, so that units get the same.
    #[must_use]
    pub fn is_alike_at(&self, at: Timestamp, then: Timestamp) -> bool {
        let mut experiments = self.experiments.iter();
        experiments.all(|experiment| experiment.is_current(at) == experiment.is_current(then))
    }

    /// Whether the same holds are in force at both times, so that plans may do the same.
    #[must_use]
    pub fn is_held_alike_at(&self, at: Timestamp, then: Timestamp) -> bool {
        let mut holds = self.holds.values();
        holds.all(|hold| hold.is_in_force(at) == hold.is_in_force(then))
    }

    /// Returns the experiments that a hold keeps from becoming active at this time.
    pub fn held_at(&self, at: Timestamp) -> impl Iterator<Item = (&Experiment, &Hold)> {
        let unfinished = self.experiments.iter();
        let unfinished = unfinished.filter(|experiment| experiment.status != Status::Completed);
        unfinished.filter_map(move |experiment| {
            let hold = self.holds.get(&experiment.experiment_id)?;
            hold.is_in_force(at).then_some((experiment, hold))
        })
    }

    /// A new layer: no experiments, every slot free.
    #[must_use]
    pub fn empty(layer: Layer) -> Self {
        let slots = SlotMap::free(layer.total_slots);
        Self {
            layer,
            experiments: Vec::new(),
            slots,
            holds: BTreeMap::new(),
        }
    }

    /// Returns the experiment with this id, if this layer has it.
    #[must_use]
    pub fn experiment(&self, id: &ExperimentId) -> Option<&Experiment> {
        self.experiments
            .iter()
            .find(|experiment| experiment.experiment_id == *id)
    }
}

/// The most slots that a layer may have.
pub const MAX_TOTAL_SLOTS: u32 = 1_000_000;

/// The number of slots of a new layer whose file doesn't say.
pub const DEFAULT_TOTAL_SLOTS: u32 = 100;

/// A layer: a salted hash sends each unit to one of its slots. Salt, slots and hash never change.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its id.
    pub layer_id: LayerId,
    /// Makes its hash independent of other layers.
    pub layer_salt: String,
    /// The number of slots, from 1 to [`MAX_TOTAL_SLOTS`].
    pub total_slots: u32,
    /// The most that its experiments may hold in total; above 0.
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
