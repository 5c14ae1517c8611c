//! Counts blocks in the order of their rows, each unit once.

use super::decode::{Exposure, ExposureBlock, MAX_KINDS, UnitSlot};
use super::exposure_counts::ExposureKind;
use super::seen::{SeenUnits, Sighting};
use super::skips::Fault;
use super::summary::ExposureSummary;

/// The number of units that are looked up together: each is somewhere else in memory, and waiting for
/// all of them takes little longer than for one.
const LOOKUPS: usize = 64;

/// Counts blocks into a summary.
pub(super) struct BlockMerger {
    pub(super) summary: ExposureSummary,
    /// For each reader, the indices of what it numbered.
    readers: Vec<ReaderIndices>,
    /// All units, each once per experiment.
    pub(super) seen: SeenUnits,
    /// The units of each layer. A unit of an experiment may have had another answer before.
    seen_in_layers: SeenUnits,
    /// Exposures of units that couldn't be remembered.
    pub(super) beyond_limit: u64,
}

/// The summary's indices for a reader's numbers.
#[derive(Default)]
struct ReaderIndices {
    /// `None` for kinds beyond the limit.
    kinds: Vec<Option<usize>>,
    layers: Vec<usize>,
}

impl BlockMerger {
    pub(super) fn new(most_units: usize) -> Self {
        Self {
            summary: ExposureSummary::default(),
            readers: Vec::new(),
            seen: SeenUnits::new(most_units),
            seen_in_layers: SeenUnits::new(most_units),
            beyond_limit: 0,
        }
    }

    /// Starts with readers that haven't numbered anything.
    pub(super) fn begin(&mut self, readers: usize) {
        self.readers.clear();
        self.readers.resize_with(readers, ReaderIndices::default);
    }

    /// Counts a block of this reader. Blocks come in the order of their rows.
    pub(super) fn merge(&mut self, reader: usize, block: ExposureBlock) {
        for kind in block.kinds {
            let index = self.add_kind(kind);
            self.readers[reader].kinds.push(index);
        }
        for layer_id in block.layers {
            let index = self.summary.add_layer(layer_id);
            self.readers[reader].layers.push(index);
        }
        self.summary.skips_mut().join(block.skipped);
        let indices = std::mem::take(&mut self.readers[reader]);
        let layer_index = |slot: UnitSlot| indices.layers[slot.layer as usize];
        for group in block.exposures.chunks(LOOKUPS) {
            for exposure in group {
                if let Some(kind) = indices.kinds[exposure.kind as usize] {
                    let experiment = self.summary.experiment_index(kind);
                    self.seen.prefetch(mix_hash(exposure.unit, experiment));
                    if let Some(slot) = exposure.unit_slot {
                        let hash = mix_hash(exposure.unit, layer_index(slot));
                        self.seen_in_layers.prefetch(hash);
                    }
                }
            }
            for exposure in group {
                let Some(kind) = indices.kinds[exposure.kind as usize] else {
                    let skips = self.summary.skips_mut();
                    skips.add_fault(block.last_row, Fault::TooManyKinds);
                    continue;
                };
                let is_arm = self.summary.is_arm(kind);
                if is_arm {
                    self.count_arm(kind, exposure);
                } else {
                    self.summary.record_kind(kind, exposure.at);
                }
                if let Some(slot) = exposure.unit_slot {
                    self.count_in_layer(is_arm, layer_index(slot), slot.slot, exposure);
                }
            }
        }
        self.readers[reader] = indices;
    }

    /// Returns how many bytes it takes to remember the units and their order.
    pub(super) fn bytes(&self) -> usize {
        self.seen.bytes() + self.seen_in_layers.bytes() + self.summary.series_bytes()
    }

    /// Returns the index of a kind, or `None` beyond the limit.
    fn add_kind(&mut self, kind: ExposureKind) -> Option<usize> {
        let is_full = self.summary.kind_count() >= MAX_KINDS;
        (!is_full || self.summary.has_kind(&kind)).then(|| self.summary.add_kind(kind))
    }

    fn count_arm(&mut self, arm: usize, exposure: &Exposure) {
        let experiment = self.summary.experiment_index(arm);
        // Kinds are limited to 16 bits.
        let kind = u16::try_from(arm).unwrap_or_default();
        let sighting = self.seen.insert(mix_hash(exposure.unit, experiment), kind);
        let is_first = sighting == Sighting::First;
        self.summary.record_arm(arm, exposure.at, is_first);
        match sighting {
            Sighting::First => {}
            Sighting::Full => self.beyond_limit += 1,
            Sighting::Known(mut unit) => {
                let first = usize::from(unit.kind());
                let is_other = first != arm && !self.summary.have_same_variant(first, arm);
                if is_other && unit.mark_conflict() {
                    self.summary.record_arm_conflict(arm);
                }
            }
        }
    }

    fn count_in_layer(&mut self, is_arm: bool, layer: usize, slot: u32, exposure: &Exposure) {
        if !is_arm {
            self.summary.mark_complete(layer);
        }
        let hash = mix_hash(exposure.unit, layer);
        if self.seen_in_layers.insert(hash, 0) == Sighting::First {
            self.summary.record_slot(layer, slot, exposure.at);
        }
    }
}

/// Mixes the hash of a unit with an experiment. For one experiment this is a permutation, so only
/// units with equal hashes can be confused.
fn mix_hash(unit: u64, experiment: usize) -> u64 {
    let mut mixed = unit ^ (experiment as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 32)
}
