//! What isn't as it should be, besides how units split.

use jiff::Timestamp;

use crate::domain::{ExperimentId, GroupName, VariantName};

/// Something about an experiment's exposures that needs a look.
#[derive(Clone, Debug, PartialEq)]
pub struct Anomaly {
    /// What it is.
    pub kind: AnomalyKind,
    /// The experiment, as the log has it.
    pub experiment_id: ExperimentId,
    /// The group, where one is concerned.
    pub group: Option<GroupName>,
    /// The variant, where one is concerned.
    pub variant: Option<VariantName>,
    /// How many exposures are concerned; of an arm that is silent, how many units its siblings got
    /// without it.
    pub count: u64,
    /// Since when.
    pub since: Timestamp,
    /// The latest exposure that is concerned; of an arm that is silent, its last one.
    pub last: Timestamp,
}

/// The kinds, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnomalyKind {
    /// An arm of fraction 0 got exposures.
    ZeroFraction,
    /// An arm gets nothing any more while its siblings do.
    Silent,
    /// Exposures while the experiment was paused or still a draft, or outside its dates.
    Inactive,
    /// Exposures after the experiment was completed.
    Completed,
    /// Exposures of a variant that the experiment doesn't have.
    UnknownVariant,
    /// Exposures of a group that the experiment doesn't have.
    UnknownGroup,
    /// Exposures of an experiment that the database never had.
    UnknownExperiment,
    /// Units that were seen with more than one variant.
    Conflict,
}
