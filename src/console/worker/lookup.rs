//! The threads that look up a unit or the units of an arm, or break a split down: one for each question, since the
//! user looks at the screen meanwhile and nothing else may be in the way.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use super::breakdown::break_down;
use super::deps::{Reply, WorkerDeps, guarded};
use super::trouble;
use super::unit::{Watch, look_up, search, search_arm};
use crate::console::breakdown::AskedBreakdown;
use crate::console::lookup::UnitState;
use crate::console::message::{Answer, Message, Owner, RequestId};
use crate::exposure::{LogLocation, LoggedArm};

/// Starts the threads.
pub(super) struct LookupThreads {
    deps: WorkerDeps,
    reply: Reply,
    unit: Stopping,
    arm: Stopping,
    breakdown: Stopping,
}

/// One owner's searches up to this request are to stop.
type Stopping = Arc<AtomicU64>;

impl LookupThreads {
    pub(super) fn new(deps: &WorkerDeps, reply: &Reply) -> Self {
        Self {
            deps: deps.clone(),
            reply: Arc::clone(reply),
            unit: Stopping::default(),
            arm: Stopping::default(),
            breakdown: Stopping::default(),
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
        self.look_through(request, move |log, watch| search(log, &unit_id, watch));
    }

    /// Asks for the units that an arm got last.
    pub(super) fn search_arm(&self, request: RequestId, arm: LoggedArm) {
        self.look_through(request, move |log, watch| search_arm(log, &arm, watch));
    }

    /// Asks for a split by the values of dimensions.
    pub(super) fn break_down(&self, request: RequestId, asked: AskedBreakdown) {
        let (now, alpha) = (self.deps.now, self.deps.alpha);
        self.look_through(request, move |log, watch| {
            break_down(&log, asked, alpha, now, watch)
        });
    }

    /// Looks through the log; an older search of the same owner is to stop.
    fn look_through(
        &self,
        request: RequestId,
        search: impl FnOnce(LogLocation, Watch<'_>) -> Answer + Send + 'static,
    ) {
        let stop = Arc::clone(self.stopping(request));
        stop.fetch_max(request.number.saturating_sub(1), Ordering::Relaxed);
        let log = self.deps.log.clone();
        self.answer("search", request, move |reply| {
            let Some(log) = log else {
                return Answer::Failed(trouble::no_log());
            };
            let mut reported = 0.0;
            search(log, &mut |fraction| {
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
        self.stopping(request)
            .fetch_max(request.number, Ordering::Relaxed);
    }

    fn stopping(&self, request: RequestId) -> &Stopping {
        match request.owner {
            Owner::ArmSearch => &self.arm,
            Owner::Breakdown => &self.breakdown,
            _ => &self.unit,
        }
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
        for stopping in [&self.unit, &self.arm, &self.breakdown] {
            stopping.store(u64::MAX, Ordering::Relaxed);
        }
    }
}
