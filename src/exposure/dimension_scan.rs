//! Counts the units of a log in a file by the values of further columns.
//!
//! This is a scan of its own: few questions need it, and the counts that all others need stay small without it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher;
use std::ops::ControlFlow;

use foldhash::fast;
use foldhash::quality::RandomState;
use jiff::Timestamp;

use super::columns::Further;
use super::decode::{KindNumbers, RowReader};
use super::engine::RowRange;
use super::exposure_counts::ExposureKind;
use super::open::open_source;
use super::scan::{Decode, READERS, Scan};
use super::value::{Values, read_any_text};
use super::{CountOptions, Dimension, DimensionUnits, LogError, LogLocation, Progress};
use crate::domain::ExperimentId;

/// The most values of a column.
pub(super) const MAX_VALUES: usize = (1 << 16) - 1;

/// Counts each unit once per experiment, with the values of its first row there: one scan for each column.
pub(super) fn count(
    location: &LogLocation,
    columns: &[String],
    since: Option<Timestamp>,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Option<Vec<Dimension>>, LogError> {
    let mut dimensions = Vec::with_capacity(columns.len());
    for (scanned, column) in columns.iter().enumerate() {
        let mut watch = |read: Progress| {
            let fraction = (scanned as f64 + read.fraction) / columns.len() as f64;
            watch(Progress::new(read.rows, fraction))
        };
        let Some(units) = count_units(location, column, since, &mut watch)? else {
            return Ok(None);
        };
        dimensions.push(Dimension {
            name: column.clone(),
            units,
        });
    }
    Ok(Some(dimensions))
}

fn count_units(
    location: &LogLocation,
    column: &str,
    since: Option<Timestamp>,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Option<Vec<DimensionUnits>>, LogError> {
    let source = open_source(location, &Further::Dimension(column.to_owned()))?;
    let Some(range) = RowRange::all(&*source)? else {
        return Ok(Some(Vec::new()));
    };
    let since = since.map_or(i64::MIN, Timestamp::as_microsecond);
    let hashing = RandomState::default();
    let scan = Scan {
        range,
        decoder: &|| DimensionDecoder {
            reader: RowReader::new(since),
            hashing: hashing.clone(),
            kinds: KindNumbers::default(),
            values: HashMap::new(),
            block: DimensionBlock::default(),
        },
    };
    let mut merger = DimensionMerger::default();
    let mut rows = 0;
    let read = scan.run(&*source, &mut |reader, block| {
        rows += block.rows;
        let fraction = range.fraction(block.last_row);
        merger.merge(reader, block);
        if merger.values.len() > MAX_VALUES {
            return ControlFlow::Break(());
        }
        watch(Progress::new(rows, fraction))
    })?;
    if merger.values.len() > MAX_VALUES {
        return Err(LogError::TooManyValues {
            column: column.to_owned(),
            limit: MAX_VALUES,
        });
    }
    Ok(read.is_continue().then(|| merger.into_units()))
}

/// Turns rows into blocks.
struct DimensionDecoder {
    reader: RowReader,
    hashing: RandomState,
    kinds: KindNumbers,
    /// The number that this reader gave to each value.
    values: HashMap<Option<String>, u32>,
    block: DimensionBlock,
}

/// Neighboring rows that can be counted.
#[derive(Default)]
struct DimensionBlock {
    /// The unit's hash, and the reader's numbers of kind and value.
    exposures: Vec<(u64, u32, u32)>,
    /// The kinds and values that are new to this reader, in order of their numbers.
    kinds: Vec<ExposureKind>,
    values: Vec<Option<String>>,
    rows: u64,
    last_row: i64,
}

impl Decode for DimensionDecoder {
    type Block = DimensionBlock;

    fn take(&mut self, values: &Values, _: &dyn Fn() -> i64) {
        self.block.rows += 1;
        let kinds = &mut self.kinds;
        let read = self.reader.read(values, |values| kinds.kind_number(values));
        let Some(Ok((row, kind))) = read else { return };
        let value = read_any_text(values.further[0]).filter(|value| !value.is_empty());
        let unit = self.hashing.hash_one(row.unit.as_bytes());
        let value = value.map(std::borrow::Cow::into_owned);
        let number = if let Some(number) = self.values.get(&value) {
            *number
        } else {
            let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
            self.block.values.push(value.clone());
            self.values.insert(value, number);
            number
        };
        self.block.exposures.push((unit, kind, number));
    }

    fn rows(&self) -> u64 {
        self.block.rows
    }

    fn finish_block(&mut self, last_row: i64) -> DimensionBlock {
        self.block.last_row = last_row;
        self.block.kinds = self.kinds.take_fresh();
        std::mem::take(&mut self.block)
    }
}

/// Counts blocks in the order of their rows.
#[derive(Default)]
struct DimensionMerger {
    readers: [ReaderNumbers; READERS],
    kinds: Vec<ExposureKind>,
    kind_indices: HashMap<ExposureKind, usize>,
    /// The index of each kind's experiment; `None` for an answer without a variant.
    experiments: Vec<Option<usize>>,
    experiment_indices: HashMap<ExperimentId, usize>,
    values: Vec<Option<String>>,
    value_indices: HashMap<Option<String>, usize>,
    /// The units that were seen, by experiment.
    seen: HashSet<(usize, u64), fast::RandomState>,
    /// The units of each kind and value.
    units: BTreeMap<(usize, usize), u64>,
}

/// The merger's indices for a reader's numbers.
#[derive(Default)]
struct ReaderNumbers {
    kinds: Vec<usize>,
    values: Vec<usize>,
}

impl DimensionMerger {
    fn merge(&mut self, reader: usize, block: DimensionBlock) {
        for kind in block.kinds {
            let index = self.kind_index(kind);
            self.readers[reader].kinds.push(index);
        }
        for value in block.values {
            let next = self.values.len();
            let index = *self.value_indices.entry(value).or_insert_with_key(|value| {
                self.values.push(value.clone());
                next
            });
            self.readers[reader].values.push(index);
        }
        let numbers = &self.readers[reader];
        for (unit, kind, value) in block.exposures {
            let (kind, value) = (numbers.kinds[kind as usize], numbers.values[value as usize]);
            let Some(experiment) = self.experiments[kind] else {
                continue;
            };
            // As many as the counts themselves remember.
            let has_room = self.seen.len() < CountOptions::default().most_units;
            if has_room && self.seen.insert((experiment, unit)) {
                *self.units.entry((kind, value)).or_default() += 1;
            }
        }
    }

    fn kind_index(&mut self, kind: ExposureKind) -> usize {
        if let Some(index) = self.kind_indices.get(&kind) {
            return *index;
        }
        let experiment = match &kind {
            ExposureKind::Arm { experiment_id, .. } => {
                let next = self.experiment_indices.len();
                let index = self.experiment_indices.entry(experiment_id.clone());
                Some(*index.or_insert(next))
            }
            ExposureKind::Status { .. } => None,
        };
        let index = self.kinds.len();
        self.experiments.push(experiment);
        self.kind_indices.insert(kind.clone(), index);
        self.kinds.push(kind);
        index
    }

    fn into_units(self) -> Vec<DimensionUnits> {
        let units = self.units.iter().filter_map(|((kind, value), units)| {
            let ExposureKind::Arm {
                experiment_id,
                group,
                variant,
            } = &self.kinds[*kind]
            else {
                return None;
            };
            Some(DimensionUnits {
                experiment_id: experiment_id.clone(),
                group: group.clone(),
                variant: variant.clone(),
                value: self.values[*value].clone(),
                units: *units,
            })
        });
        let mut units: Vec<DimensionUnits> = units.collect();
        units.sort();
        units
    }
}
