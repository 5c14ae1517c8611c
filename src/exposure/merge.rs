//! Counts blocks in the order of their rows, each unit once.

use super::decode::{Exposure, ExposureBlock, MAX_KINDS};
use super::exposure_counts::ExposureKind;
use super::seen::{SeenUnit, SeenUnits};
use super::skips::Fault;
use super::summary::ExposureSummary;

/// The number of exposures whose units are looked up together: each is somewhere else in memory, and
/// waiting for all of them takes little longer than for one.
const LOOKUPS: usize = 64;

/// Counts blocks into a summary.
pub(super) struct BlockMerger {
    pub(super) counts: UnitCounts,
    seen: SeenUnits,
    /// For each experiment, where its units are looked up; `None` before its first exposure.
    homes: Vec<Option<UnitHome>>,
    /// For each reader, the indices of what it numbered.
    readers: Vec<ReaderIndices>,
}

/// The summary, and how many units are remembered for it.
pub(super) struct UnitCounts {
    pub(super) summary: ExposureSummary,
    /// The most units to remember, each once per experiment, and again each once per layer.
    most_units: usize,
    /// The number of remembered units, each once per experiment.
    pub(super) experiment_units: usize,
    /// The number of remembered units, each once per layer.
    layer_units: usize,
    /// Exposures of units that couldn't be remembered.
    pub(super) beyond_limit: u64,
}

/// Where an experiment's units are looked up.
#[derive(Clone, Copy)]
struct UnitHome {
    /// The layer of its first exposure, so that a unit is mostly found once for layer and experiment.
    /// Without one, the experiment itself.
    place: UnitPlace,
    /// Whether the layer's entries of some units belong to another experiment. The experiment has
    /// entries of its own for them.
    has_own: bool,
}

/// What an entry of a unit belongs to, by index.
#[derive(Clone, Copy, PartialEq, Eq)]
enum UnitPlace {
    Layer(usize),
    Experiment(usize),
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
            counts: UnitCounts {
                summary: ExposureSummary::default(),
                most_units,
                experiment_units: 0,
                layer_units: 0,
                beyond_limit: 0,
            },
            seen: SeenUnits::new(),
            homes: Vec::new(),
            readers: Vec::new(),
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
            let index = self.counts.summary.add_layer(layer_id);
            self.readers[reader].layers.push(index);
        }
        self.counts.summary.skips_mut().join(block.skipped);
        let indices = std::mem::take(&mut self.readers[reader]);
        let layer_of = |exposure: &Exposure| {
            let slot = exposure.unit_slot?;
            Some((indices.layers[slot.layer as usize], slot.slot))
        };
        let mut hashes = Vec::with_capacity(LOOKUPS);
        for group in block.exposures.chunks(LOOKUPS) {
            hashes.clear();
            for exposure in group {
                if let Some(kind) = indices.kinds[exposure.kind as usize] {
                    self.add_hashes(&mut hashes, kind, layer_of(exposure), exposure.unit);
                }
            }
            self.seen.prefetch(&hashes);
            for exposure in group {
                if let Some(kind) = indices.kinds[exposure.kind as usize] {
                    self.count(kind, layer_of(exposure), exposure);
                } else {
                    let skips = self.counts.summary.skips_mut();
                    skips.add_fault(block.last_row, Fault::TooManyKinds);
                }
            }
        }
        self.readers[reader] = indices;
    }

    /// Returns how many bytes it takes to remember the units and their order.
    pub(super) fn bytes(&self) -> usize {
        self.seen.bytes() + self.counts.summary.series_bytes()
    }

    /// Returns the index of a kind, or `None` beyond the limit.
    fn add_kind(&mut self, kind: ExposureKind) -> Option<usize> {
        let summary = &mut self.counts.summary;
        let is_full = summary.kind_count() >= MAX_KINDS;
        if is_full && !summary.has_kind(&kind) {
            return None;
        }
        let kind = summary.add_kind(kind);
        let experiments = summary.experiment_index(kind) + 1;
        if experiments > self.homes.len() {
            self.homes.resize(experiments, None);
        }
        Some(kind)
    }

    /// Adds the hashes that counting an exposure will probably look up.
    fn add_hashes(
        &self,
        hashes: &mut Vec<u64>,
        kind: usize,
        layer: Option<(usize, u32)>,
        unit: u64,
    ) {
        let layer = layer.map(|(layer, _)| UnitPlace::Layer(layer));
        hashes.extend(layer.map(|layer| layer.mix_hash(unit)));
        if !self.counts.summary.is_arm(kind) {
            return;
        }
        let experiment = self.counts.summary.experiment_index(kind);
        let Some(home) = self.homes[experiment] else {
            return;
        };
        if layer != Some(home.place) {
            hashes.push(home.place.mix_hash(unit));
        }
        if home.has_own {
            hashes.push(UnitPlace::Experiment(experiment).mix_hash(unit));
        }
    }

    /// Counts an exposure of this kind, in this layer and slot.
    fn count(&mut self, kind: usize, layer: Option<(usize, u32)>, exposure: &Exposure) {
        let Self { counts, seen, .. } = self;
        let is_arm = counts.summary.is_arm(kind);
        let mut in_layer = None;
        if let Some((layer, slot)) = layer {
            let place = UnitPlace::Layer(layer);
            let mut unit = seen.find(place.mix_hash(exposure.unit));
            counts.record_in_layer(&mut unit, layer, slot, exposure.at);
            if !is_arm {
                counts.summary.mark_complete(layer);
            }
            in_layer = Some((place, unit));
        }
        if !is_arm {
            counts.summary.record_kind(kind, exposure.at);
            return;
        }
        let experiment = counts.summary.experiment_index(kind);
        let own = UnitPlace::Experiment(experiment);
        let home = self.homes[experiment].get_or_insert_with(|| UnitHome {
            place: in_layer.as_ref().map_or(own, |(layer, _)| *layer),
            has_own: false,
        });
        let mut unit = match in_layer {
            Some((layer, unit)) if layer == home.place => unit,
            _ => seen.find(home.place.mix_hash(exposure.unit)),
        };
        let is_of_other = |first| counts.summary.experiment_index(first) != experiment;
        if unit.first_kind().is_some_and(is_of_other) {
            home.has_own = true;
            unit = seen.find(own.mix_hash(exposure.unit));
        }
        counts.record_arm(unit, kind, exposure.at);
    }
}

impl UnitCounts {
    /// Records a unit in a layer unless it was recorded there before.
    fn record_in_layer(&mut self, unit: &mut SeenUnit, layer: usize, slot: u32, at: i64) {
        if !unit.is_in_layer() && self.layer_units < self.most_units {
            unit.enter_layer();
            self.layer_units += 1;
            self.summary.record_slot(layer, slot, at);
        }
    }

    /// Records an exposure of this arm, with the unit's entry for the arm's experiment.
    fn record_arm(&mut self, mut unit: SeenUnit, arm: usize, at: i64) {
        let Some(first) = unit.first_kind() else {
            let is_remembered = self.experiment_units < self.most_units;
            if is_remembered {
                unit.set_first_kind(arm);
                self.experiment_units += 1;
            } else {
                self.beyond_limit += 1;
            }
            self.summary.record_arm(arm, at, is_remembered);
            return;
        };
        self.summary.record_arm(arm, at, false);
        let is_other = first != arm && !self.summary.have_same_variant(first, arm);
        if is_other && unit.mark_conflict() {
            self.summary.record_arm_conflict(arm);
        }
    }
}

impl UnitPlace {
    /// Mixes the hash of a unit with the place. For one place this is a permutation, so only units with
    /// equal hashes can be confused.
    fn mix_hash(self, unit: u64) -> u64 {
        let key = match self {
            Self::Layer(layer) => layer,
            Self::Experiment(experiment) => !experiment,
        };
        let mut mixed = unit ^ (key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ (mixed >> 32)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use proptest::prelude::*;

    use super::*;
    use crate::exposure::decode::UnitSlot;
    use crate::exposure::series::Series;

    const VARIANTS: usize = 3;
    const EXPERIMENTS: usize = 3;
    const LAYERS: usize = 3;

    /// A row of a log: unit, experiment, variant, layer and slot.
    type LogRow = (u64, usize, Option<usize>, Option<(usize, u32)>);

    fn kind((_, experiment, variant, _): LogRow) -> ExposureKind {
        let experiment_id = format!("e{experiment}").into();
        match variant {
            Some(variant) => ExposureKind::Arm {
                experiment_id,
                // The first variant comes in two groups.
                group: (variant == 1).then(|| "paid".into()),
                variant: format!("v{}", variant / 2).into(),
            },
            None => ExposureKind::Status {
                experiment_id: Some(experiment_id),
                status: "not_assigned".to_owned(),
            },
        }
    }

    fn hash_unit(unit: u64) -> u64 {
        UnitPlace::Layer(usize::MAX).mix_hash(unit.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn seconds(row: usize) -> i64 {
        1_772_323_200_000_000 + i64::try_from(row).expect("few rows") * 7_000_000
    }

    /// Counts rows in blocks, as two readers that take turns do.
    fn merge(rows: &[LogRow], block_rows: usize, most_units: usize) -> BlockMerger {
        let mut merger = BlockMerger::new(most_units);
        let mut numbers: [(Vec<ExposureKind>, Vec<usize>); 2] = Default::default();
        merger.begin(numbers.len());
        for (index, chunk) in rows.chunks(block_rows).enumerate() {
            let reader = index % numbers.len();
            let (kinds, layers) = &mut numbers[reader];
            let mut block = ExposureBlock::default();
            for (offset, row) in chunk.iter().enumerate() {
                let kind = kind(*row);
                let known = kinds.iter().position(|known| *known == kind);
                let kind = known.unwrap_or_else(|| {
                    block.kinds.push(kind.clone());
                    kinds.push(kind);
                    kinds.len() - 1
                });
                let unit_slot = row.3.map(|(layer, slot)| {
                    let known = layers.iter().position(|known| *known == layer);
                    let layer = known.unwrap_or_else(|| {
                        block.layers.push(format!("l{layer}").into());
                        layers.push(layer);
                        layers.len() - 1
                    });
                    let layer = u32::try_from(layer).expect("few layers");
                    UnitSlot { layer, slot }
                });
                block.exposures.push(Exposure {
                    unit: hash_unit(row.0),
                    at: seconds(index * block_rows + offset),
                    kind: u32::try_from(kind).expect("few kinds"),
                    unit_slot,
                });
            }
            merger.merge(reader, block);
        }
        merger
    }

    /// What counting is: every pair of a unit and its experiment or layer in a plain map.
    fn count_plainly(rows: &[LogRow], most_units: usize) -> (ExposureSummary, usize, u64) {
        let mut summary = ExposureSummary::default();
        let mut in_experiments: HashMap<(u64, usize), (usize, bool)> = HashMap::new();
        let mut in_layers: HashSet<(u64, usize)> = HashSet::new();
        let mut beyond_limit = 0;
        for (index, row) in rows.iter().enumerate() {
            let &(unit, experiment, variant, layer) = row;
            let at = seconds(index);
            let kind = summary.add_kind(kind(*row));
            if let Some(variant) = variant {
                let is_full = in_experiments.len() >= most_units;
                match in_experiments.get_mut(&(unit, experiment)) {
                    None if is_full => {
                        beyond_limit += 1;
                        summary.record_arm(kind, at, false);
                    }
                    None => {
                        in_experiments.insert((unit, experiment), (variant, false));
                        summary.record_arm(kind, at, true);
                    }
                    Some((first, has_conflict)) => {
                        summary.record_arm(kind, at, false);
                        if variant / 2 != *first / 2 && !*has_conflict {
                            *has_conflict = true;
                            summary.record_arm_conflict(kind);
                        }
                    }
                }
            } else {
                summary.record_kind(kind, at);
            }
            if let Some((layer, slot)) = layer {
                let layer_index = summary.add_layer(format!("l{layer}").into());
                if variant.is_none() {
                    summary.mark_complete(layer_index);
                }
                if in_layers.contains(&(unit, layer)) || in_layers.len() >= most_units {
                    continue;
                }
                in_layers.insert((unit, layer));
                summary.record_slot(layer_index, slot, at);
            }
        }
        (summary, in_experiments.len(), beyond_limit)
    }

    /// All that a summary tells.
    fn told(summary: &ExposureSummary) -> String {
        let series = |series: &Series| {
            let (last, fresh) = series.since_last_look();
            let looks: Vec<_> = series.looks_from(0).collect();
            format!("{looks:?} {last} {:?}", fresh.collect::<Vec<_>>())
        };
        let mut lines = vec![format!("{summary:?}")];
        for arm in summary.arms() {
            lines.push(format!("{:?}", summary.windows(&arm)));
        }
        for experiment in 0..EXPERIMENTS {
            let id = format!("e{experiment}").into();
            let looks: Vec<_> = summary.experiment_looks(&id, 0).collect();
            lines.push(format!("{} {looks:?}", summary.conflicting_units(&id)));
        }
        for layer in summary.complete_layers() {
            lines.push(format!("{} {}", layer.layer_id, series(layer.series)));
        }
        lines.join("\n")
    }

    fn log_row() -> impl Strategy<Value = LogRow> {
        let variant = prop::option::weighted(0.8, 0..VARIANTS);
        let layer = prop::option::weighted(0.9, (0..LAYERS, 0..4_u32));
        (0..30_u64, 0..EXPERIMENTS, variant, layer)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        /// Whatever rows a log has: units that move between experiments of a layer, experiments that are
        /// logged in several layers or in none, more units than can be remembered.
        #[test]
        fn merged_blocks_count_what_plain_maps_do(
            rows in prop::collection::vec(log_row(), 0..400),
            block_rows in 1..150_usize,
            most_units in prop_oneof![Just(usize::MAX), 0..80_usize],
        ) {
            let merger = merge(&rows, block_rows, most_units);
            let (summary, remembered, beyond_limit) = count_plainly(&rows, most_units);
            prop_assert_eq!(told(&merger.counts.summary), told(&summary));
            prop_assert_eq!(merger.counts.experiment_units, remembered);
            prop_assert_eq!(merger.counts.beyond_limit, beyond_limit);
        }

        /// As most logs are: each experiment in one layer, each unit mostly in one experiment.
        #[test]
        fn merged_blocks_count_what_plain_maps_do_where_layers_are_apart(
            rows in prop::collection::vec((0..200_u64, 0..VARIANTS, 0..100_u8), 0..2000),
            block_rows in 1..700_usize,
        ) {
            let rows: Vec<LogRow> = rows.into_iter().map(|(unit, variant, chance)| {
                let experiment = usize::try_from(unit).expect("few units") % EXPERIMENTS;
                let variant = (chance > 5).then_some(variant);
                (unit, experiment, variant, Some((experiment / 2, u32::from(chance) % 4)))
            }).collect();
            let merger = merge(&rows, block_rows, usize::MAX);
            let (summary, ..) = count_plainly(&rows, usize::MAX);
            prop_assert_eq!(told(&merger.counts.summary), told(&summary));
        }
    }
}
