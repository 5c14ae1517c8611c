//! How a simulated sample of units splits, and what else the distribution is shown of.

pub use crate::measured::Measured;

/// Where the distribution's units come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// They are simulated.
    Sample(Sampled),
    /// From the exposure log.
    Log,
}

/// Which state the sample goes through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampled {
    /// As it will be after the pending plan; the same as the database while nothing is pending.
    #[default]
    Planned,
    /// As the database has it.
    Database,
}

/// The outcome of one simulation over both states.
#[derive(Clone, Debug)]
pub struct Distribution {
    /// How many units were simulated per layer.
    pub sample_size: u64,
    /// Through the state of the database.
    pub database: Vec<Measured>,
    /// Through the state after the plan.
    pub planned: Vec<Measured>,
}

impl Distribution {
    /// What was measured through this state.
    #[must_use]
    pub fn of(&self, sampled: Sampled) -> &[Measured] {
        match sampled {
            Sampled::Planned => &self.planned,
            Sampled::Database => &self.database,
        }
    }
}
