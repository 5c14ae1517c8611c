//! The digest that identifies a state, over everything that a store has of its layers and
//! experiments.
//!
//! Each store digests its own rows; this module makes one [`Revision`] of them. The order of rows doesn't
//! count, so neither does the order of a layer's experiments, which is only for display.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::digest::to_hex;
use crate::domain::{
    ExperimentId, HashAlgorithm, LayerId, LayerRecord, LayerState, Layers, Revision, SlotUse,
};

/// The digest of one row.
pub(super) type RowDigest = [u8; 32];

/// A revision under construction.
pub(super) struct RevisionDigest {
    default_hash_algorithm: HashAlgorithm,
    layers: BTreeMap<LayerId, RowDigest>,
    experiments: BTreeMap<ExperimentId, RowDigest>,
}

/// Returns the revision of a database without layers.
pub(super) fn empty_revision(default_hash_algorithm: HashAlgorithm) -> Revision {
    RevisionDigest::new(default_hash_algorithm).revision(&BTreeMap::new())
}

/// Returns whether this is the revision of a database without layers.
#[cfg(feature = "store")]
pub(super) fn is_empty_revision(revision: &Revision) -> bool {
    let mut hashes = HashAlgorithm::ALL.into_iter();
    hashes.any(|hash| empty_revision(hash) == *revision)
}

impl RevisionDigest {
    pub(super) fn new(default_hash_algorithm: HashAlgorithm) -> Self {
        Self {
            default_hash_algorithm,
            layers: BTreeMap::new(),
            experiments: BTreeMap::new(),
        }
    }

    /// Adds or replaces a layer.
    pub(super) fn add_layer(&mut self, id: &LayerId, row: RowDigest) {
        self.layers.insert(id.clone(), row);
    }

    /// Adds or replaces an experiment.
    pub(super) fn add_experiment(&mut self, id: &ExperimentId, row: RowDigest) {
        self.experiments.insert(id.clone(), row);
    }

    /// Adds or replaces a layer with its experiments as their files would say them: for a store that keeps
    /// nothing else of them.
    pub(super) fn add_record(&mut self, layer: &LayerState) -> serde_json::Result<()> {
        let mut record = LayerRecord::from(layer);
        let experiments = std::mem::take(&mut record.experiments);
        self.add_layer(&layer.layer.layer_id, record_digest(&record)?);
        for (experiment, record) in layer.experiments.iter().zip(&experiments) {
            self.add_experiment(&experiment.experiment_id, record_digest(record)?);
        }
        Ok(())
    }

    /// Returns the revision of everything that was added, and of these layers' slots and holds.
    pub(super) fn revision(&self, layers: &Layers) -> Revision {
        let mut fields = Fields::new("avos revision 1");
        fields.text(self.default_hash_algorithm.as_str());
        for rows in [
            self.layers.values().collect(),
            self.experiments.values().collect::<Vec<_>>(),
        ] {
            fields.bytes(&(rows.len() as u64).to_be_bytes());
            for row in rows {
                fields.bytes(row);
            }
        }
        fields.bytes(&slots_digest(layers));
        // Nothing of a database without holds, whose revision stays what it was before there were any.
        if layers.values().any(|layer| !layer.holds.is_empty()) {
            fields.bytes(&holds_digest(layers));
        }
        Revision::new(to_hex(fields.finish()))
    }
}

fn record_digest(record: &impl Serialize) -> serde_json::Result<RowDigest> {
    let mut fields = Fields::new("record");
    fields.text(&serde_json::to_string(record)?);
    Ok(fields.finish())
}

/// Digests all layers' slots.
fn slots_digest(layers: &Layers) -> RowDigest {
    let mut fields = Fields::new("slots");
    for (id, layer) in layers {
        let runs = layer.slots.runs();
        fields.text(id.as_str());
        fields.bytes(&(runs.len() as u64).to_be_bytes());
        for run in runs {
            fields.bytes(&run.first.0.to_be_bytes());
            fields.bytes(&run.last.0.to_be_bytes());
            fields.text(run.experiment_id.as_str());
            fields.text(match run.usage {
                SlotUse::Active => "active",
                SlotUse::Reserved => "reserved",
            });
        }
    }
    fields.finish()
}

/// Digests all layers' holds.
fn holds_digest(layers: &Layers) -> RowDigest {
    let mut fields = Fields::new("holds");
    for (layer_id, layer) in layers {
        for (id, hold) in &layer.holds {
            fields.text(layer_id.as_str());
            fields.text(id.as_str());
            fields.text(&hold.since.to_string());
            fields.text(&hold.until.map_or(String::new(), |until| until.to_string()));
            fields.text(&hold.reason);
            fields.text(&hold.actor);
        }
    }
    fields.finish()
}

/// SHA-256 over fields that can't run into each other: each is preceded by its length.
pub(super) struct Fields(Sha256);

impl Fields {
    pub(super) fn new(subject: &str) -> Self {
        let mut fields = Self(Sha256::new());
        fields.text(subject);
        fields
    }

    pub(super) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    pub(super) fn finish(self) -> RowDigest {
        self.0.finalize().into()
    }
}
