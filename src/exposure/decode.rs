//! Decodes rows to exposures, block by block, for the thread that counts.
//!
//! A log has many rows but few kinds of exposures. So each reader numbers the kinds and layers that it
//! finds, and decodes each of them once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher};

use foldhash::{fast, quality};

use super::clock::Clock;
use super::exposure_counts::ExposureKind;
use super::scan::Decode;
use super::skips::{Fault, Skips, UnreadableRow};
use super::value::{
    LogColumn, Value, Values, WrongType, read_any_text, read_id, read_slot, read_text,
};
use crate::assign::AssignmentStatus;
use crate::domain::{ExperimentId, GroupName, LayerId};

/// The most kinds: they have 16 bits in the memory of units, where 0 means none.
pub(super) const MAX_KINDS: usize = (1 << 16) - 1;
/// The most bytes of text of all kinds together.
const MAX_BYTES: usize = 1 << 26;

/// The most layers; rows of further layers are counted without their slot.
const MAX_LAYERS: usize = 1 << 16;
/// No layer has as many slots.
pub(super) const MAX_SLOTS: u32 = 1 << 20;

/// One row, kept small: a log may send ten million from thread to thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exposure {
    /// The unit's hash.
    pub(super) unit: u64,
    /// Its time in microseconds since 1970.
    pub(super) at: i64,
    /// The number that its reader gave to its kind.
    pub(super) kind: u32,
    /// The unit's slot, if a layer can have it.
    pub(super) unit_slot: Option<UnitSlot>,
}

/// A slot of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnitSlot {
    /// The number that the reader gave to the layer.
    pub(super) layer: u32,
    pub(super) slot: u32,
}

/// Neighboring rows in order.
#[derive(Debug, Default)]
pub(super) struct ExposureBlock {
    pub(super) exposures: Vec<Exposure>,
    /// The kinds that are new to this reader, in order of their numbers.
    pub(super) kinds: Vec<ExposureKind>,
    /// The layers that are new to this reader, in order of their numbers.
    pub(super) layers: Vec<LayerId>,
    pub(super) skipped: Skips,
    /// The number of rows read.
    pub(super) rows: u64,
    /// All rows up to this id were read.
    pub(super) last_row: i64,
}

/// Turns rows into blocks.
pub(super) struct BlockDecoder {
    kinds: KindNumbers,
    layers: LayerNumbers,
    reader: RowReader,
    /// Hashes units.
    hashing: quality::RandomState,
    block: ExposureBlock,
}

impl BlockDecoder {
    pub(super) fn new(hashing: quality::RandomState, since: i64) -> Self {
        Self {
            kinds: KindNumbers::default(),
            layers: LayerNumbers::default(),
            reader: RowReader::new(since),
            hashing,
            block: ExposureBlock::default(),
        }
    }

    fn hash(&self, unit_id: &str) -> u64 {
        let mut hasher = self.hashing.build_hasher();
        hasher.write(unit_id.as_bytes());
        hasher.finish()
    }
}

impl Decode for BlockDecoder {
    type Block = ExposureBlock;

    fn take(&mut self, values: &Values, row_id: &dyn Fn() -> i64) {
        self.block.rows += 1;
        let kinds = &mut self.kinds;
        match self.reader.read(values, |values| kinds.kind_number(values)) {
            None => {}
            Some(Ok((row, kind))) => self.block.exposures.push(Exposure {
                unit: self.hash(&row.unit),
                at: row.at,
                kind,
                unit_slot: self.layers.unit_slot(&row),
            }),
            Some(Err(row)) => self.block.skipped.add_unreadable(row_id(), row),
        }
    }

    fn rows(&self) -> u64 {
        self.block.rows
    }

    fn finish_block(&mut self, last_row: i64) -> ExposureBlock {
        self.block.last_row = last_row;
        self.block.kinds = self.kinds.take_fresh();
        self.block.layers = self.layers.take_fresh();
        let next = ExposureBlock {
            exposures: Vec::with_capacity(self.block.exposures.len()),
            ..ExposureBlock::default()
        };
        std::mem::replace(&mut self.block, next)
    }
}

/// A row apart from its kind.
pub(super) struct RowHead<'r> {
    pub(super) unit: Cow<'r, str>,
    /// `None` where the log has no column for it.
    pub(super) layer: Option<Cow<'r, str>>,
    pub(super) slot: Option<i64>,
    /// In microseconds since 1970.
    pub(super) at: i64,
}

/// Reads rows, or finds what is wrong with them.
pub(super) struct RowReader {
    clock: Clock,
    /// Rows before this time are ignored.
    since: i64,
}

impl RowReader {
    pub(super) fn new(since: i64) -> Self {
        let clock = Clock::default();
        Self { clock, since }
    }

    /// Reads a row, with its kind as `kind` returns it. `None` if the row is ignored.
    pub(super) fn read<'r, K>(
        &mut self,
        values: &Values<'r>,
        kind: impl FnOnce(&Values<'r>) -> Result<K, Fault>,
    ) -> Option<Result<(RowHead<'r>, K), UnreadableRow<'r>>> {
        let at = self.clock.read_micros(values.time);
        if at.is_ok_and(|at| at < self.since) {
            return None;
        }
        let needed = |column: LogColumn, text: Result<Option<Cow<'r, str>>, WrongType>| {
            let text = text.map_err(|WrongType| Fault::NotText(column))?;
            text.ok_or(Fault::Missing(column))
        };
        let read = || {
            let unit = needed(LogColumn::Unit, read_id(values.unit))?;
            let kind = kind(values)?;
            let head = RowHead {
                unit,
                layer: values
                    .layer
                    .map(|layer| needed(LogColumn::Layer, read_text(layer)))
                    .transpose()?,
                slot: read_slot(values.slot).map_err(|WrongType| Fault::SlotNotWhole)?,
                at: at?,
            };
            Ok((head, kind))
        };
        Some(read().map_err(|fault: Fault| {
            UnreadableRow {
                fault,
                value: fault
                    .column()
                    .map_or(Value::Null, |column| values.get(column)),
            }
        }))
    }
}

/// The kinds that one reader found, by the bytes of their values.
#[derive(Default)]
pub(super) struct KindNumbers {
    /// The number of each kind, or why it can't be counted.
    numbers: HashMap<Vec<u8>, Result<u32, Fault>, fast::RandomState>,
    key: Vec<u8>,
    bytes: usize,
    /// The number of kinds that can be counted.
    len: u32,
    /// Those since the last [`take_fresh`](Self::take_fresh), in order of their numbers.
    fresh: Vec<ExposureKind>,
}

impl KindNumbers {
    /// Returns the number of the row's kind, or why it can't be counted.
    pub(super) fn kind_number(&mut self, values: &Values) -> Result<u32, Fault> {
        self.key.clear();
        for value in [
            values.experiment,
            values.variant,
            values.status,
            values.group,
        ] {
            // Type and length keep neighboring values apart.
            let (tag, bytes): (u8, &[u8]) = match value {
                Value::Null => (0, &[]),
                Value::Integer(number) => (1, &number.to_le_bytes()),
                Value::Real(number) => (2, &number.to_le_bytes()),
                Value::Text(text) => (3, text),
                Value::Time(micros) => (4, &micros.to_le_bytes()),
            };
            let start = bytes.len() << 3 | usize::from(tag);
            self.key.extend_from_slice(&start.to_le_bytes());
            self.key.extend_from_slice(bytes);
        }
        if let Some(known) = self.numbers.get(&self.key) {
            return *known;
        }
        let bytes = self.bytes + self.key.len();
        if self.numbers.len() >= MAX_KINDS || bytes > MAX_BYTES {
            return Err(Fault::TooManyKinds);
        }
        self.bytes = bytes;
        let number = exposure_kind(values).map(|kind| {
            self.fresh.push(kind);
            self.len += 1;
            self.len - 1
        });
        self.numbers.insert(self.key.clone(), number);
        number
    }

    /// Takes the kinds that are new since the last call.
    pub(super) fn take_fresh(&mut self) -> Vec<ExposureKind> {
        std::mem::take(&mut self.fresh)
    }
}

/// The values of a row's kind.
pub(super) struct RowKind<'r> {
    pub(super) experiment: Option<Cow<'r, str>>,
    pub(super) group: Option<Cow<'r, str>>,
    pub(super) variant: Option<Cow<'r, str>>,
    pub(super) status: Cow<'r, str>,
    pub(super) is_assigned: bool,
}

/// Reads a row's kind, or finds what is wrong with it.
pub(super) fn read_kind<'r>(values: &Values<'r>) -> Result<RowKind<'r>, Fault> {
    let column = |column: LogColumn| {
        let text = read_text(values.get(column));
        text.map_err(|_| Fault::NotText(column))
    };
    let status = column(LogColumn::Status)?.ok_or(Fault::Missing(LogColumn::Status))?;
    let known = AssignmentStatus::ALL
        .into_iter()
        .find(|known| known.is_written(&status));
    let is_assigned = known.ok_or(Fault::UnknownStatus)? == AssignmentStatus::Assigned;
    let experiment = column(LogColumn::Experiment)?;
    let variant = column(LogColumn::Variant)?;
    if is_assigned && experiment.is_none() {
        return Err(Fault::NoExperiment);
    }
    if is_assigned && variant.is_none() {
        return Err(Fault::NoVariant);
    }
    Ok(RowKind {
        experiment,
        group: read_any_text(values.group),
        variant,
        status,
        is_assigned,
    })
}

fn exposure_kind(values: &Values) -> Result<ExposureKind, Fault> {
    let kind = read_kind(values)?;
    let experiment_id = kind
        .experiment
        .map(|id| ExperimentId::from(id.into_owned()));
    match (experiment_id, kind.variant) {
        (Some(experiment_id), Some(variant)) if kind.is_assigned => Ok(ExposureKind::Arm {
            experiment_id,
            group: kind.group.map(|group| GroupName::from(group.into_owned())),
            variant: variant.into_owned().into(),
        }),
        (experiment_id, _) => Ok(ExposureKind::Status {
            experiment_id,
            status: kind.status.into_owned(),
        }),
    }
}

/// The layers that one reader found.
#[derive(Default)]
pub(super) struct LayerNumbers {
    numbers: HashMap<String, u32, fast::RandomState>,
    /// The layer of the last row, mostly also that of the next one.
    last: String,
    last_number: Option<u32>,
    /// Those since the last [`take_fresh`](Self::take_fresh), in order of their numbers.
    fresh: Vec<LayerId>,
}

impl LayerNumbers {
    /// Returns the slot of a row, if a layer can have it.
    pub(super) fn unit_slot(&mut self, row: &RowHead) -> Option<UnitSlot> {
        let slot = u32::try_from(row.slot?).ok()?;
        if slot >= MAX_SLOTS {
            return None;
        }
        let id = row.layer.as_deref()?;
        let last = self.last_number.filter(|_| self.last == id);
        let layer = match last {
            Some(number) => number,
            None => self.layer_number(id)?,
        };
        Some(UnitSlot { layer, slot })
    }

    fn layer_number(&mut self, id: &str) -> Option<u32> {
        let number = match self.numbers.get(id) {
            Some(number) => *number,
            None if self.numbers.len() >= MAX_LAYERS => return None,
            None => {
                let number = u32::try_from(self.numbers.len()).ok()?;
                self.numbers.insert(id.to_owned(), number);
                self.fresh.push(id.into());
                number
            }
        };
        id.clone_into(&mut self.last);
        self.last_number = Some(number);
        Some(number)
    }

    /// Takes the layers that are new since the last call.
    pub(super) fn take_fresh(&mut self) -> Vec<LayerId> {
        std::mem::take(&mut self.fresh)
    }
}

/// Returns a row's fingerprint, which changes when a counted value changes.
pub(super) fn fingerprint(id: i64, values: &Values) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    for value in [
        values.unit,
        values.experiment,
        values.variant,
        values.status,
        values.time,
        values.group,
        values.get(LogColumn::Layer),
        values.slot,
    ] {
        match value {
            Value::Null => 0_u8.hash(&mut hasher),
            Value::Integer(number) | Value::Time(number) => number.hash(&mut hasher),
            Value::Real(number) => number.to_bits().hash(&mut hasher),
            Value::Text(bytes) => bytes.hash(&mut hasher),
        }
    }
    hasher.finish()
}
