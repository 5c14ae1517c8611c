//! The reader of a source: asks the engine anew each time, since rows may have come at any time.

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;

use super::connection::{TakeAnswer, WarehouseConnection};
use super::source::WarehouseSource;
use super::source_sql::SourceSql;
use super::window_counts::{ArmWindows, KindCounts, SlotWindows};
use crate::exposure::columns::find_dimension;
use crate::exposure::decode::MAX_KINDS;
use crate::exposure::{
    Dimension, DimensionUnits, ExposureReader, ExposureSummary, FirstExposure, LogError,
    LogLocation, Progress, Refresh,
};

/// The number of queries: of kinds, units, exposures, slots.
const QUERIES: f64 = 4.0;

/// Counts a source: each unit once per experiment, by its earliest exposure.
///
/// A refresh replaces the counts, or leaves them as they are if it fails or is stopped.
pub(in crate::exposure) struct WarehouseCounter {
    location: LogLocation,
    source: Arc<WarehouseSource>,
    /// Exposures before this time are ignored.
    since: Option<Timestamp>,
    summary: ExposureSummary,
    rows: u64,
}

/// What one look at the source finds.
struct Counted {
    summary: ExposureSummary,
    rows: u64,
}

impl WarehouseCounter {
    pub(in crate::exposure) fn new(
        source: &Arc<WarehouseSource>,
        since: Option<Timestamp>,
    ) -> Self {
        Self {
            location: LogLocation::Source(Arc::clone(source)),
            source: Arc::clone(source),
            since,
            summary: ExposureSummary::default(),
            rows: 0,
        }
    }

    /// Counts the units of a source by the values of further columns; `None` if that was stopped.
    pub(in crate::exposure) fn count_dimensions(
        source: &Arc<WarehouseSource>,
        columns: &[String],
        since: Option<Timestamp>,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Option<Vec<Dimension>>, LogError> {
        let mut connection = WarehouseConnection::open(source)?;
        let known = connection.columns(&SourceSql::new(source, since).no_rows())?;
        let location = LogLocation::Source(Arc::clone(source));
        let mut dimensions = Vec::with_capacity(columns.len());
        for (asked, column) in columns.iter().enumerate() {
            let found = find_dimension(&known, column, &location)?;
            let sql = SourceSql::new(source, since).with_dimension(found);
            let fraction = asked as f64 / columns.len() as f64;
            let mut watch = || watch(Progress::new(0, fraction));
            let Some(units) = dimension_units(&mut connection, &sql, column, &mut watch)? else {
                return Ok(None);
            };
            dimensions.push(Dimension {
                name: column.clone(),
                units,
            });
        }
        Ok(Some(dimensions))
    }

    /// Asks the engine; `None` if that was stopped.
    fn count(
        &self,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Option<Counted>, LogError> {
        let sql = SourceSql::new(&self.source, self.since);
        let mut connection = WarehouseConnection::open(&self.source)?;
        let mut asked = 0.0;
        let mut rows = 0;
        let mut ask = |rows: u64, sql: String, take: &mut TakeAnswer| {
            let mut watch = || watch(Progress::new(rows, asked / QUERIES));
            let answered = connection.query(&sql, &mut watch, take)?;
            asked += 1.0;
            Ok::<_, LogError>(answered.is_break())
        };

        let (mut kinds, mut kind_count) = (KindCounts::default(), 0);
        let is_stopped = ask(rows, sql.kinds(), &mut |row| {
            kind_count += 1;
            kinds.take(row)
        })?;
        if is_stopped {
            return Ok(None);
        }
        if kind_count > MAX_KINDS {
            return Err(LogError::TooManyKinds {
                source_name: self.source.name.clone(),
                limit: MAX_KINDS,
            });
        }
        rows = kinds.rows;
        let window = kinds.arm_window();
        let mut arms = ArmWindows::default();
        if kinds.has_arms()
            && (ask(rows, sql.units(window), &mut |row| arms.take_units(row))?
                || ask(rows, sql.exposures(window), &mut |row| {
                    arms.take_exposures(row)
                })?)
        {
            return Ok(None);
        }
        let mut slots = SlotWindows::default();
        if kinds.has_complete_layers()
            && ask(rows, sql.slots(kinds.slot_window()), &mut |row| {
                slots.take(row)
            })?
        {
            return Ok(None);
        }
        let summary = kinds.into_summary(window, arms, slots);
        Ok(Some(Counted { summary, rows }))
    }
}

/// Counts the units of each arm by the values of a further column; `None` if that was stopped.
fn dimension_units(
    connection: &mut WarehouseConnection,
    sql: &SourceSql,
    column: &str,
    watch: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Option<Vec<DimensionUnits>>, LogError> {
    let mut units = Vec::new();
    let answered = connection.query(&sql.dimension_units(), watch, &mut |row| {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        units.push(DimensionUnits {
            experiment_id: row.known_text(0)?.into(),
            variant: row.known_text(1)?.into(),
            group: filled(row.known_text(2)?).map(Into::into),
            value: filled(row.known_text(3)?),
            units: row.count(4)?,
        });
        Ok(())
    })?;
    if units.len() > MAX_KINDS {
        return Err(LogError::TooManyValues {
            column: column.to_owned(),
            limit: MAX_KINDS,
        });
    }
    // Engines answer in any order.
    units.sort();
    Ok(answered.is_continue().then_some(units))
}

impl ExposureReader for WarehouseCounter {
    fn refresh(
        &mut self,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Refresh, LogError> {
        let mut refresh = Refresh::new(0);
        match self.count(watch)? {
            Some(counted) => {
                refresh.rows = counted.rows;
                (self.summary, self.rows) = (counted.summary, counted.rows);
            }
            None => refresh.is_complete = false,
        }
        Ok(refresh)
    }

    fn summary(&self) -> &ExposureSummary {
        &self.summary
    }

    fn location(&self) -> &LogLocation {
        &self.location
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn first_exposure(&self) -> FirstExposure {
        FirstExposure::Earliest
    }

    fn exposures_beyond_limit(&self) -> u64 {
        0
    }
}
