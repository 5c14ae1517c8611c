//! Checks each row of a log: does it match what its layer should have answered?

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};

use super::compiled_timeline::CompiledTimeline;
use super::explanation::{Distant, detail, explain};
use super::row_fit::{Fit, fit};
use super::{Answer, Mismatch, Replay};
use crate::exposure::{ExposureRows, LogError, LoggedRow, Progress, TakeRows, UnreadableRow};
use crate::timeline::Timeline;

/// How many bytes the rows of a list may have: ids can be of any length.
const MOST_BYTES: usize = 1 << 24;

/// What is replayed, and how much is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplayOptions {
    /// Rows before this time are left out.
    pub since: Option<Timestamp>,
    /// How far from an apply a row may be that still fits the other side of it.
    pub grace: SignedDuration,
    /// How many rows are listed at most.
    pub most_listed: usize,
}

impl Default for ReplayOptions {
    /// All rows, a minute, a thousand.
    fn default() -> Self {
        Self {
            since: None,
            grace: SignedDuration::from_mins(1),
            most_listed: 1000,
        }
    }
}

/// Makes every assignment of the log again, by the state of its time. `watch` is told now and then
/// how far it is.
///
/// The journal must have every apply that the rows are of, so the log is opened before it is read.
/// Two connections read, and what is remembered doesn't grow with the log.
///
#[cfg_attr(feature = "store", doc = "```no_run")]
#[cfg_attr(not(feature = "store"), doc = "```ignore")]
/// use avos::exposure::LogRows;
/// use avos::replay::{ReplayOptions, replay};
/// use avos::store::{SqliteStore, StateStore};
/// use avos::timeline::Timeline;
///
/// let rows = LogRows::open("exposures.db")?;
/// let (snapshot, entries) = SqliteStore::new("avos.db").snapshot_with_journal()?;
/// let timeline = Timeline::new(&snapshot.state, &entries);
/// let replay = replay(&rows, &timeline, &ReplayOptions::default(), |_| {})?;
/// for row in &replay.listed {
///     println!("row {}: {}, {}", row.row_id, row.reason, row.detail);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn replay(
    rows: &(impl ExposureRows + ?Sized),
    timeline: &Timeline,
    options: &ReplayOptions,
    mut watch: impl FnMut(Progress),
) -> Result<Replay, LogError> {
    let known = CompiledTimeline::new(timeline);
    let is_full = AtomicBool::new(false);
    let mut replay = Replay::default();
    let mut bytes = 0;
    let checker = || RowChecker {
        known: &known,
        options,
        is_full: &is_full,
        replay: Replay::default(),
        bytes: 0,
    };
    rows.read(options.since, &checker, &mut |block: Replay, progress| {
        bytes += block.listed.iter().map(size).sum::<usize>();
        replay.join(block);
        replay.listed.truncate(options.most_listed);
        if replay.listed.len() == options.most_listed || bytes > MOST_BYTES {
            is_full.store(true, Ordering::Relaxed);
        }
        watch(progress);
    })?;
    Ok(replay)
}

/// Checks rows, on one of several threads.
struct RowChecker<'k, 't> {
    known: &'k CompiledTimeline<'t>,
    options: &'k ReplayOptions,
    /// Whether no more rows are to be listed.
    is_full: &'k AtomicBool,
    /// What came of the rows since the last block.
    replay: Replay,
    /// How many bytes are listed of them.
    bytes: usize,
}

impl TakeRows for RowChecker<'_, '_> {
    type Block = Replay;

    fn take(&mut self, row_id: i64, row: Result<LoggedRow<'_>, UnreadableRow<'_>>) {
        match row {
            Ok(row) => self.check(row_id, &row),
            Err(row) => self.replay.skipped.add_unreadable(row_id, row),
        }
    }

    fn finish_block(&mut self) -> Replay {
        self.bytes = 0;
        std::mem::take(&mut self.replay)
    }
}

impl RowChecker<'_, '_> {
    fn check(&mut self, row_id: i64, row: &LoggedRow) {
        let era = self.known.timeline.index_at(row.at);
        let layer = self.known.layer(era, &row.layer_id);
        let fit = layer.map_or(Fit::Not, |layer| {
            let slot = layer.slot(&row.unit_id);
            fit(layer, layer.layer.hash_algorithm, slot, row)
        });
        match fit {
            Fit::Whole => self.replay.matching += 1,
            Fit::Drawn => self.replay.unchecked.random += 1,
            Fit::SomeGroup => self.replay.unchecked.no_group += 1,
            Fit::Not => self.find_reason(row_id, row, era),
        }
    }

    fn find_reason(&mut self, row_id: i64, row: &LoggedRow, era: usize) {
        if !self.known.timeline.eras()[era].is_certain {
            self.replay.unchecked.unknown_state += 1;
            return;
        }
        let why = explain(self.known, row, era);
        let reason = why.reason();
        let is_near = |apply: &Distant| apply.by <= self.options.grace;
        if why.apply().is_some_and(is_near) {
            self.replay.refreshing += 1;
            return;
        }
        let experiment = row.experiment_id.as_deref();
        let experiment = experiment.and_then(|id| self.known.experiment(id));
        self.replay.count(reason, experiment, row.at);
        let is_full = self.replay.listed.len() >= self.options.most_listed
            || self.bytes > MOST_BYTES
            || self.is_full.load(Ordering::Relaxed);
        if is_full {
            return;
        }
        let (expected, detail) = detail(self.known, row, era, &why);
        let mismatch = Mismatch {
            row_id,
            unit_id: row.unit_id.to_string(),
            layer_id: row.layer_id.to_string(),
            at: row.at,
            reason,
            detail,
            logged: logged(row),
            expected,
            journal_id: why.apply().map(|distant| distant.apply.journal_id),
        };
        self.bytes += size(&mismatch);
        self.replay.listed.push(mismatch);
    }
}

/// How many bytes a list takes for it, about.
fn size(mismatch: &Mismatch) -> usize {
    let answer = |answer: &Answer| {
        let texts = [&answer.experiment_id, &answer.variant];
        texts.into_iter().flatten().map(String::len).sum::<usize>() + answer.status.len()
    };
    mismatch.unit_id.len()
        + mismatch.layer_id.len()
        + mismatch.detail.len()
        + answer(&mismatch.logged)
        + mismatch.expected.as_ref().map_or(0, answer)
}

/// What the row says.
fn logged(row: &LoggedRow) -> Answer {
    let owned = |text: &Option<std::borrow::Cow<str>>| text.as_ref().map(ToString::to_string);
    Answer {
        slot_index: row.slot_index,
        experiment_id: owned(&row.experiment_id),
        variant: owned(&row.variant),
        status: row.status.to_string(),
    }
}
