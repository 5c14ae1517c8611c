//! The threads that look up a unit: one for each question, since the user looks at the
//! screen meanwhile and nothing else may be in the way.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use super::deps::{Reply, WorkerDeps, guarded};
use super::trouble;
use super::unit::{look_up, search};
use crate::console::lookup::UnitState;
use crate::console::message::{Answer, Message, RequestId};

/// Starts the threads.
pub(super) struct LookupThreads {
    deps: WorkerDeps,
    reply: Reply,
    /// Searches up to this request are to stop.
    stop: Arc<AtomicU64>,
}

impl LookupThreads {
    pub(super) fn new(deps: &WorkerDeps, reply: &Reply) -> Self {
        Self {
            deps: deps.clone(),
            reply: Arc::clone(reply),
            stop: Arc::new(AtomicU64::new(0)),
        }
    }

    /// Asks what a unit gets in every layer.
    pub(super) fn explain(&self, request: RequestId, unit_id: String, state: UnitState) {
        let now = self.deps.now;
        self.answer("explain", request, move |_| {
            match look_up(&unit_id, &state, to_microseconds(now())) {
                Ok(answers) => Answer::Explained(answers.into()),
                Err(trouble) => Answer::Failed(trouble),
            }
        });
    }

    /// Asks for a unit's rows in the log.
    pub(super) fn search(&self, request: RequestId, unit_id: String) {
        self.stop
            .fetch_max(request.number.saturating_sub(1), Ordering::Relaxed);
        let stop = Arc::clone(&self.stop);
        let log = self.deps.log.clone();
        self.answer("search", request, move |reply| {
            let Some(log) = log else {
                return Answer::Failed(trouble::no_log());
            };
            let mut reported = 0.0;
            search(log, &unit_id, &mut |fraction| {
                if stop.load(Ordering::Relaxed) >= request.number {
                    return ControlFlow::Break(());
                }
                // No more often than anybody sees a change.
                let percent = (fraction * 100.0).floor();
                if percent > reported {
                    reported = percent;
                    reply(Message::Searching(request, fraction));
                }
                ControlFlow::Continue(())
            })
        });
    }

    /// Stops the search that this request asked for.
    pub(super) fn stop_searching(&self, request: RequestId) {
        self.stop.fetch_max(request.number, Ordering::Relaxed);
    }

    /// Answers the request with what the job gives, on a thread of its own.
    fn answer(
        &self,
        name: &str,
        request: RequestId,
        job: impl FnOnce(&Reply) -> Answer + Send + 'static,
    ) {
        let reply = Arc::clone(&self.reply);
        let started = thread::Builder::new().name(name.to_owned()).spawn(move || {
            let answer = guarded(|| job(&reply));
            reply(Message::Answer(request, answer));
        });
        if let Err(error) = started {
            let failed = Answer::Failed(trouble::no_thread(error));
            (self.reply)(Message::Answer(request, failed));
        }
    }
}

/// As exact as dates are.
fn to_microseconds(at: Timestamp) -> Timestamp {
    let down = TimestampRound::new()
        .smallest(Unit::Microsecond)
        .mode(RoundMode::Floor);
    at.round(down).unwrap_or(at)
}

impl Drop for LookupThreads {
    fn drop(&mut self) {
        self.stop.store(u64::MAX, Ordering::Relaxed);
    }
}
