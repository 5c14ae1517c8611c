//! The layers before an entry of the journal, as JSON: written where no earlier entry tells them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::{
    ExperimentId, ExperimentRecord, Hold, Layer, LayerRecord, LayerState, Layers, RecordError,
    SlotMap, SlotMapError, SlotRun,
};

/// A layer with its experiments, slots and holds.
#[derive(Serialize, Deserialize)]
struct BaseLayer {
    #[serde(flatten)]
    record: LayerRecord,
    slots: Vec<SlotRun>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    holds: BTreeMap<ExperimentId, Hold>,
}

/// Why the layers can't be read back.
#[derive(Debug, thiserror::Error)]
pub(super) enum BaseError {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Slots(#[from] SlotMapError),
}

/// Returns the layers as JSON.
pub(in crate::store) fn base_text(layers: &Layers) -> serde_json::Result<String> {
    let layers = layers.values().map(|layer| BaseLayer {
        record: LayerRecord::from(&**layer),
        slots: layer.slots.runs().cloned().collect(),
        holds: layer.holds.clone(),
    });
    serde_json::to_string(&layers.collect::<Vec<_>>())
}

/// Reads the layers back.
pub(in crate::store) fn parse_base(text: &str) -> Result<Layers, BaseError> {
    let layers: Vec<BaseLayer> = serde_json::from_str(text)?;
    let layers = layers.into_iter().map(|base| {
        let BaseLayer {
            record,
            slots,
            holds,
        } = base;
        let experiments = record.experiments.iter();
        let experiments = experiments.map(ExperimentRecord::to_experiment);
        let layer = LayerState {
            experiments: experiments.collect::<Result<_, _>>()?,
            slots: SlotMap::from_runs(record.total_slots, slots)?,
            holds,
            layer: Layer {
                layer_id: record.layer_id.clone(),
                layer_salt: record.layer_salt,
                total_slots: record.total_slots,
                total_traffic_percentage: record.total_traffic_percentage,
                hash_algorithm: record.hash_algorithm,
            },
        };
        Ok((record.layer_id, Arc::new(layer)))
    });
    layers.collect()
}
