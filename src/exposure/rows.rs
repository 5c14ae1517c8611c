//! Reads the rows of a log in a file: all of them for a replay, those of one unit, or the last ones of an
//! arm.
//!
//! A log has no index, so a lookup searches its rows chunk by chunk, the newest first.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::ops::ControlFlow;

use jiff::Timestamp;

use super::clock::Clock;
use super::columns::Further;
use super::decode::{RowHead, RowKind, RowReader, read_kind};
use super::engine::{LogSource, RowRange, TakeValues};
use super::open::open_source;
use super::scan::{Decode, Scan};
use super::value::{Value, Values, read_any_text, read_id, read_slot};
use super::{
    ArmUnit, ArmUnits, ExposureRows, LogError, LogLocation, LoggedArm, LoggedRow, Progress,
    TakeRows, UnitRow, UnitRows,
};
use crate::domain::{ExperimentId, GroupName, LayerId, VariantName};

/// The rows that a log has at one moment; rows appended later aren't among them.
///
/// ```no_run
/// use std::ops::ControlFlow;
///
/// use avos::exposure::{ExposureRows, LogRows};
///
/// let rows = LogRows::open("exposures.db")?;
/// let found = rows.find_unit("user_1", 100, |_| ControlFlow::Continue(()))?;
/// println!("{} rows", found.total);
/// # Ok::<(), avos::exposure::LogError>(())
/// ```
pub struct LogRows {
    location: LogLocation,
    source: Box<dyn LogSource>,
    /// `None` for an empty log.
    range: Option<RowRange>,
}

impl LogRows {
    /// Opens the log and looks up its last row. Rows are read later.
    pub fn open(location: impl Into<LogLocation>) -> Result<Self, LogError> {
        let location = location.into();
        let source = open_source(&location, &Further::Answerer)?;
        let range = RowRange::all(&*source)?;
        Ok(Self {
            location,
            source,
            range,
        })
    }

    /// Returns all rows in chunks, in order.
    fn chunks(&self) -> Vec<RowRange> {
        let range = self.range.into_iter();
        range
            .flat_map(|range| range.chunks(self.source.chunk_rows()))
            .collect()
    }
}

impl fmt::Debug for LogRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogRows")
            .field("location", &self.location)
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}

impl ExposureRows for LogRows {
    fn read<T: TakeRows>(
        &self,
        since: Option<Timestamp>,
        taker: impl Fn() -> T + Sync,
        mut merge: impl FnMut(T::Block, Progress),
    ) -> Result<(), LogError> {
        let Some(range) = self.range else {
            return Ok(());
        };
        let since = since.map_or(i64::MIN, Timestamp::as_microsecond);
        let scan = Scan {
            range,
            decoder: &|| RowsDecoder {
                taker: taker(),
                reader: RowReader::new(since),
                rows: 0,
                lacks_layers: false,
            },
        };
        let mut rows = 0;
        let mut lacks_layers = false;
        let _ = scan.run(&*self.source, &mut |_, block| {
            if block.lacks_layers {
                lacks_layers = true;
                return ControlFlow::Break(());
            }
            rows += block.rows;
            let fraction = range.fraction(block.last_row);
            merge(block.taken, Progress::new(rows, fraction));
            ControlFlow::Continue(())
        })?;
        if lacks_layers {
            let log = self.location.clone();
            return Err(LogError::NoLayers { log });
        }
        Ok(())
    }

    fn find_unit(
        &self,
        unit_id: &str,
        limit: usize,
        mut watch: impl FnMut(f64) -> ControlFlow<()>,
    ) -> Result<UnitRows, LogError> {
        let mut found = UnitRows::default();
        let chunks = self.chunks();
        let mut finder = UnitFinder::new(unit_id, limit);
        for (index, chunk) in chunks.iter().rev().enumerate() {
            if watch(index as f64 / chunks.len() as f64).is_break() {
                return Ok(found);
            }
            self.source.read_unit(*chunk, unit_id, &mut finder)?;
            found.total += finder.total;
            let room = limit - found.rows.len();
            found.rows.extend(finder.rows.drain(..).rev().take(room));
            finder.total = 0;
        }
        found.is_complete = true;
        Ok(found)
    }

    fn find_arm(
        &self,
        arm: &LoggedArm,
        limit: usize,
        mut watch: impl FnMut(f64) -> ControlFlow<()>,
    ) -> Result<ArmUnits, LogError> {
        let mut found = ArmUnits::default();
        let chunks = self.chunks();
        for (index, chunk) in chunks.iter().rev().enumerate() {
            if found.units.len() >= limit {
                break;
            }
            if watch(index as f64 / chunks.len() as f64).is_break() {
                return Ok(found);
            }
            let mut finder = ArmFinder::new(arm, limit);
            self.source.read(*chunk, &mut finder)?;
            finder.move_to(&mut found.units);
        }
        found.is_complete = true;
        Ok(found)
    }
}

struct RowsDecoder<T> {
    taker: T,
    reader: RowReader,
    rows: u64,
    lacks_layers: bool,
}

struct RowsBlock<B> {
    taken: B,
    rows: u64,
    last_row: i64,
    /// Whether a row has no layer because the log has no column for it.
    lacks_layers: bool,
}

impl<T: TakeRows> Decode for RowsDecoder<T> {
    type Block = RowsBlock<T::Block>;

    fn take(&mut self, values: &Values, id: &dyn Fn() -> i64) {
        self.rows += 1;
        match self.reader.read(values, read_kind) {
            None => {}
            Some(Err(row)) => self.taker.take(id(), Err(row)),
            Some(Ok((head, kind))) => match logged_row(head, kind, values) {
                Some(row) => self.taker.take(id(), Ok(row)),
                None => self.lacks_layers = true,
            },
        }
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn finish_block(&mut self, last_row: i64) -> Self::Block {
        RowsBlock {
            taken: self.taker.finish_block(),
            rows: std::mem::take(&mut self.rows),
            last_row,
            lacks_layers: self.lacks_layers,
        }
    }
}

/// Returns the row, if its log says the layer.
fn logged_row<'r>(
    head: RowHead<'r>,
    kind: RowKind<'r>,
    values: &Values<'r>,
) -> Option<LoggedRow<'r>> {
    let [_, revision] = values.further;
    Some(LoggedRow {
        unit_id: head.unit,
        layer_id: head.layer?,
        slot_index: head.slot,
        experiment_id: kind.experiment,
        variant: kind.variant,
        status: kind.status,
        group: kind.group,
        revision: read_any_text(revision),
        // The clock returns valid times only.
        at: Timestamp::from_microsecond(head.at).unwrap_or_default(),
    })
}

/// Keeps the last rows of a unit in a chunk. The engine may pass rows of other units as well.
struct UnitFinder<'u> {
    unit_id: &'u str,
    limit: usize,
    rows: VecDeque<UnitRow>,
    total: u64,
    clock: Clock,
}

impl<'u> UnitFinder<'u> {
    fn new(unit_id: &'u str, limit: usize) -> Self {
        Self {
            unit_id,
            limit,
            rows: VecDeque::new(),
            total: 0,
            clock: Clock::default(),
        }
    }

    fn is_of_unit(&self, unit: Value) -> bool {
        read_id(unit).is_ok_and(|unit| unit.as_deref() == Some(self.unit_id))
    }
}

impl TakeValues for UnitFinder<'_> {
    fn take(&mut self, values: &Values, _: &dyn Fn() -> i64) -> ControlFlow<()> {
        if self.is_of_unit(values.unit) {
            self.total += 1;
            self.rows.push_back(unit_row(values, &mut self.clock));
            if self.rows.len() > self.limit {
                self.rows.pop_front();
            }
        }
        ControlFlow::Continue(())
    }
}

/// Keeps the last units of an arm in a chunk, each once, the newest at the back.
struct ArmFinder<'a> {
    arm: &'a LoggedArm,
    limit: usize,
    units: VecDeque<ArmUnit>,
    reader: RowReader,
}

impl<'a> ArmFinder<'a> {
    fn new(arm: &'a LoggedArm, limit: usize) -> Self {
        Self {
            arm,
            limit,
            units: VecDeque::new(),
            reader: RowReader::new(i64::MIN),
        }
    }

    /// Returns the unit of a row, if the row counts as an exposure of the arm.
    fn unit(&mut self, values: &Values) -> Option<ArmUnit> {
        let (head, kind) = self.reader.read(values, read_kind)?.ok()?;
        let [experiment, group] = [kind.experiment.as_deref(), kind.group.as_deref()];
        let variant = kind.variant.as_deref().filter(|_| kind.is_assigned)?;
        self.arm.has(experiment, group, variant).then(|| ArmUnit {
            unit_id: head.unit.into_owned(),
            slot_index: head.slot,
            // The clock returns valid times only.
            at: Timestamp::from_microsecond(head.at).unwrap_or_default(),
        })
    }

    /// Adds the units to those that were found after them.
    fn move_to(self, found: &mut Vec<ArmUnit>) {
        for unit in self.units.into_iter().rev() {
            let is_known = found.iter().any(|known| known.unit_id == unit.unit_id);
            if !is_known && found.len() < self.limit {
                found.push(unit);
            }
        }
    }
}

impl TakeValues for ArmFinder<'_> {
    fn take(&mut self, values: &Values, _: &dyn Fn() -> i64) -> ControlFlow<()> {
        if let Some(unit) = self.unit(values) {
            self.units.retain(|known| known.unit_id != unit.unit_id);
            self.units.push_back(unit);
            if self.units.len() > self.limit {
                self.units.pop_front();
            }
        }
        ControlFlow::Continue(())
    }
}

/// Decodes a row as far as it can be read: it is only shown.
fn unit_row(values: &Values, clock: &mut Clock) -> UnitRow {
    let owned = |value| read_any_text(value).map(Cow::into_owned);
    let micros = clock.read_micros(values.time).ok();
    UnitRow {
        layer_id: values.layer.and_then(owned).map(LayerId::from),
        slot_index: read_slot(values.slot).ok().flatten(),
        experiment_id: owned(values.experiment).map(ExperimentId::from),
        variant: owned(values.variant).map(VariantName::from),
        status: owned(values.status),
        group: owned(values.group).map(GroupName::from),
        at: micros.and_then(|micros| Timestamp::from_microsecond(micros).ok()),
    }
}
