//! The exposure log, counted, and judged by what the database says.
//!
//! The counts stay here between two requests, so that only new rows are read. What comes of a
//! reading that failed half way isn't judged: it would pass for the whole log.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;

use jiff::Timestamp;

use super::deps::{Reply, WorkerDeps, guarded};
use super::trouble;
use crate::console::incident::{Anomalies, AppliedChanges, Axis, Counted, Judged};
use crate::console::message::{Answer, Message, RequestId};
use crate::domain::{ExperimentId, Revision};
use crate::exposure::{
    CountOptions, ExposureReader, LogError, LogLocation, Progress, open_counter,
};
use crate::store::{Snapshot, StateStore, StoreError};
use crate::timeline::Timeline;
use crate::traffic::{Judge, JudgeOptions};

/// A request to count and judge.
pub(super) struct CountJob {
    pub(super) request: RequestId,
    pub(super) is_database_new: bool,
}

/// Reads the log, and knows what it read.
pub(super) struct Reader {
    deps: WorkerDeps,
    log: LogLocation,
    /// Requests up to this one are to stop.
    stop: Arc<AtomicU64>,
    reply: Reply,
    counts: Box<dyn ExposureReader>,
    /// How the last reading ended that didn't fail.
    read: Option<Reading>,
    database: Option<Database>,
    judge: Judge,
}

struct Reading {
    at: Timestamp,
    rows: u64,
    is_whole: bool,
    /// When the log was last found to be another one.
    replaced_at: Option<Timestamp>,
}

/// What the database says.
struct Database {
    timeline: Timeline,
    changes: Arc<AppliedChanges>,
    never_active: Arc<BTreeSet<ExperimentId>>,
    revision: Revision,
    journal_id: Option<i64>,
    /// Whether it may have changed since.
    is_old: bool,
}

impl Reader {
    pub(super) fn new(
        deps: WorkerDeps,
        log: LogLocation,
        stop: Arc<AtomicU64>,
        reply: Reply,
    ) -> Self {
        Self {
            deps,
            counts: open_counter(&log, CountOptions::default()),
            log,
            stop,
            reply,
            read: None,
            database: None,
            judge: Judge::default(),
        }
    }

    /// Answers until every sender is gone.
    pub(super) fn work(mut self, jobs: &Receiver<CountJob>) {
        for job in jobs {
            let request = job.request;
            let answer = guarded(|| Answer::Counted(Box::new(self.count(&job))));
            if matches!(answer, Answer::Failed(_)) {
                // Whatever it was in the middle of, it starts over.
                self.counts = open_counter(&self.log, CountOptions::default());
                self.judge = Judge::default();
                self.read = None;
            }
            (self.reply)(Message::Answer(request, answer));
        }
    }

    fn count(&mut self, job: &CountJob) -> Counted {
        let mut counted = Counted {
            judged: None,
            troubles: Vec::new(),
            unread: None,
            is_busy: false,
        };
        if let Err(error) = self.look_at_database(job.is_database_new) {
            counted.is_busy |= error.is_busy();
            counted.troubles.push(trouble::of(&error, error.help()));
        }
        if let Err(error) = self.refresh(job.request) {
            counted.is_busy |= error.is_busy();
            counted.unread = Some(error.state());
            counted
                .troubles
                .push(trouble::of(&error, error.help().as_deref()));
        }
        counted.judged = self.judge().map(Arc::new);
        counted
    }

    /// Reads what the database says, where that may be new.
    fn look_at_database(&mut self, is_new: bool) -> Result<(), StoreError> {
        if let Some(database) = &mut self.database {
            database.is_old |= is_new;
        }
        if self.database.as_ref().is_none_or(|known| known.is_old) {
            self.database = Some(Database::read(&*self.deps.store)?);
        }
        Ok(())
    }

    fn refresh(&mut self, request: RequestId) -> Result<(), LogError> {
        let (stop, reply) = (&self.stop, &self.reply);
        let mut next = 0.01;
        let refreshed = self.counts.refresh(&mut |Progress { fraction, .. }| {
            if stop.load(Ordering::Relaxed) >= request.number {
                return ControlFlow::Break(());
            }
            if fraction >= next && fraction < 1.0 {
                next = fraction + 0.01;
                reply(Message::Counting(request, fraction));
            }
            ControlFlow::Continue(())
        })?;
        let at = (self.deps.now)();
        let before = self.read.as_ref().and_then(|read| read.replaced_at);
        self.read = Some(Reading {
            at,
            replaced_at: if refreshed.restarted {
                Some(at)
            } else {
                before
            },
            rows: self.counts.rows(),
            is_whole: refreshed.is_complete,
        });
        Ok(())
    }

    /// The verdict on the counts; `None` if a failure left only part of them.
    fn judge(&mut self) -> Option<Judged> {
        let (read, database) = (self.read.as_ref()?, self.database.as_ref()?);
        if read.rows != self.counts.rows() {
            return None;
        }
        let mut options = JudgeOptions::new(self.deps.alpha, read.at);
        options.least_deviation = self.deps.least_deviation;
        let traffic = self
            .judge
            .judge(self.counts.summary(), &database.timeline, &options);
        Some(Judged {
            at: read.at,
            rows: read.rows,
            is_whole: read.is_whole,
            replaced_at: read.replaced_at,
            skipped: self.counts.summary().skips().total(),
            beyond_limit: self.counts.exposures_beyond_limit(),
            revision: database.revision.clone(),
            journal_id: database.journal_id,
            anomalies: Anomalies::of(&traffic),
            changes: Arc::clone(&database.changes),
            never_active: Arc::clone(&database.never_active),
            axis: Axis::of(&traffic),
            traffic,
        })
    }
}

impl Database {
    /// Both are empty if there is no database.
    fn read(store: &dyn StateStore) -> Result<Self, StoreError> {
        let (Snapshot { state, .. }, entries) = store.snapshot_with_journal().or_else(|error| {
            let is_missing = error.is_missing();
            is_missing
                .then(|| (Snapshot::empty(), Vec::new()))
                .ok_or(error)
        })?;
        let timeline = Timeline::new(&state, &entries);
        Ok(Self {
            never_active: Arc::new(timeline.never_active()),
            timeline,
            changes: AppliedChanges::of(&entries).into(),
            revision: state.revision,
            journal_id: entries.first().map(|entry| entry.journal_id),
            is_old: false,
        })
    }
}
