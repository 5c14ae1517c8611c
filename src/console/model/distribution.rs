//! How a simulated sample of units splits.

use crate::domain::{ExperimentId, GroupName, LayerId, VariantName};
use crate::srm::Srm;

/// Which state the sample goes through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
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
    pub fn of(&self, source: Source) -> &[Measured] {
        match source {
            Source::Planned => &self.planned,
            Source::Database => &self.database,
        }
    }
}

/// One experiment, or one group of it, as the sample found it.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The layer.
    pub layer_id: LayerId,
    /// The experiment.
    pub experiment_id: ExperimentId,
    /// The group, for a grouped splitter.
    pub group: Option<GroupName>,
    /// The arms in order.
    pub variants: Vec<VariantName>,
    /// Units per arm.
    pub counts: Vec<u64>,
    /// The share that each arm should have, from 0 to 1.
    pub fractions: Vec<f64>,
    /// The test of counts against fractions; none for the `random` splitter, which has nothing
    /// fixed to test.
    pub srm: Option<Srm>,
}
