//! What a log says of one unit.
//!
//! A log has no index by unit, so the engine goes through all rows, a chunk at a time and the newest
//! first.
//! Who waits hears how far it is, and can stop it.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;

use super::LogError;
use super::clock::Clock;
use super::engine::{RowRange, TakeValues};
use super::open::open_source;
use super::value::{Value, Values, any_text, id, slot};
use crate::domain::{ExperimentId, GroupName, LayerId, VariantName};

/// A unit's rows in a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitRows {
    /// The newest rows, in order of writing, the newest first.
    pub rows: Vec<UnitRow>,
    /// How many there are in all.
    pub total: u64,
    /// Whether all of the log was looked at; not where it was stopped.
    pub is_complete: bool,
}

/// A row of the log, as far as it says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// The layer.
    pub layer_id: Option<LayerId>,
    /// The slot.
    pub slot_index: Option<i64>,
    /// The experiment that was active on it.
    pub experiment_id: Option<ExperimentId>,
    /// What the unit got.
    pub variant: Option<VariantName>,
    /// Whether it was assigned, as a word.
    pub status: Option<String>,
    /// The group whose allocation decided.
    pub group: Option<GroupName>,
    /// When; none where the log's value is no time.
    pub at: Option<Timestamp>,
}

/// The rows of this unit that there are at the start: the newest ones, `most` at most, and how many
/// there are. `watch` is told now and then how far the search is, from 0 to 1, and stops it where it
/// says so.
///
/// ```no_run
/// use std::ops::ControlFlow;
///
/// let log = "exposures.db".as_ref();
/// let found = avos::exposure::rows_of(log, "user_1", 100, &mut |_| ControlFlow::Continue(()))?;
/// println!("{} rows", found.total);
/// # Ok::<(), avos::exposure::LogError>(())
/// ```
pub fn rows_of(
    path: &Path,
    unit_id: &str,
    most: usize,
    watch: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<UnitRows, LogError> {
    let source = open_source(path)?;
    let mut found = UnitRows::default();
    let range = RowRange::of_all(&*source)?;
    let chunks = range.map(|range| range.chunks(source.chunk_rows()));
    let chunks = chunks.unwrap_or_default();
    let mut finder = Finder::new(unit_id, most);
    for (index, chunk) in chunks.iter().rev().enumerate() {
        if watch(index as f64 / chunks.len() as f64).is_break() {
            return Ok(found);
        }
        source.read_unit(*chunk, unit_id, &mut finder)?;
        found.total += finder.total;
        let room = most - found.rows.len();
        found.rows.extend(finder.rows.drain(..).rev().take(room));
        finder.total = 0;
    }
    found.is_complete = true;
    Ok(found)
}

/// Keeps the last rows of a chunk that are the unit's: an engine may take some more for them.
struct Finder<'u> {
    unit_id: &'u str,
    most: usize,
    rows: VecDeque<UnitRow>,
    total: u64,
    clock: Clock,
}

impl<'u> Finder<'u> {
    fn new(unit_id: &'u str, most: usize) -> Self {
        Self {
            unit_id,
            most,
            rows: VecDeque::new(),
            total: 0,
            clock: Clock::default(),
        }
    }

    fn is_it(&self, unit: Value) -> bool {
        id(unit).is_ok_and(|unit| unit.as_deref() == Some(self.unit_id))
    }
}

impl TakeValues for Finder<'_> {
    fn take(&mut self, values: &Values, _: &dyn Fn() -> i64) -> ControlFlow<()> {
        if self.is_it(values.unit) {
            self.total += 1;
            self.rows.push_back(decoded(values, &mut self.clock));
            if self.rows.len() > self.most {
                self.rows.pop_front();
            }
        }
        ControlFlow::Continue(())
    }
}

/// The row, whatever is wrong with it: it is only shown.
fn decoded(values: &Values, clock: &mut Clock) -> UnitRow {
    let owned = |value| any_text(value).map(Cow::into_owned);
    let micros = clock.micros(values.time).ok();
    UnitRow {
        layer_id: owned(values.layer).map(LayerId::from),
        slot_index: slot(values.slot).ok().flatten(),
        experiment_id: owned(values.experiment).map(ExperimentId::from),
        variant: owned(values.variant).map(VariantName::from),
        status: owned(values.status),
        group: owned(values.group).map(GroupName::from),
        at: micros.and_then(|micros| Timestamp::from_microsecond(micros).ok()),
    }
}
