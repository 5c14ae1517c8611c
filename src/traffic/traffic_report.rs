//! The verdict on a log as values.

use jiff::{SignedDuration, Timestamp};

use super::{Anomaly, AnomalyKind};
use crate::domain::{ExperimentId, GroupName, LayerId, SlotRun, SlotUse, VariantName};
use crate::srm::{ShareInterval, Srm};
use crate::timeline::Apply;

/// The verdict on a log: every split, layer and anomaly.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// Every experiment, or group of one, that has exposures in the log or should have some; the most
    /// suspicious first.
    pub splits: Vec<SplitTraffic>,
    /// Everything else that is wrong, the most serious first.
    pub anomalies: Vec<Anomaly>,
    /// How the units of each layer spread over its slots, the most suspicious layer first; only layers
    /// for which the log also has answers other than `assigned`.
    pub coverage: Vec<LayerCoverage>,
    /// The applies of the journal, oldest first.
    pub applies: Vec<Apply>,
    /// The length of a window.
    pub window: SignedDuration,
    /// The earliest and the latest exposure; `None` for an empty log.
    pub span: Option<(Timestamp, Timestamp)>,
}

impl Traffic {
    /// Whether any split is a mismatch.
    #[must_use]
    pub fn has_mismatch(&self) -> bool {
        self.splits.iter().any(SplitTraffic::is_mismatch)
    }

    /// The overall verdict, given the number of rows that were skipped.
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

/// The overall verdict on a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrafficVerdict {
    /// A split is a mismatch.
    Mismatch,
    /// No split is a mismatch, but something else needs attention: an anomaly, skipped rows, or a
    /// mismatch below the least deviation.
    Warning,
    /// Everything that was tested is as expected.
    Ok,
    /// Nothing was tested.
    Untested,
}

impl TrafficVerdict {
    /// The word in reports; it never changes.
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

/// One experiment, or one group of it, whose units are split together.
#[derive(Clone, Debug)]
pub struct SplitTraffic {
    /// The layer; `None` if the experiment is unknown.
    pub layer_id: Option<LayerId>,
    /// The experiment, as the log has it.
    pub experiment_id: ExperimentId,
    /// The group, for a grouped splitter.
    pub group: Option<GroupName>,
    /// The number of units that the shares refer to: those of the allocation's arms, or of all arms if
    /// the allocation is unknown.
    pub units: u64,
    /// Its arms: those of the allocation in order, then at most 20 that only the log has, those with
    /// the most exposures.
    pub arms: Vec<ArmTraffic>,
    /// The number of units of the experiment, in any group, that got more than one variant.
    pub conflicting_units: u64,
    /// The most serious anomaly of the split, or of its experiment.
    pub gravest: Option<AnomalyKind>,
    /// The test of its counts, or the reason why there is none.
    pub test: Result<Tested, Untested>,
    /// The windows with exposures, in order of time: for charts.
    pub windows: Vec<SplitWindow>,
}

impl SplitTraffic {
    /// The experiment, with its group in brackets: `exp[DE]`, as it is in the log.
    #[must_use]
    pub fn name(&self) -> String {
        split_name(&self.experiment_id, self.group.as_ref())
    }

    /// Whether its units don't split as expected, beyond chance; `false` if it isn't tested.
    #[must_use]
    pub fn is_mismatch(&self) -> bool {
        self.test.as_ref().is_ok_and(|tested| tested.is_mismatch)
    }

    /// The share of an arm, from 0 to 1; `None` for a variant that isn't in the allocation.
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
pub(crate) fn split_name(id: &ExperimentId, group: Option<&GroupName>) -> String {
    group.map_or_else(|| id.to_string(), |group| format!("{id}[{group}]"))
}

/// The counts of an arm.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmTraffic {
    /// The variant.
    pub variant: VariantName,
    /// The expected share, from 0 to 1; `None` for a variant that isn't in the allocation, or if the
    /// allocation is unknown.
    pub fraction: Option<f64>,
    /// Units with their first exposure here.
    pub units: u64,
    /// Exposures: rows of the log.
    pub exposures: u64,
    /// The latest exposure.
    pub last: Option<Timestamp>,
    /// The windows in which it has exposures, in order of time: for charts.
    pub windows: Vec<SplitWindow>,
}

/// A split that was tested.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The three tests; the sequential one is of the last look, its p-value the least of all looks.
    pub srm: Srm,
    /// The position of this split among those that can be tested, by first unit in the order of
    /// writing, from 1.
    pub order: u64,
    /// The part of alpha that it may spend: [`spending_weight`](crate::srm::spending_weight) of its
    /// order.
    pub weight: f64,
    /// The sequential p-value divided by the weight, at most 1.
    pub corrected_p_value: f64,
    /// Whether `corrected_p_value` is at most alpha and the deviation is certainly larger than the least
    /// deviation.
    pub is_mismatch: bool,
    /// Whether `corrected_p_value` is at most alpha, but the deviation isn't certainly large enough.
    pub is_slight: bool,
    /// When it became a mismatch; `None` unless it is one.
    pub crossing: Option<Crossing>,
    /// When the mismatch probably began; `None` unless it is one.
    pub onset: Option<Onset>,
    /// Confidence intervals of the arms' true shares. While these are constant, the intervals contain them
    /// at all times with a probability of at least 1 − alpha · weight, for all arms together. That
    /// doesn't hold for an interval that was cut off or replaced so as to agree with the test: an
    /// expected share lies outside where `corrected_p_value` is at most alpha, and only there.
    pub intervals: Vec<ShareInterval>,
    /// The looks at which the sequential p-value fell, in the order of writing.
    pub course: Vec<EvidencePoint>,
    /// The index of the arm that deviates most, and its deviation: observed minus expected share, from
    /// −1 to 1. Of two equal deviations, that of the smaller expected share counts, else the negative
    /// one. `None` without units.
    pub deviation: Option<(usize, f64)>,
}

/// The first look at which the corrected sequential p-value was at most alpha and, with a least
/// deviation, some interval was farther than that from its share: when the alarm came, not when the
/// fault began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// The time of the exposure at that look.
    pub since: Timestamp,
    /// The number of units when the mismatch became significant.
    pub units: u64,
}

/// When a mismatch began, estimated from the split's windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Onset {
    /// The start of the most likely first window.
    pub estimate: Timestamp,
    /// The start of the first window of the 95% credible interval, under the model of
    /// [`change_point`](crate::srm::change_point).
    pub low: Timestamp,
    /// The start of the last window of that interval.
    pub high: Timestamp,
}

/// A window of a split, or of one of its arms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitWindow {
    /// Its start.
    pub start: Timestamp,
    /// The units with their first exposure in it.
    pub units: u64,
    /// The exposures in it.
    pub exposures: u64,
}

/// A look at which the sequential p-value fell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvidencePoint {
    /// The time of the exposure that it was at.
    pub at: Timestamp,
    /// The number of units.
    pub units: u64,
    /// The p-value from then on.
    pub p_value: f64,
}

/// How the units of a layer spread over the holders of its slots.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerCoverage {
    /// The layer.
    pub layer_id: LayerId,
    /// The number of units, each counted by its first row in the layer.
    pub units: u64,
    /// The sequential p-value divided by the layer's weight among all such layers, at most 1.
    pub corrected_p_value: f64,
    /// Whether that p-value is at most alpha.
    pub is_rejected: bool,
    /// When it became so; `None` unless it is.
    pub since: Option<Timestamp>,
    /// The holders, in the order of their first slots.
    pub holders: Vec<HolderCoverage>,
}

/// The units on one holder's slots.
#[derive(Clone, Debug, PartialEq)]
pub struct HolderCoverage {
    /// The holder.
    pub holder: SlotHolder,
    /// The number of units on them.
    pub units: u64,
    /// The expected number, judging by all other holders: `s/(1 − s)` times their units, where `s` is
    /// this holder's share of the slots.
    pub expected_units: f64,
    /// The fraction of the expected units that is missing, negative if there are too many; `None` if no
    /// units were expected.
    pub lost: Option<f64>,
}

/// A holder of slots.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SlotHolder {
    /// An experiment, with its active slots.
    Active(ExperimentId),
    /// An experiment, with the slots reserved for a later ramp-up.
    Reserved(ExperimentId),
    /// Nobody.
    Free,
}

impl SlotHolder {
    /// The holder of a run of slots.
    #[must_use]
    pub fn of_run(run: &SlotRun) -> Self {
        let id = run.experiment_id.clone();
        match run.usage {
            SlotUse::Active => Self::Active(id),
            SlotUse::Reserved => Self::Reserved(id),
        }
    }

    /// The experiment; `None` for free slots.
    #[must_use]
    pub fn experiment_id(&self) -> Option<&ExperimentId> {
        match self {
            Self::Active(id) | Self::Reserved(id) => Some(id),
            Self::Free => None,
        }
    }

    /// The word in reports; it never changes.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Active(_) => "active",
            Self::Reserved(_) => "reserved",
            Self::Free => "free",
        }
    }
}

/// The reason why a split isn't tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Untested {
    /// The experiment was never in the database.
    #[error("the database has no such experiment")]
    UnknownExperiment,
    /// The experiment has no such group.
    #[error("the experiment has no such group")]
    UnknownGroup,
    /// The experiment is split by group, and the log doesn't have the group: the original writes none.
    #[error("the log doesn't have its units' groups")]
    NoGroup,
    /// The experiment was completed with a winner before the journal begins.
    #[error("its allocation from before the winner was rolled out is unknown")]
    UnknownAllocation,
    /// There are too many units for exact floats.
    #[error("it has too many units to test")]
    TooManyUnits,
    /// There are no units yet.
    #[error("no units yet")]
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

    /// The code in reports; it never changes.
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
