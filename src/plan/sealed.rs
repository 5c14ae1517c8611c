//! A plan that can be applied.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Change, ReplayError, replay_changes};
use crate::domain::{Layers, Revision, State};

/// A SHA-256 over everything in a plan's report, as 64 hexadecimal digits. It doesn't cover the
/// time: unless a date of an experiment passes in between, the same plan has the same id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanId(pub String);

impl PlanId {
    /// Returns the first twelve digits, enough for people to tell plans apart.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Valid changes for exactly one revision of the database.
#[derive(Clone, Debug)]
#[must_use = "a plan does nothing until it is applied"]
pub struct Plan {
    /// Its id.
    pub plan_id: PlanId,
    /// The only revision of the database that it may be applied to.
    pub base_revision: Revision,
    /// The steps, in order.
    pub changes: Vec<Change>,
    /// The unified text diff that was reviewed, for the journal.
    pub diff: String,
}

impl Plan {
    /// Returns the layers that it makes of this state, at whose revision it is.
    pub fn replayed_on(&self, state: &State) -> Result<Layers, ReplayError> {
        let mut layers = state.layers.clone();
        replay_changes(&mut layers, &self.changes)?;
        Ok(layers)
    }
}
