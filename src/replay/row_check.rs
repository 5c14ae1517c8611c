//! Replays a log: checks whether each row is what its layer should have answered.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};

use super::compiled_timeline::CompiledTimeline;
use super::explanation::{Basis, NearbyApply, describe, explain};
use super::row_fit::{Fit, fit_row};
use super::{Mismatch, Replay, RowAnswer};
use crate::exposure::{ExposureRows, LogError, LoggedRow, Progress, TakeRows, UnreadableRow};
use crate::timeline::Timeline;

/// The most bytes of listed rows: ids can have any length.
const MAX_BYTES: usize = 1 << 24;

/// What to replay, and how many rows to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplayOptions {
    /// Rows before this time are ignored.
    pub since: Option<Timestamp>,
    /// How far from an apply a row may be to count as [`Replay::refreshing`].
    pub grace: SignedDuration,
    /// The number of mismatches to list at most.
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

/// Repeats every assignment of the log with the state of the row's own revision if it has one that the journal
/// knows, otherwise with that of its time. `watch` is called now and then.
///
/// Open the log before you read the journal, so that the journal has all applies that the rows depend
/// on. Two connections read the log, and memory use doesn't grow with it.
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
    rows.read(options.since, checker, |block: Replay, progress| {
        bytes += block.listed.iter().map(listed_bytes).sum::<usize>();
        replay.join(block);
        replay.listed.truncate(options.most_listed);
        if replay.listed.len() == options.most_listed || bytes > MAX_BYTES {
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
    /// Whether the list is full.
    is_full: &'k AtomicBool,
    /// The results since the last block.
    replay: Replay,
    /// The number of bytes that their listed rows have.
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
        let era_at = self.known.timeline.index_at(row.at);
        let revision = row.revision.as_deref();
        let own = revision.and_then(|revision| self.known.era_of(revision, era_at));
        let basis = if own.is_some() {
            self.replay.judged_by.revision += 1;
            Basis::Revision
        } else {
            self.replay.judged_by.time += 1;
            Basis::Time
        };
        let era = own.unwrap_or(era_at);
        let layer = self.known.layer(era, &row.layer_id);
        let fit = layer.map_or(Fit::Mismatch, |layer| {
            let slot = layer.slot(&row.unit_id);
            fit_row(layer, layer.layer.hash_algorithm, slot, row)
        });
        match fit {
            Fit::Complete => self.replay.matching += 1,
            Fit::RandomVariant => self.replay.unchecked.random += 1,
            Fit::UnknownGroup => self.replay.unchecked.no_group += 1,
            Fit::Mismatch => self.find_reason(row_id, row, era, basis),
        }
    }

    fn find_reason(&mut self, row_id: i64, row: &LoggedRow, era: usize, basis: Basis) {
        let is_certain = || self.known.timeline.eras()[era].is_certain;
        if basis == Basis::Time && !is_certain() {
            self.replay.unchecked.unknown_state += 1;
            return;
        }
        let cause = explain(self.known, row, era, basis);
        let reason = cause.reason();
        let is_near = |apply: &NearbyApply| apply.distance <= self.options.grace;
        if cause.apply().is_some_and(is_near) {
            self.replay.refreshing += 1;
            return;
        }
        let experiment = row.experiment_id.as_deref();
        let experiment = experiment.and_then(|id| self.known.experiment(id));
        self.replay.count_mismatch(reason, experiment, row.at);
        let is_full = self.replay.listed.len() >= self.options.most_listed
            || self.bytes > MAX_BYTES
            || self.is_full.load(Ordering::Relaxed);
        if is_full {
            return;
        }
        let (expected, detail) = describe(self.known, row, era, &cause);
        let mismatch = Mismatch {
            row_id,
            unit_id: row.unit_id.to_string(),
            layer_id: row.layer_id.to_string(),
            at: row.at,
            reason,
            detail,
            logged: logged_answer(row),
            expected,
            journal_id: cause.apply().map(|nearby| nearby.apply.journal_id),
        };
        self.bytes += listed_bytes(&mismatch);
        self.replay.listed.push(mismatch);
    }
}

/// Returns about how many bytes a listed row takes.
fn listed_bytes(mismatch: &Mismatch) -> usize {
    let answer = |answer: &RowAnswer| {
        let texts = [&answer.experiment_id, &answer.variant];
        texts.into_iter().flatten().map(String::len).sum::<usize>() + answer.status.len()
    };
    mismatch.unit_id.len()
        + mismatch.layer_id.len()
        + mismatch.detail.len()
        + answer(&mismatch.logged)
        + mismatch.expected.as_ref().map_or(0, answer)
}

/// Returns what the row says.
fn logged_answer(row: &LoggedRow) -> RowAnswer {
    let owned = |text: &Option<std::borrow::Cow<str>>| text.as_ref().map(ToString::to_string);
    RowAnswer {
        slot_index: row.slot_index,
        experiment_id: owned(&row.experiment_id),
        variant: owned(&row.variant),
        status: row.status.to_string(),
    }
}
