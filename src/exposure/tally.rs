//! Exposures put together: counts by arm and by status, and each unit once.

use std::collections::HashMap;

use jiff::Timestamp;

use super::kind::{Kind, MOST_KINDS, TOO_MANY};
use super::row::{Block, Exposure, Skips};
use super::seen::{Seen, Sight};
use super::windows::Windows;
use crate::domain::{ExperimentId, GroupName, VariantName};

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
    /// The earliest one's time, whichever was written first.
    pub first: Timestamp,
    /// The latest one's.
    pub last: Timestamp,
    /// Its number among the kinds of exposures.
    pub(super) kind: usize,
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
    readers: Vec<Vec<Option<usize>>>,
    /// The units of each experiment that were seen with several variants, and its number.
    conflicts: Vec<u64>,
    experiments: HashMap<ExperimentId, usize>,
    /// The units of each experiment's group, and its number.
    split_units: Vec<u64>,
    splits: HashMap<(usize, Option<GroupName>), usize>,
    pub(super) seen: Seen,
    pub(super) windows: Windows,
    pub(super) skipped: Skips,
    /// Exposures of units that came when there was no room to remember them.
    pub(super) beyond_limit: u64,
}

struct Count {
    kind: Kind,
    /// The index of an arm's experiment.
    experiment: usize,
    /// The index of its group.
    split: usize,
    /// The group's units at the last exposure.
    split_units: u64,
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
            conflicts: Vec::new(),
            experiments: HashMap::new(),
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
        self.readers = vec![Vec::new(); readers];
    }

    /// Counts a block of this reader. Blocks come in the order of their rows.
    pub(super) fn merge(&mut self, reader: usize, block: Block) {
        for kind in block.kinds {
            let number = self.number(kind);
            self.readers[reader].push(number);
        }
        self.skipped.join(block.skipped);
        let numbers = std::mem::take(&mut self.readers[reader]);
        for group in block.exposures.chunks(AT_ONCE) {
            for exposure in group {
                if let Some(number) = numbers[exposure.kind as usize] {
                    let experiment = self.kinds[number].experiment;
                    self.seen.fetch(mixed(exposure.unit, experiment));
                }
            }
            for exposure in group {
                match numbers[exposure.kind as usize] {
                    Some(number) => self.count(number, exposure),
                    None => self.skipped.add(block.through, TOO_MANY),
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
        let (experiment, split) = match &kind {
            Kind::Arm {
                experiment_id,
                group,
                ..
            } => {
                let experiment = self.experiment(experiment_id);
                (experiment, self.split(experiment, group.as_ref()))
            }
            Kind::Status { .. } => (0, 0),
        };
        let number = Some(self.kinds.len());
        self.numbers.insert(kind.clone(), number);
        self.kinds.push(Count {
            kind,
            experiment,
            split,
            split_units: 0,
            units: 0,
            exposures: 0,
            first: i64::MAX,
            last: i64::MIN,
        });
        number
    }

    fn experiment(&mut self, id: &ExperimentId) -> usize {
        if let Some(number) = self.experiments.get(id) {
            return *number;
        }
        let number = self.conflicts.len();
        self.experiments.insert(id.clone(), number);
        self.conflicts.push(0);
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
        *split += u64::from(is_first);
        count.units += u64::from(is_first);
        count.split_units = *split;
        self.windows.add(number, exposure.at, is_first);
        match sight {
            Sight::First => {}
            Sight::Full => self.beyond_limit += 1,
            Sight::Again(mut entry) => {
                let first = usize::from(entry.kind());
                let is_other = first != number
                    && self.kinds[first].kind.variant() != self.kinds[number].kind.variant();
                if is_other && entry.conflicts() {
                    self.conflicts[experiment] += 1;
                }
            }
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
                first: time(count.first)?,
                last: time(count.last)?,
                kind: number,
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
        let number = self.experiments.get(id);
        number.map_or(0, |number| self.conflicts[*number])
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
