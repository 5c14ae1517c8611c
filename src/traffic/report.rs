//! How traffic splits.

use jiff::{SignedDuration, Timestamp};

use super::{Anomaly, AnomalyKind};
use crate::domain::{ExperimentId, GroupName, LayerId, VariantName};
use crate::srm::Srm;
use crate::timeline::Apply;

/// What a log says of the experiments of a database.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// Every experiment, or group of it, that has exposures in the log or should have some: the
    /// one that looks most wrong first.
    pub splits: Vec<SplitTraffic>,
    /// Whatever else isn't as it should be, the gravest first.
    pub anomalies: Vec<Anomaly>,
    /// The applies of the journal, oldest first.
    pub applies: Vec<Apply>,
    /// How long a window is.
    pub window: SignedDuration,
    /// The earliest and the latest exposure; none in an empty log.
    pub span: Option<(Timestamp, Timestamp)>,
}

impl Traffic {
    /// Whether any split is a mismatch.
    #[must_use]
    pub fn has_mismatch(&self) -> bool {
        self.splits.iter().any(SplitTraffic::is_mismatch)
    }
}

/// One experiment, or one group of it: the units of which are split apart.
#[derive(Clone, Debug)]
pub struct SplitTraffic {
    /// The layer; none where the experiment is unknown.
    pub layer_id: Option<LayerId>,
    /// The experiment, as the log has it.
    pub experiment_id: ExperimentId,
    /// The group, for a grouped splitter.
    pub group: Option<GroupName>,
    /// How many units its shares are of: those of the allocation's arms, or of all where that isn't
    /// known.
    pub units: u64,
    /// Its arms: those of the allocation in order, then those that only the log has, of which there
    /// are 20 at most, the ones with the most exposures.
    pub arms: Vec<ArmTraffic>,
    /// Units of the experiment that were seen with more than one variant, in whatever group.
    pub conflicting_units: u64,
    /// The gravest anomaly of it, or of all groups of its experiment.
    pub gravest: Option<AnomalyKind>,
    /// The test of its counts, or why there is none.
    pub test: Result<Tested, Untested>,
    /// The windows with exposures, in order.
    pub looks: Vec<Look>,
}

impl SplitTraffic {
    /// The experiment, with its group in brackets: `exp[DE]`, as it is in the log.
    #[must_use]
    pub fn name(&self) -> String {
        name(&self.experiment_id, self.group.as_ref())
    }

    /// Whether its units don't split as they should, beyond chance. What isn't tested is none.
    #[must_use]
    pub fn is_mismatch(&self) -> bool {
        self.test.as_ref().is_ok_and(|tested| tested.is_mismatch)
    }

    /// The share of an arm, from 0 to 1; none for a variant that isn't in the allocation.
    #[must_use]
    pub fn share(&self, arm: &ArmTraffic) -> Option<f64> {
        let units = self.units.max(1);
        self.has_share(arm).then(|| arm.units as f64 / units as f64)
    }

    fn has_share(&self, arm: &ArmTraffic) -> bool {
        arm.fraction.is_some() || self.arms.iter().all(|arm| arm.fraction.is_none())
    }
}

/// An experiment, with its group in brackets.
pub(super) fn name(id: &ExperimentId, group: Option<&GroupName>) -> String {
    group.map_or_else(|| id.to_string(), |group| format!("{id}[{group}]"))
}

/// What an arm got.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmTraffic {
    /// The variant.
    pub variant: VariantName,
    /// The share that it should get, from 0 to 1; none for a variant that isn't in the allocation,
    /// or where the allocation isn't known.
    pub fraction: Option<f64>,
    /// Units with their first exposure here.
    pub units: u64,
    /// Exposures: rows of the log.
    pub exposures: u64,
    /// The latest exposure.
    pub last: Option<Timestamp>,
}

/// A split that was tested.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The three tests; the sequential one is the running minimum over all looks.
    pub srm: Srm,
    /// The sequential p-value by Holm's correction for all splits that were tested together.
    pub holm_p_value: f64,
    /// By what that correction multiplies this split's own p-value, at least 1: `holm_p_value` is
    /// the product, or a smaller p-value's where that is greater.
    pub holm_factor: f64,
    /// Whether `holm_p_value` is at most alpha.
    pub is_mismatch: bool,
    /// When it became one; none unless it is one.
    pub crossing: Option<Crossing>,
    /// The arm whose share is farthest off, by its index, and by how much: observed minus expected
    /// share, from −1 to 1. Where two are as far off, it is the one that should get less, or else
    /// the one that lacks units. None without units.
    pub deviation: Option<(usize, f64)>,
}

/// The window in which the corrected sequential p-value first was at most alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// When it starts.
    pub since: Timestamp,
    /// How many units there were at its end: so many it took to see.
    pub units: u64,
}

/// A window of a split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// When it starts.
    pub start: Timestamp,
    /// Units with their first exposure in it, of all arms.
    pub units: u64,
    /// Exposures in it, of all arms.
    pub exposures: u64,
    /// How many units were tested at its end: all so far of the allocation's arms; 0 where nothing
    /// is tested.
    pub tested_units: u64,
    /// The sequential p-value at its end; 1 where nothing is tested.
    pub p_value: f64,
}

/// Why counts aren't tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untested {
    /// The database never had such an experiment.
    #[error("the database has no such experiment")]
    UnknownExperiment,
    /// The experiment has no such group.
    #[error("the experiment has no such group")]
    UnknownGroup,
    /// The experiment is split by group, and the log doesn't say which: the original writes none.
    #[error("the log doesn't say which group each unit is of")]
    NoGroup,
    /// The experiment was completed with a winner before the journal begins.
    #[error("its allocation before the winner was rolled out isn't known")]
    UnknownAllocation,
    /// There are more units than the tests can tell apart.
    #[error("there are too many units to be tested")]
    TooManyUnits,
    /// No unit yet.
    #[error("no unit yet")]
    NoUnits,
}

impl Untested {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [
        Self::UnknownExperiment,
        Self::UnknownGroup,
        Self::NoGroup,
        Self::UnknownAllocation,
        Self::TooManyUnits,
        Self::NoUnits,
    ];

    /// The code in reports, which stays.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownExperiment => "unknown-experiment",
            Self::UnknownGroup => "unknown-group",
            Self::NoGroup => "no-group",
            Self::UnknownAllocation => "unknown-allocation",
            Self::TooManyUnits => "too-many-units",
            Self::NoUnits => "no-units",
        }
    }
}
