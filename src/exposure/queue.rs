//! Rows that are logged but not yet written. Callers add rows under a lock that is never held during
//! I/O; the writer takes all of them at once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::{LogError, LoggerOptions, WhenFull};
use crate::assign::{Assignment, AssignmentStatus};
use crate::domain::{ExperimentId, GroupName, Revision, SlotIndex, VariantName};

/// How long rows may wait for others to share their transaction.
const LINGER: Duration = Duration::from_millis(50);
/// This many rows don't wait for others.
const ENOUGH_ROWS: usize = 8192;
/// The pause before a failed write is retried.
const RETRY: Duration = Duration::from_secs(1);

/// The queue between callers and writer.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<QueueState>,
    options: LoggerOptions,
    /// Signals work for the writer.
    work: Condvar,
    /// Signals progress of the writer.
    done: Condvar,
}

#[derive(Debug, Default)]
struct QueueState {
    pending: RowBatch,
    /// The numbers of rows that were taken and written so far.
    taken: u64,
    written: u64,
    dropped: u64,
    /// The number of writes that were attempted.
    attempts: u64,
    /// Why the last attempt failed, until one succeeds.
    failure: Option<Arc<LogError>>,
    is_urgent: bool,
    is_closing: bool,
    has_ended: bool,
}

impl QueueState {
    /// Returns the error for callers, if any.
    fn check(&self) -> Result<(), LogError> {
        match &self.failure {
            Some(error) => Err(LogError::Failing(Arc::clone(error))),
            None if self.has_ended => Err(LogError::Ended),
            None => Ok(()),
        }
    }
}

impl Queue {
    pub(super) fn new(options: LoggerOptions) -> Self {
        Self {
            state: Mutex::default(),
            options,
            work: Condvar::new(),
            done: Condvar::new(),
        }
    }

    /// Adds the assignments; waits for room or drops them when the queue is full. While the log can't be
    /// written, takes nothing and doesn't wait.
    pub(super) fn enqueue(
        &self,
        assignments: &[Assignment],
        at: Timestamp,
    ) -> Result<(), LogError> {
        let mut state = self.lock();
        for (index, assignment) in assignments.iter().enumerate() {
            while self.is_full(&state) && self.options.when_full == WhenFull::Wait {
                if state.check().is_err() {
                    break;
                }
                self.work.notify_one();
                state = self.wait_for_writer(state);
            }
            if let Err(error) = state.check() {
                state.dropped += (assignments.len() - index) as u64;
                return Err(error);
            }
            if self.is_full(&state) {
                state.dropped += 1;
                continue;
            }
            state.pending.push(assignment, at);
            state.taken += 1;
            // The first row starts the wait for others; enough rows end it.
            if matches!(state.pending.len(), 1 | ENOUGH_ROWS) || self.is_full(&state) {
                self.work.notify_one();
            }
        }
        Ok(())
    }

    /// Waits until all rows taken so far are written, or a write fails.
    pub(super) fn flush(&self) -> Result<(), LogError> {
        let mut state = self.lock();
        let (target, attempts) = (state.taken, state.attempts);
        while state.written < target {
            let has_failed = state.failure.is_some() && state.attempts > attempts;
            if has_failed || state.has_ended {
                return state.check();
            }
            state.is_urgent = true;
            self.work.notify_one();
            state = self.wait_for_writer(state);
        }
        Ok(())
    }

    /// Tells the writer to write what there is and end.
    pub(super) fn close(&self) {
        self.lock().is_closing = true;
        self.work.notify_one();
    }

    /// Returns the number of rows that weren't taken.
    pub(super) fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    /// For the writer: waits for rows and swaps them for the empty batch. A batch that isn't empty
    /// failed before; it is retried after a pause. Returns `None` at the end, otherwise whether this
    /// attempt is the last one.
    pub(super) fn take_batch(&self, batch: &mut RowBatch) -> Option<IsLast> {
        let mut state = self.lock();
        if batch.is_empty() {
            let is_idle = |state: &mut QueueState| state.pending.is_empty() && !state.is_closing;
            let waited = self.work.wait_while(state, is_idle);
            state = waited.unwrap_or_else(PoisonError::into_inner);
            let may_grow = |state: &mut QueueState| {
                let is_small = state.pending.len() < ENOUGH_ROWS && !self.is_full(state);
                is_small && !state.is_urgent && !state.is_closing
            };
            state = self.wait_for_work(state, LINGER, may_grow);
            std::mem::swap(&mut state.pending, batch);
            self.done.notify_all();
        } else {
            let may_wait = |state: &mut QueueState| !state.is_urgent && !state.is_closing;
            state = self.wait_for_work(state, RETRY, may_wait);
        }
        state.is_urgent = false;
        (!batch.is_empty()).then_some(IsLast(state.is_closing))
    }

    /// For the writer: records the outcome of writing this many rows.
    pub(super) fn record_attempt(&self, rows: usize, outcome: Result<(), LogError>) {
        let mut state = self.lock();
        state.attempts += 1;
        match outcome {
            Ok(()) => {
                state.written += rows as u64;
                state.failure = None;
            }
            Err(error) => state.failure = Some(Arc::new(error)),
        }
        self.done.notify_all();
    }

    /// For the writer: nothing more will be written.
    pub(super) fn mark_ended(&self) {
        self.lock().has_ended = true;
        self.done.notify_all();
    }

    /// Whether there is no room for another row. An empty queue has room for a row of any size.
    fn is_full(&self, state: &QueueState) -> bool {
        let (pending, options) = (&state.pending, &self.options);
        let is_over = pending.len() >= options.capacity_rows;
        !pending.is_empty() && (is_over || pending.bytes() >= options.capacity_bytes)
    }

    /// A poisoned lock is fine: no code that holds it can panic halfway through a change.
    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the writer has done something.
    fn wait_for_writer<'q>(&self, state: MutexGuard<'q, QueueState>) -> MutexGuard<'q, QueueState> {
        let waited = self.done.wait(state);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// For the writer: waits for work, no longer than this.
    fn wait_for_work<'q>(
        &self,
        state: MutexGuard<'q, QueueState>,
        longest: Duration,
        may_wait: impl FnMut(&mut QueueState) -> bool,
    ) -> MutexGuard<'q, QueueState> {
        let waited = self.work.wait_timeout_while(state, longest, may_wait);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Whether an attempt is the last one.
pub(super) struct IsLast(pub(super) bool);

/// The number of texts in a row.
const TEXTS: usize = 6;

/// Rows in order. Their texts are one after the other in one buffer, so that adding a row needs no
/// allocation once the buffer has grown.
#[derive(Debug, Default)]
pub(super) struct RowBatch {
    text: String,
    rows: Vec<BatchEntry>,
    /// The revisions of the rows, each once: most rows have the same one.
    revisions: Vec<Option<String>>,
}

#[derive(Debug)]
struct BatchEntry {
    /// The end of each text; it starts where the previous one ends.
    ends: [usize; TEXTS],
    /// Which texts exist: an empty text isn't a missing one.
    is_there: [bool; TEXTS],
    slot_index: SlotIndex,
    status: AssignmentStatus,
    at: Timestamp,
    /// The index of its revision.
    revision: usize,
}

/// A row as it is written.
pub(super) struct BatchRow<'b> {
    /// Unit, layer, experiment, its name, variant, group.
    pub(super) texts: [Option<&'b str>; TEXTS],
    pub(super) slot_index: SlotIndex,
    pub(super) status: AssignmentStatus,
    pub(super) at: Timestamp,
    pub(super) revision: Option<&'b str>,
}

impl RowBatch {
    /// Adds a copy of an assignment.
    pub(super) fn push(&mut self, assignment: &Assignment, at: Timestamp) {
        let texts = [
            Some(assignment.unit_id),
            Some(assignment.layer_id.as_str()),
            assignment.experiment_id.map(ExperimentId::as_str),
            assignment.experiment_name,
            assignment.variant.map(VariantName::as_str),
            assignment.group.map(GroupName::as_str),
        ];
        let ends = texts.map(|text| {
            self.text.push_str(text.unwrap_or_default());
            self.text.len()
        });
        let revision = self.revision_index(assignment.revision.map(Revision::short));
        self.rows.push(BatchEntry {
            ends,
            is_there: texts.map(|text| text.is_some()),
            slot_index: assignment.slot_index,
            status: assignment.status,
            at,
            revision,
        });
    }

    /// Returns the index of this revision among those of the rows. The newest ones are the likeliest.
    fn revision_index(&mut self, revision: Option<&str>) -> usize {
        let mut known = self.revisions.iter();
        let index = known.rposition(|known| known.as_deref() == revision);
        index.unwrap_or_else(|| {
            self.revisions.push(revision.map(str::to_owned));
            self.revisions.len() - 1
        })
    }

    /// Returns the number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns the number of bytes of text.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Removes the rows, and keeps at most this many bytes of buffer.
    pub(super) fn clear(&mut self, keep_bytes: usize) {
        self.rows.clear();
        self.revisions.clear();
        self.text.clear();
        self.text.shrink_to(keep_bytes);
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = BatchRow<'_>> {
        let mut start = 0;
        self.rows.iter().map(move |row| {
            let mut texts = [None; TEXTS];
            for (index, text) in texts.iter_mut().enumerate() {
                let end = row.ends[index];
                *text = row.is_there[index].then_some(&self.text[start..end]);
                start = end;
            }
            BatchRow {
                texts,
                slot_index: row.slot_index,
                status: row.status,
                at: row.at,
                revision: self.revisions[row.revision].as_deref(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LayerId;

    #[test]
    fn texts_come_back_as_they_were_and_where_there_was_none_is_none() {
        let (layer, experiment) = (LayerId::from("é"), ExperimentId::from(""));
        let mut batch = RowBatch::default();
        for unit_id in ["", "中文\0"] {
            let assignment = Assignment {
                unit_id,
                layer_id: &layer,
                slot_index: SlotIndex(3),
                experiment_id: Some(&experiment),
                experiment_name: None,
                variant: None,
                status: AssignmentStatus::ExperimentInactive,
                group: None,
                revision: None,
            };
            batch.push(&assignment, Timestamp::UNIX_EPOCH);
        }
        let texts: Vec<_> = batch.rows().map(|row| row.texts).collect();
        let expected = |unit| [Some(unit), Some("é"), Some(""), None, None, None];
        assert_eq!(texts, [expected(""), expected("中文\0")]);
    }
}
