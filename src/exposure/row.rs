//! From rows to exposures, block by block: what a reader hands to the one who counts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher};

use foldhash::quality::RandomState;

use super::clock::Clock;
use super::fault::Fault;
use super::kind::{Kind, Kinds};
use super::layer::{LayerNumbers, Place};
use super::scan::Decode;
use super::value::{Column, Unfit, Value, Values, id, shown, slot, text};
use crate::diagnostic::visible;
use crate::domain::LayerId;

/// One row, as small as can be: ten million of them pass from thread to thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exposure {
    /// The unit's hash.
    pub(super) unit: u64,
    /// When, in microseconds since 1970.
    pub(super) at: i64,
    /// The number of its kind with the reader that read it.
    pub(super) kind: u32,
    /// Where in its layer the unit is.
    pub(super) place: Option<Place>,
}

/// Rows that were left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// How many.
    pub rows: u64,
    /// The row id of the first one, or of one close after it.
    pub first_row: i64,
    /// What is wrong with it.
    pub reason: &'static str,
    /// The value that is wrong, its beginning if it is long. `None` where a value is missing, or
    /// none is to blame by itself.
    pub value: Option<String>,
    /// How to fix it, unless that is plain.
    pub hint: Option<&'static str>,
}

/// The most characters of a value that is wrong.
const MOST_SHOWN: usize = 60;

impl Skipped {
    fn new(row_id: i64, fault: Fault, value: Value) -> Self {
        let value = shown(value).map(|value| match value.char_indices().nth(MOST_SHOWN) {
            Some((end, _)) => format!("{}…", &value[..end]),
            None => value.into_owned(),
        });
        Self {
            rows: 1,
            first_row: row_id,
            reason: fault.reason(),
            value,
            hint: fault.hint(),
        }
    }
}

/// The reason, with the value and the hint if there are any, safe for a terminal.
impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)?;
        if let Some(value) = &self.value {
            write!(f, " (\"{}\")", visible(value))?;
        }
        if let Some(hint) = self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

/// Rows that were left out, by what is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Skips(BTreeMap<&'static str, Skipped>);

impl Skips {
    /// Those of each reason, by the reason.
    pub fn iter(&self) -> impl Iterator<Item = &Skipped> {
        self.0.values()
    }

    /// How many rows there are of all reasons.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.iter().map(|skipped| skipped.rows).sum()
    }

    /// All of them under the reason of the first one; none where no row was left out.
    #[must_use]
    pub fn total(&self) -> Option<Skipped> {
        let first = self.iter().min_by_key(|skipped| skipped.first_row)?;
        Some(Skipped {
            rows: self.rows(),
            ..first.clone()
        })
    }

    /// Adds a row that none of its values is to blame for.
    pub(super) fn add(&mut self, row_id: i64, fault: Fault) {
        self.add_row(
            row_id,
            Unreadable {
                fault,
                value: Value::Null,
            },
        );
    }

    /// Adds a row.
    pub(crate) fn add_row(&mut self, row_id: i64, row: Unreadable) {
        let earlier = self.0.entry(row.fault.reason());
        earlier
            .and_modify(|earlier| earlier.rows += 1)
            .or_insert_with(|| Skipped::new(row_id, row.fault, row.value));
    }

    /// Adds later ones.
    pub(crate) fn join(&mut self, later: Self) {
        later
            .0
            .into_values()
            .for_each(|skipped| self.add_all(skipped));
    }

    fn add_all(&mut self, later: Skipped) {
        let earlier = self.0.entry(later.reason);
        earlier
            .and_modify(|earlier| earlier.rows += later.rows)
            .or_insert(later);
    }
}

/// A row that can't be read.
#[derive(Clone, Copy)]
pub(crate) struct Unreadable<'r> {
    fault: Fault,
    value: Value<'r>,
}

/// What a row says besides its kind.
pub(super) struct Occasion<'r> {
    pub(super) unit: Cow<'r, str>,
    pub(super) layer: Cow<'r, str>,
    pub(super) slot: Option<i64>,
    /// In microseconds since 1970.
    pub(super) at: i64,
}

/// Tells rows that can be read from those that can't, for everyone who reads rows.
pub(super) struct RowReader {
    clock: Clock,
    /// Rows before this are left out.
    since: i64,
}

impl RowReader {
    pub(super) fn new(since: i64) -> Self {
        let clock = Clock::default();
        Self { clock, since }
    }

    /// The row, with its kind as `kind` reads it. `None` for one that is left out.
    pub(super) fn read<'r, K>(
        &mut self,
        values: &Values<'r>,
        kind: impl FnOnce(&Values<'r>) -> Result<K, Fault>,
    ) -> Option<Result<(Occasion<'r>, K), Unreadable<'r>>> {
        let at = self.clock.micros(values.time);
        if at.is_ok_and(|at| at < self.since) {
            return None;
        }
        let needed = |column: Column, text: Result<Option<Cow<'r, str>>, Unfit>| {
            let text = text.map_err(|Unfit| Fault::NotText(column))?;
            text.ok_or(Fault::Missing(column))
        };
        let read = || {
            let unit = needed(Column::Unit, id(values.unit))?;
            let kind = kind(values)?;
            let occasion = Occasion {
                unit,
                layer: needed(Column::Layer, text(values.layer))?,
                slot: slot(values.slot).map_err(|Unfit| Fault::SlotNotWhole)?,
                at: at?,
            };
            Ok((occasion, kind))
        };
        Some(read().map_err(|fault: Fault| {
            Unreadable {
                fault,
                value: fault
                    .column()
                    .map_or(Value::Null, |column| values.of(column)),
            }
        }))
    }
}

/// Neighbouring rows in order.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) exposures: Vec<Exposure>,
    /// The kinds that this reader hadn't met before, in order of their numbers.
    pub(super) kinds: Vec<Kind>,
    /// The layers that this reader hadn't met before, in order of their numbers.
    pub(super) layers: Vec<LayerId>,
    pub(super) skipped: Skips,
    /// How many rows there were.
    pub(super) rows: u64,
    /// No row up to this id is left unread.
    pub(super) last_row: i64,
}

/// Turns rows into blocks.
pub(super) struct Decoder {
    kinds: Kinds,
    layers: LayerNumbers,
    reader: RowReader,
    /// What units are hashed with.
    hashing: RandomState,
    block: Block,
}

impl Decoder {
    pub(super) fn new(hashing: RandomState, since: i64) -> Self {
        Self {
            kinds: Kinds::default(),
            layers: LayerNumbers::default(),
            reader: RowReader::new(since),
            hashing,
            block: Block::default(),
        }
    }

    fn hash(&self, unit_id: &str) -> u64 {
        let mut hasher = self.hashing.build_hasher();
        hasher.write(unit_id.as_bytes());
        hasher.finish()
    }
}

impl Decode for Decoder {
    type Block = Block;

    fn take(&mut self, values: &Values, row_id: &dyn Fn() -> i64) {
        self.block.rows += 1;
        let kinds = &mut self.kinds;
        match self.reader.read(values, |values| kinds.number(values)) {
            None => {}
            Some(Ok((row, kind))) => self.block.exposures.push(Exposure {
                unit: self.hash(&row.unit),
                at: row.at,
                kind,
                place: self.layers.place(&row),
            }),
            Some(Err(row)) => self.block.skipped.add_row(row_id(), row),
        }
    }

    fn rows(&self) -> u64 {
        self.block.rows
    }

    fn finish_block(&mut self, last_row: i64) -> Block {
        self.block.last_row = last_row;
        self.block.kinds = self.kinds.take_fresh();
        self.block.layers = self.layers.take_fresh();
        let next = Block {
            exposures: Vec::with_capacity(self.block.exposures.len()),
            ..Block::default()
        };
        std::mem::replace(&mut self.block, next)
    }
}

/// A row's fingerprint: the same as long as nobody changes what is counted of it.
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
        values.layer,
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
