//! What the worker's threads share: what they work with, and how they answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::Timestamp;

use crate::console::message::{Answer, Message};
use crate::console::model::Trouble;
use crate::console::proposal::Proposal;
use crate::exposure::LogLocation;
use crate::store::StateStore;

/// What the worker works with.
#[derive(Clone, Debug)]
pub struct WorkerDeps {
    /// What is proposed for the database.
    pub proposal: Proposal,
    /// The database.
    pub store: Arc<dyn StateStore>,
    /// The exposure log, if there is to be one.
    pub log: Option<LogLocation>,
    /// Who applies, as `user@host`.
    pub actor: String,
    /// How many units a sample has.
    pub sample_size: u64,
    /// The level at which a split is a mismatch, corrected for the order of the splits.
    pub alpha: f64,
    /// How far a share must surely be off for a mismatch, from 0 to 1.
    pub least_deviation: f64,
    /// The clock.
    pub now: fn() -> Timestamp,
}

/// Where answers go, and how far they are.
pub(super) type Reply = Arc<dyn Fn(Message) + Send + Sync>;

/// A job that panics is answered too, so that nothing waits for it forever.
pub(super) fn guarded(job: impl FnOnce() -> Answer) -> Answer {
    catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let said = said
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        tracing::error!("a job panicked: {said}");
        Answer::Failed(Trouble {
            message: format!("this is a defect of the program: {said}"),
            help: "nothing was written; please report it with the log".to_owned(),
        })
    })
}
