//! The state: the request that runs, and the form that asks for the reason.

use jiff::Timestamp;

use crate::console::edits::EditedThing;
use crate::console::message::RequestId;
use crate::domain::{ExperimentId, Hold};

/// The holds that this console places and ends.
#[derive(Clone, Debug, Default)]
pub struct Holds {
    /// The request that writes to the database.
    pub running: Option<RequestId>,
    /// The number of its newest request.
    pub last_request: u64,
}

/// The form that asks for a reason.
#[derive(Clone, Debug)]
pub struct HoldForm {
    /// The experiment.
    pub thing: EditedThing,
    /// The hold that is to be ended; `None` to place one.
    pub ends: Option<Hold>,
    /// The reason that was typed.
    pub typed: String,
    /// When it ends by itself, as it was typed; empty for never.
    pub until: String,
    /// Whether that has the keys, instead of the reason.
    pub is_at_until: bool,
    /// The time that was typed, once Enter has read it.
    pub ends_at: Option<Timestamp>,
}

/// How an experiment stands after it was held or released.
#[derive(Clone, Debug)]
pub struct Held {
    /// The experiment.
    pub experiment_id: ExperimentId,
    /// Its hold; `None` if it was released.
    pub hold: Option<Hold>,
    /// The journal's entry; `None` if it stood like that already.
    pub journal_id: Option<i64>,
}
