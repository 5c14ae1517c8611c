//! Breaks a split down by the values of the settings' dimensions.

use std::sync::Arc;

use jiff::Timestamp;

use super::trouble;
use super::unit::Watch;
use crate::console::breakdown::{AskedBreakdown, CountedDimensions, FoundBreakdown};
use crate::console::message::Answer;
use crate::exposure::{LogError, LogLocation, count_dimensions};
use crate::traffic::Breakdown;

/// Returns the split by the values of its dimensions. The log is read only if they weren't counted yet.
pub(super) fn break_down(
    log: &LogLocation,
    asked: AskedBreakdown,
    alpha: f64,
    now: fn() -> Timestamp,
    watch: Watch<'_>,
) -> Answer {
    let (columns, rows) = (&asked.columns, asked.judged.rows);
    let read = || {
        let read = count_dimensions(log, columns, None, &mut |read| watch(read.fraction))?;
        let counted = read.map(|dimensions| CountedDimensions {
            dimensions,
            rows,
            at: now(),
        });
        Ok::<_, LogError>(counted.map(Arc::new))
    };
    let counted = match asked.known.map_or_else(read, |known| Ok(Some(known))) {
        Ok(Some(counted)) => counted,
        Ok(None) => return Answer::BrokenDown(None),
        Err(error) => return Answer::Failed(trouble::of(&error, error.help().as_deref())),
    };
    let split = asked.split.find(&asked.judged.traffic.splits);
    let breakdown = split.and_then(|split| Breakdown::new(split, &counted.dimensions, alpha));
    Answer::BrokenDown(Some(Arc::new(FoundBreakdown { counted, breakdown })))
}
