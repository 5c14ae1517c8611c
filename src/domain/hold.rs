//! A hold: an experiment that somebody stopped, whatever the layer files say.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A hold on an experiment. While it is in force, no plan makes the experiment active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// When it was placed; to the microsecond.
    pub since: Timestamp,
    /// Until when it is in force, exclusive; to the microsecond. `None`: until it is released.
    pub until: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// Who placed it, like `user@host`.
    pub actor: String,
}

impl Hold {
    /// Creates a hold; times are cut to the microsecond.
    pub fn new(
        since: Timestamp,
        until: Option<Timestamp>,
        reason: impl Into<String>,
        actor: impl Into<String>,
    ) -> Self {
        Self {
            since: to_microsecond(since),
            until: until.map(to_microsecond),
            reason: reason.into(),
            actor: actor.into(),
        }
    }

    /// Whether it is in force at this time.
    #[must_use]
    pub fn is_in_force(&self, at: Timestamp) -> bool {
        self.until.is_none_or(|until| at < until)
    }
}

fn to_microsecond(at: Timestamp) -> Timestamp {
    // Fewer digits of a time that exists.
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
