//! The two kinds of mappings with known keys, and their keys.

use crate::domain::ATTRIBUTES;

const EXPERIMENT_KEYS: [&str; ATTRIBUTES.len()] = {
    let mut keys = [""; ATTRIBUTES.len()];
    let mut index = 0;
    while index < keys.len() {
        keys[index] = ATTRIBUTES[index].key;
        index += 1;
    }
    keys
};

/// What a mapping with known keys describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Layer,
    Experiment,
}

impl Level {
    /// Its keys, in the order in which docs list them.
    pub(super) fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Layer => &[
                "layer_id",
                "layer_salt",
                "total_slots",
                "total_traffic_percentage",
                "hash_algorithm",
                "experiments",
            ],
            Self::Experiment => &EXPERIMENT_KEYS,
        }
    }

    /// The key of its id.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Layer => "layer_id",
            Self::Experiment => "experiment_id",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Layer => "layer",
            Self::Experiment => "experiment",
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Layer => Self::Experiment,
            Self::Experiment => Self::Layer,
        }
    }
}
