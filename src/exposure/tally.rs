//! Exposures put together: counts by arm and by status, and each unit once.

use std::collections::HashMap;

use jiff::Timestamp;

use super::kind::{Kind, MOST_KINDS, TOO_MANY};
use super::layer::Place;
use super::row::{Block, Exposure, Skips};
use super::seen::{Seen, Sight};
use super::series::Series;
use super::windows::Windows;
use crate::domain::{ExperimentId, GroupName, LayerId, VariantName};

/// What one arm of an experiment, or of one of its groups, got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArmExposures {
    /// The experiment.
    pub experiment_id: ExperimentId,
    /// The group; `None` where the log has none.
    pub group: Option<GroupName>,
    /// The variant.
    pub variant: VariantName,
    /// How many units had their first exposure to the experiment here.
    pub units: u64,
    /// How many exposures there are: rows of the log.
    pub exposures: u64,
    /// How many units all arms of the same experiment and group got together since this one's last
    /// exposure, in the order of writing.
    pub units_elsewhere_since: u64,
    /// The same of all groups of the experiment.
    pub units_of_experiment_since: u64,
    /// The earliest one's time, whichever was written first.
    pub first: Timestamp,
    /// The latest one's.
    pub last: Timestamp,
    /// Its number among the kinds of exposures.
    pub(super) kind: usize,
    /// Its number among the arms of its experiment, by which the looks at that count it.
    pub(crate) number: u32,
    /// How many units the whole log had before this arm's first one; `None` without units.
    pub(crate) first_unit: Option<u64>,
}

/// What a layer got of which the log has answers that aren't `assigned`, so that all of its units are
/// in it: each once, by its first row in the layer whatever the answer was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LayerExposures<'c> {
    pub(crate) layer_id: &'c LayerId,
    /// The units by slot, in the order of writing.
    pub(crate) series: &'c Series,
}

/// Exposures without a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusExposures {
    /// The experiment on the unit's slot; `None` where there was none.
    pub experiment_id: Option<ExperimentId>,
    /// The status, as the log has it.
    pub status: String,
    /// How many there are.
    pub exposures: u64,
    /// The earliest one's time.
    pub first: Timestamp,
    /// The latest one's.
    pub last: Timestamp,
}

/// How many units are looked for at once: each is somewhere else in memory, and waiting for all of
/// them together takes little longer than for one.
const AT_ONCE: usize = 64;

/// All that was counted so far.
pub(super) struct Tally {
    kinds: Vec<Count>,
    numbers: HashMap<Kind, Option<usize>>,
    /// For each reader, the number here for each of its own; none for one too many.
    readers: Vec<Reader>,
    experiments: Vec<ExperimentCount>,
    experiment_numbers: HashMap<ExperimentId, usize>,
    layers: Vec<LayerCount>,
    layer_numbers: HashMap<LayerId, usize>,
    /// The layers that have answers that aren't `assigned`, in the order of the first of them.
    whole_layers: Vec<usize>,
    /// The units of each layer: those of an experiment may have had another answer before.
    seen_in_layers: Seen,
    /// All units, each once per experiment.
    units: u64,
    /// The units of each experiment's group, and its number.
    split_units: Vec<u64>,
    splits: HashMap<(usize, Option<GroupName>), usize>,
    pub(super) seen: Seen,
    pub(super) windows: Windows,
    pub(super) skipped: Skips,
    /// Exposures of units that came when there was no room to remember them.
    pub(super) beyond_limit: u64,
}

/// The numbers here for those of a reader.
#[derive(Default)]
struct Reader {
    /// `None` for one kind too many.
    kinds: Vec<Option<usize>>,
    layers: Vec<usize>,
}

#[derive(Default)]
struct ExperimentCount {
    /// Its units by arm.
    series: Series,
    /// How many arms it has.
    arms: u32,
    /// Units that were seen with several variants.
    conflicts: u64,
}

struct LayerCount {
    layer_id: LayerId,
    series: Series,
    /// Whether it has an answer that isn't `assigned`.
    is_whole: bool,
}

struct Count {
    kind: Kind,
    /// The number of an arm among those of its experiment.
    arm: u32,
    first_unit: Option<u64>,
    /// The index of an arm's experiment.
    experiment: usize,
    /// The index of its group.
    split: usize,
    /// The units of the group and of the experiment at the last exposure.
    split_units: u64,
    experiment_units: u64,
    units: u64,
    exposures: u64,
    first: i64,
    last: i64,
}

impl Tally {
    pub(super) fn new(most_units: usize, window: i64) -> Self {
        Self {
            kinds: Vec::new(),
            numbers: HashMap::new(),
            readers: Vec::new(),
            experiments: Vec::new(),
            experiment_numbers: HashMap::new(),
            layers: Vec::new(),
            layer_numbers: HashMap::new(),
            whole_layers: Vec::new(),
            seen_in_layers: Seen::new(most_units),
            units: 0,
            split_units: Vec::new(),
            splits: HashMap::new(),
            seen: Seen::new(most_units),
            windows: Windows::new(window),
            skipped: Skips::default(),
            beyond_limit: 0,
        }
    }

    /// Readers that know nothing yet will give blocks.
    pub(super) fn begin(&mut self, readers: usize) {
        self.readers.clear();
        self.readers.resize_with(readers, Reader::default);
    }

    /// Counts a block of this reader. Blocks come in the order of their rows.
    pub(super) fn merge(&mut self, reader: usize, block: Block) {
        for kind in block.kinds {
            let number = self.number(kind);
            self.readers[reader].kinds.push(number);
        }
        for layer_id in block.layers {
            let number = self.layer(layer_id);
            self.readers[reader].layers.push(number);
        }
        self.skipped.join(block.skipped);
        let numbers = std::mem::take(&mut self.readers[reader]);
        let layer_of = |place: Place| numbers.layers[place.layer as usize];
        for group in block.exposures.chunks(AT_ONCE) {
            for exposure in group {
                if let Some(number) = numbers.kinds[exposure.kind as usize] {
                    let experiment = self.kinds[number].experiment;
                    self.seen.fetch(mixed(exposure.unit, experiment));
                    if let Some(place) = exposure.place {
                        let hash = mixed(exposure.unit, layer_of(place));
                        self.seen_in_layers.fetch(hash);
                    }
                }
            }
            for exposure in group {
                let Some(number) = numbers.kinds[exposure.kind as usize] else {
                    self.skipped.add(block.last_row, TOO_MANY);
                    continue;
                };
                self.count(number, exposure);
                if let Some(place) = exposure.place {
                    self.count_in_layer(number, layer_of(place), place.slot, exposure);
                }
            }
        }
        self.readers[reader] = numbers;
    }

    /// The number of a kind; none for one too many.
    fn number(&mut self, kind: Kind) -> Option<usize> {
        if let Some(number) = self.numbers.get(&kind) {
            return *number;
        }
        if self.kinds.len() >= MOST_KINDS {
            return None;
        }
        let (experiment, split, arm) = match &kind {
            Kind::Arm {
                experiment_id,
                group,
                ..
            } => {
                let experiment = self.experiment(experiment_id);
                let count = &mut self.experiments[experiment];
                count.arms += 1;
                let arm = count.arms - 1;
                (experiment, self.split(experiment, group.as_ref()), arm)
            }
            Kind::Status { .. } => (0, 0, 0),
        };
        let number = Some(self.kinds.len());
        self.numbers.insert(kind.clone(), number);
        self.kinds.push(Count {
            kind,
            arm,
            first_unit: None,
            experiment,
            split,
            split_units: 0,
            experiment_units: 0,
            units: 0,
            exposures: 0,
            first: i64::MAX,
            last: i64::MIN,
        });
        number
    }

    fn experiment(&mut self, id: &ExperimentId) -> usize {
        if let Some(number) = self.experiment_numbers.get(id) {
            return *number;
        }
        let number = self.experiments.len();
        self.experiment_numbers.insert(id.clone(), number);
        self.experiments.push(ExperimentCount::default());
        number
    }

    fn layer(&mut self, layer_id: LayerId) -> usize {
        if let Some(number) = self.layer_numbers.get(&layer_id) {
            return *number;
        }
        let number = self.layers.len();
        self.layer_numbers.insert(layer_id.clone(), number);
        self.layers.push(LayerCount {
            layer_id,
            series: Series::default(),
            is_whole: false,
        });
        number
    }

    fn split(&mut self, experiment: usize, group: Option<&GroupName>) -> usize {
        let number = self.splits.entry((experiment, group.cloned()));
        *number.or_insert_with(|| {
            self.split_units.push(0);
            self.split_units.len() - 1
        })
    }

    fn count(&mut self, number: usize, exposure: &Exposure) {
        let count = &mut self.kinds[number];
        count.exposures += 1;
        count.first = count.first.min(exposure.at);
        count.last = count.last.max(exposure.at);
        if matches!(count.kind, Kind::Status { .. }) {
            return;
        }
        let experiment = count.experiment;
        let kind = u16::try_from(number).unwrap_or_default();
        let sight = self.seen.see(mixed(exposure.unit, experiment), kind);
        let is_first = sight == Sight::First;
        let split = &mut self.split_units[count.split];
        let of_experiment = &mut self.experiments[experiment];
        if is_first {
            *split += 1;
            count.units += 1;
            count.first_unit.get_or_insert(self.units);
            self.units += 1;
            of_experiment.series.push(count.arm, exposure.at);
        }
        count.split_units = *split;
        count.experiment_units = of_experiment.series.units();
        self.windows.add(number, exposure.at, is_first);
        match sight {
            Sight::First => {}
            Sight::Full => self.beyond_limit += 1,
            Sight::Again(mut entry) => {
                let first = usize::from(entry.kind());
                let is_other = first != number
                    && self.kinds[first].kind.variant() != self.kinds[number].kind.variant();
                if is_other && entry.conflicts() {
                    self.experiments[experiment].conflicts += 1;
                }
            }
        }
    }

    fn count_in_layer(&mut self, kind: usize, layer: usize, slot: u32, exposure: &Exposure) {
        let count = &mut self.layers[layer];
        if !count.is_whole && matches!(self.kinds[kind].kind, Kind::Status { .. }) {
            count.is_whole = true;
            self.whole_layers.push(layer);
        }
        let hash = mixed(exposure.unit, layer);
        if self.seen_in_layers.see(hash, 0) == Sight::First {
            count.series.push(slot, exposure.at);
        }
    }

    /// The arms, ordered by experiment, group and variant.
    pub(super) fn arms(&self) -> Vec<ArmExposures> {
        let counts = self.kinds.iter().enumerate();
        let arms = counts.filter_map(|(number, count)| match &count.kind {
            Kind::Status { .. } => None,
            Kind::Arm {
                experiment_id,
                group,
                variant,
            } => Some(ArmExposures {
                experiment_id: experiment_id.clone(),
                group: group.clone(),
                variant: variant.clone(),
                units: count.units,
                exposures: count.exposures,
                units_elsewhere_since: self.split_units[count.split] - count.split_units,
                units_of_experiment_since: self.experiments[count.experiment].series.units()
                    - count.experiment_units,
                first: time(count.first)?,
                last: time(count.last)?,
                kind: number,
                number: count.arm,
                first_unit: count.first_unit,
            }),
        });
        let mut arms: Vec<ArmExposures> = arms.collect();
        let key = |arm: &ArmExposures| {
            (
                arm.experiment_id.clone(),
                arm.group.clone(),
                arm.variant.clone(),
            )
        };
        arms.sort_by_cached_key(key);
        arms
    }

    /// The exposures without a variant, ordered by experiment and status.
    pub(super) fn statuses(&self) -> Vec<StatusExposures> {
        let statuses = self.kinds.iter().filter_map(|count| match &count.kind {
            Kind::Arm { .. } => None,
            Kind::Status {
                experiment_id,
                status,
            } => Some(StatusExposures {
                experiment_id: experiment_id.clone(),
                status: status.clone(),
                exposures: count.exposures,
                first: time(count.first)?,
                last: time(count.last)?,
            }),
        });
        let mut statuses: Vec<StatusExposures> = statuses.collect();
        statuses.sort_by_cached_key(|status| (status.experiment_id.clone(), status.status.clone()));
        statuses
    }

    /// How many units of the experiment were seen with more than one variant.
    pub(super) fn conflicting_units(&self, id: &ExperimentId) -> u64 {
        self.experiment_count(id).map_or(0, |count| count.conflicts)
    }

    /// The units of the experiment by arm, in the order of writing.
    pub(super) fn series(&self, id: &ExperimentId) -> Option<&Series> {
        Some(&self.experiment_count(id)?.series)
    }

    fn experiment_count(&self, id: &ExperimentId) -> Option<&ExperimentCount> {
        let number = self.experiment_numbers.get(id)?;
        Some(&self.experiments[*number])
    }

    /// The layers of which the log has all answers, in the order of their first ones that aren't
    /// `assigned`.
    pub(super) fn whole_layers(&self) -> impl Iterator<Item = LayerExposures<'_>> {
        self.whole_layers.iter().map(|number| LayerExposures {
            layer_id: &self.layers[*number].layer_id,
            series: &self.layers[*number].series,
        })
    }

    /// How many bytes it takes to remember the units, and in which order they came.
    pub(super) fn bytes(&self) -> usize {
        let experiments = self.experiments.iter().map(|count| &count.series);
        let layers = self.layers.iter().map(|count| &count.series);
        let series: usize = experiments.chain(layers).map(Series::bytes).sum();
        self.seen.bytes() + self.seen_in_layers.bytes() + series
    }
}

/// A time that was read from the log; none where nothing was: then first and last stand as far
/// apart as can be.
fn time(micros: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(micros).ok()
}

/// The hash of a unit and an experiment. For one experiment it is a permutation, so that only
/// units whose hashes agree can be taken for one.
fn mixed(unit: u64, experiment: usize) -> u64 {
    let mut mixed = unit ^ (experiment as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 32)
}
