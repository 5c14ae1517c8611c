//! A plan that can be applied.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{BaseLayers, Change, ReplayError, replay_changes};
use crate::domain::{LayerId, Layers, State};

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

/// Valid changes for layers as they were.
#[derive(Clone, Debug)]
#[must_use = "a plan does nothing until it is applied"]
pub struct Plan {
    /// Its id.
    pub plan_id: PlanId,
    /// The layers that it changes, as they must be when it is applied.
    pub base_layers: BaseLayers,
    /// Whether it was made for a database without layers. Only such a plan creates a database, or fills
    /// an empty one: where the layers of others are gone, it isn't the database that was meant.
    pub is_for_empty_database: bool,
    /// The steps, in order.
    pub changes: Vec<Change>,
    /// The unified text diff that was reviewed, for the journal.
    pub diff: String,
}

impl Plan {
    /// Returns the layers that aren't in this state as they were when it was made.
    #[must_use]
    pub fn stale_layers(&self, state: &State) -> Vec<LayerId> {
        self.base_layers
            .stale_in(&self.changes, self.is_for_empty_database, state)
    }

    /// Returns the layers after the plan, for a state in which it isn't stale.
    pub fn replayed_on(&self, state: &State) -> Result<Layers, ReplayError> {
        let mut layers = state.layers.clone();
        replay_changes(&mut layers, &self.changes)?;
        Ok(layers)
    }
}
