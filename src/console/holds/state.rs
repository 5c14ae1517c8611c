//! The state: the request that runs, and the form that asks for the reason.

use crate::console::edits::EditedThing;
use crate::console::message::RequestId;
use crate::domain::{ExperimentId, Hold};
use crate::holding::HoldEnd;

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
    /// What is to be done.
    pub purpose: HoldPurpose,
    /// The reason that was typed.
    pub typed: String,
    /// When it ends by itself, as it was typed; empty for never.
    pub until: String,
    /// Whether that has the keys, instead of the reason.
    pub is_at_until: bool,
    /// What that means, once Enter has read it.
    pub ends: Option<HoldEnd>,
    /// What Enter found wrong in the text that has the keys, until that changes.
    pub error: Option<String>,
}

/// What a form is for.
#[derive(Clone, Debug)]
pub enum HoldPurpose {
    /// To hold the experiment.
    Place,
    /// To hold it for another reason, or with another end.
    Replace(Hold),
    /// To end this hold.
    Release(Hold),
}

impl HoldPurpose {
    /// Returns the hold that is there.
    #[must_use]
    pub fn present(&self) -> Option<&Hold> {
        match self {
            Self::Place => None,
            Self::Replace(hold) | Self::Release(hold) => Some(hold),
        }
    }

    /// Returns whether it is to be ended.
    #[must_use]
    pub fn is_release(&self) -> bool {
        matches!(self, Self::Release(_))
    }
}

/// A hold that is to be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHold {
    /// The experiment.
    pub experiment_id: ExperimentId,
    /// Why.
    pub reason: String,
    /// When it ends by itself; `None` for never.
    pub until: Option<HoldEnd>,
    /// Whether it replaces a hold in force.
    pub replaces: bool,
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
