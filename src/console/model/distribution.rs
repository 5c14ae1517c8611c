//! How a simulated sample of units splits, and the distribution's sources.

use std::sync::Arc;

pub use crate::measured::Measured;

/// Where the distribution's units come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// They are simulated.
    Sample(Sampled),
    /// From the exposure log.
    Log,
}

/// The state that assigns the sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampled {
    /// The state after the pending plan; the database's state while nothing is pending.
    #[default]
    Planned,
    /// The database's state.
    Database,
}

/// The outcome of one simulation over both states.
#[derive(Clone, Debug)]
pub struct Distribution {
    /// How many units were simulated per layer.
    pub sample_size: u64,
    /// The share of the layers that was simulated, from 0 to 1.
    pub progress: f64,
    /// Assigned by the database's state.
    pub database: Vec<Arc<Measured>>,
    /// Assigned by the state after the plan.
    pub planned: Vec<Arc<Measured>>,
}

impl Distribution {
    /// Returns what was measured with this state.
    #[must_use]
    pub fn of(&self, sampled: Sampled) -> &[Arc<Measured>] {
        match sampled {
            Sampled::Planned => &self.planned,
            Sampled::Database => &self.database,
        }
    }
}
