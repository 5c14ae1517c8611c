//! The counts of an exposure log, for the verbs that judge it.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::context::VerbContext;
use super::error::CliError;
use super::progress::ProgressLine;
use crate::exposure::{
    CountOptions, Dimension, ExposureReader, LogLocation, count_dimensions, open_counter,
};

/// Counts the whole log; a part of it would be meaningless.
pub(super) fn count_log(
    log: &LogLocation,
    since: Option<Timestamp>,
    context: &mut VerbContext,
) -> Result<Box<dyn ExposureReader>, CliError> {
    let options = CountOptions {
        since,
        ..CountOptions::default()
    };
    let mut counts = open_counter(log, options);
    let screen = context.shows_progress().then_some(&mut context.err);
    let mut progress = ProgressLine::new(screen, None);
    counts.refresh(&mut |read| {
        progress.read(read.rows, read.fraction);
        ControlFlow::Continue(())
    })?;
    Ok(counts)
}

/// Counts the units of the whole log by the values of columns.
pub(super) fn count_values(
    log: &LogLocation,
    columns: &[String],
    since: Option<Timestamp>,
    context: &mut VerbContext,
) -> Result<Vec<Dimension>, CliError> {
    let screen = context.shows_progress().then_some(&mut context.err);
    let mut progress = ProgressLine::new(screen, None);
    let dimensions = count_dimensions(log, columns, since, &mut |read| {
        progress.read(read.rows, read.fraction);
        ControlFlow::Continue(())
    })?;
    // Nobody stops it.
    Ok(dimensions.unwrap_or_default())
}
