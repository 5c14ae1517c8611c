//! From rows to exposures, block by block: what a reader hands to the one who counts.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher};

use foldhash::quality::RandomState;

use super::clock::Clock;
use super::kind::{Kind, Kinds};
use super::layer::{LayerNumbers, Place};
use super::scan::Decode;
use super::value::{Value, Values};
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// How many.
    pub rows: u64,
    /// The row id of the first one, or of one close after it.
    pub first_row: i64,
    /// What is wrong with it.
    pub reason: &'static str,
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
            ..*first
        })
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, row_id: i64, reason: &'static str) {
        self.add_all(Skipped {
            rows: 1,
            first_row: row_id,
            reason,
        });
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
    pub(super) through: i64,
}

/// Turns rows into blocks.
pub(super) struct Decoder {
    kinds: Kinds,
    layers: LayerNumbers,
    clock: Clock,
    /// What units are hashed with.
    hashing: RandomState,
    /// Rows before this are left out.
    since: i64,
    block: Block,
}

impl Decoder {
    pub(super) fn new(hashing: RandomState, since: i64) -> Self {
        Self {
            kinds: Kinds::default(),
            layers: LayerNumbers::default(),
            clock: Clock::default(),
            hashing,
            since,
            block: Block::default(),
        }
    }

    fn exposure(&mut self, values: &Values) -> Result<Exposure, &'static str> {
        Ok(Exposure {
            kind: self.kinds.number(values)?,
            at: self
                .clock
                .micros(values.time)
                .ok_or("its assignment_timestamp is no time")?,
            unit: self.hash(values.unit).ok_or("its unit_id is no text")?,
            place: self.layers.place(values),
        })
    }

    /// The hash of a unit's id; a whole number counts as its digits.
    fn hash(&self, unit: Value) -> Option<u64> {
        let mut hasher = self.hashing.build_hasher();
        match unit {
            Value::Text(bytes) => hasher.write(bytes),
            Value::Integer(number) => hasher.write(number.to_string().as_bytes()),
            Value::Null | Value::Real(_) | Value::Time(_) => return None,
        }
        Some(hasher.finish())
    }
}

impl Decode for Decoder {
    type Block = Block;

    fn take(&mut self, values: &Values, id: &dyn Fn() -> i64) {
        self.block.rows += 1;
        match self.exposure(values) {
            Ok(exposure) if exposure.at < self.since => {}
            Ok(exposure) => self.block.exposures.push(exposure),
            Err(reason) => self.block.skipped.add(id(), reason),
        }
    }

    fn rows(&self) -> u64 {
        self.block.rows
    }

    fn finish_block(&mut self, through: i64) -> Block {
        self.block.through = through;
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
