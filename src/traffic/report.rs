//! How traffic splits.

use jiff::{SignedDuration, Timestamp};

use super::{Anomaly, AnomalyKind};
use crate::domain::{ExperimentId, GroupName, LayerId, SlotRun, SlotUse, VariantName};
use crate::srm::{ShareInterval, Srm};
use crate::timeline::Apply;

/// What a log says of the experiments of a database.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// Every experiment, or group of it, that has exposures in the log or should have some: the
    /// one that looks most wrong first.
    pub splits: Vec<SplitTraffic>,
    /// Whatever else isn't as it should be, the gravest first.
    pub anomalies: Vec<Anomaly>,
    /// How the units of each layer spread over its slots, the layer that looks most wrong first; only
    /// layers of which the log has answers that aren't `assigned`.
    pub coverage: Vec<LayerCoverage>,
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

    /// What it comes to, given how many rows of the log couldn't be counted.
    #[must_use]
    pub fn verdict(&self, skipped_rows: u64) -> TrafficVerdict {
        let mut tested = self
            .splits
            .iter()
            .filter_map(|split| split.test.as_ref().ok());
        if self.has_mismatch() {
            TrafficVerdict::Mismatch
        } else if tested.clone().next().is_none() {
            TrafficVerdict::Untested
        } else if skipped_rows > 0
            || !self.anomalies.is_empty()
            || tested.any(|tested| tested.is_slight)
        {
            TrafficVerdict::Warning
        } else {
            TrafficVerdict::Ok
        }
    }
}

/// What a log comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrafficVerdict {
    /// A split is a mismatch.
    Mismatch,
    /// No split is, but something else needs a look: an anomaly, rows that can't be counted, or a
    /// mismatch too small to count as one.
    Warning,
    /// All that was tested is as it should be.
    Ok,
    /// Nothing was tested.
    Untested,
}

impl TrafficVerdict {
    /// The word in reports, which stays.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Warning => "warning",
            Self::Ok => "ok",
            Self::Untested => "untested",
        }
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
    /// The windows with exposures, in order of time: for charts.
    pub windows: Vec<SplitWindow>,
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
    /// The three tests; the sequential one is of the last look, its p-value the least of all looks.
    pub srm: Srm,
    /// Which split of the log this is among those that can be tested, by its first unit in the order
    /// of writing, counted from 1.
    pub order: u64,
    /// The share of alpha that it spends: [`spending_weight`](crate::srm::spending_weight) of its
    /// order.
    pub weight: f64,
    /// The sequential p-value divided by the weight, at most 1.
    pub corrected_p_value: f64,
    /// Whether `corrected_p_value` is at most alpha, and the shares are off by more than the least
    /// deviation that counts.
    pub is_mismatch: bool,
    /// Whether `corrected_p_value` is at most alpha, but the shares aren't surely off by so much.
    pub is_slight: bool,
    /// When it became a mismatch; none unless it is one.
    pub crossing: Option<Crossing>,
    /// When it probably began to be wrong; none unless it is a mismatch.
    pub onset: Option<Onset>,
    /// The shares that its arms may really have. While these are constant, the intervals contain them
    /// at all times with a probability of at least 1 − alpha · weight, for all arms together. That
    /// doesn't hold for an interval that was cut off or replaced so as to agree with the test: an
    /// expected share lies outside where `corrected_p_value` is at most alpha, and only there.
    pub intervals: Vec<ShareInterval>,
    /// Where the sequential p-value fell, in the order of writing.
    pub course: Vec<EvidencePoint>,
    /// The arm whose share is farthest off, by its index, and by how much: observed minus expected
    /// share, from −1 to 1. Where two are as far off, it is the one that should get less, or else
    /// the one that lacks units. None without units.
    pub deviation: Option<(usize, f64)>,
}

/// The first look at which the corrected sequential p-value was at most alpha and, with a least
/// deviation, some interval was farther than that from its share: when the alarm came, not when the
/// fault began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// The time of the exposure that it was at.
    pub since: Timestamp,
    /// How many units there were: so many it took to see.
    pub units: u64,
}

/// When a split began to be wrong, estimated from its windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Onset {
    /// The start of the window that is most likely the first one.
    pub estimate: Timestamp,
    /// The start of the first window of the 95% credible interval, under the model of
    /// [`change_point`](crate::srm::change_point).
    pub low: Timestamp,
    /// The start of the last window of it.
    pub high: Timestamp,
}

/// A window of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitWindow {
    /// When it starts.
    pub start: Timestamp,
    /// Units with their first exposure in it, of all arms.
    pub units: u64,
    /// Exposures in it, of all arms.
    pub exposures: u64,
}

/// A look at which the sequential p-value fell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvidencePoint {
    /// The time of the exposure that it was at.
    pub at: Timestamp,
    /// How many units there were.
    pub units: u64,
    /// The p-value from then on.
    pub p_value: f64,
}

/// How the units of a layer spread over the holders of its slots.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerCoverage {
    /// The layer.
    pub layer_id: LayerId,
    /// How many units were counted, each by its first row in the layer.
    pub units: u64,
    /// The sequential p-value divided by the layer's weight among all such layers, at most 1.
    pub corrected_p_value: f64,
    /// Whether that is at most alpha.
    pub is_rejected: bool,
    /// When it became so; none unless it is.
    pub since: Option<Timestamp>,
    /// The holders, in the order of their first slots.
    pub holders: Vec<HolderCoverage>,
}

/// What the slots of one holder got.
#[derive(Clone, Debug, PartialEq)]
pub struct HolderCoverage {
    /// Whose slots they are.
    pub holder: SlotHolder,
    /// How many units were on them.
    pub units: u64,
    /// How many should have been, by what all others got: `s/(1 − s)` times those, where `s` is its
    /// share of the slots.
    pub expected_units: f64,
    /// The share of these that is missing, negative where there are too many; none where none were
    /// expected.
    pub lost: Option<f64>,
}

/// Who holds slots of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SlotHolder {
    /// An experiment, for its units.
    Active(ExperimentId),
    /// An experiment, for a later ramp-up.
    Reserved(ExperimentId),
    /// Nobody.
    Free,
}

impl SlotHolder {
    /// Who holds a run of slots.
    #[must_use]
    pub fn of_run(run: &SlotRun) -> Self {
        let id = run.experiment_id.clone();
        match run.usage {
            SlotUse::Active => Self::Active(id),
            SlotUse::Reserved => Self::Reserved(id),
        }
    }

    /// The experiment; none for free slots.
    #[must_use]
    pub fn experiment_id(&self) -> Option<&ExperimentId> {
        match self {
            Self::Active(id) | Self::Reserved(id) => Some(id),
            Self::Free => None,
        }
    }

    /// The word in reports, which stays.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Active(_) => "active",
            Self::Reserved(_) => "reserved",
            Self::Free => "free",
        }
    }
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
