//! The counts that a summary returns: of arms, of answers without a variant, and of layers.

use jiff::Timestamp;

use super::series::Series;
use crate::domain::{ExperimentId, GroupName, LayerId, VariantName};

/// The exposures of one arm of an experiment, or of one of its groups.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArmExposures {
    /// The experiment.
    pub experiment_id: ExperimentId,
    /// The group; `None` where the log has none.
    pub group: Option<GroupName>,
    /// The variant.
    pub variant: VariantName,
    /// The number of units that had their first exposure to the experiment here.
    pub units: u64,
    /// The number of exposures: rows of the log.
    pub exposures: u64,
    /// The number of units that all arms of the same experiment and group got since this arm's last
    /// exposure, in the order of writing.
    pub units_elsewhere_since: u64,
    /// The same over all groups of the experiment.
    pub units_of_experiment_since: u64,
    /// The earliest time of an exposure, in whatever order they were written.
    pub first: Timestamp,
    /// The latest time.
    pub last: Timestamp,
    /// Its index among the kinds of exposures.
    pub(super) kind: usize,
    /// Its number among the arms of its experiment, by which looks refer to it.
    pub(crate) number: u32,
    /// The number of units in the log before this arm's first one; `None` without units.
    pub(crate) first_unit: Option<u64>,
}

/// Exposures without a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusExposures {
    /// The experiment on the unit's slot; `None` where there was none.
    pub experiment_id: Option<ExperimentId>,
    /// The status, as logged.
    pub status: String,
    /// The number of exposures.
    pub exposures: u64,
    /// The earliest time of an exposure.
    pub first: Timestamp,
    /// The latest time.
    pub last: Timestamp,
}

/// The exposures of an arm in a window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Window {
    /// The start. The length of all windows is
    /// [`ExposureSummary::window`](super::ExposureSummary::window).
    pub start: Timestamp,
    /// The number of units that had their first exposure to the experiment in it.
    pub units: u64,
    /// The number of exposures: rows of the log.
    pub exposures: u64,
}

/// The units of a log by the values of a further column, such as the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// The column.
    pub name: String,
    /// The units of each arm and value.
    pub units: Vec<DimensionUnits>,
}

/// The units of an arm that had their first exposure with this value of a further column, such as the platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DimensionUnits {
    /// The experiment.
    pub experiment_id: ExperimentId,
    /// The group; `None` where the log has none.
    pub group: Option<GroupName>,
    /// The variant.
    pub variant: VariantName,
    /// The value; `None` for NULL and for an empty text.
    pub value: Option<String>,
    /// The number of units, each counted once per experiment.
    pub units: u64,
}

/// The units of a layer whose log also has answers other than `assigned`, so that it has all units:
/// each once, by its first row in the layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LayerExposures<'c> {
    pub(crate) layer_id: &'c LayerId,
    /// The units by slot, in the order of writing.
    pub(crate) series: &'c Series,
}

/// A kind of exposure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum ExposureKind {
    /// A unit got a variant.
    Arm {
        experiment_id: ExperimentId,
        group: Option<GroupName>,
        variant: VariantName,
    },
    /// A unit got none.
    Status {
        experiment_id: Option<ExperimentId>,
        status: String,
    },
}

#[cfg(feature = "store")]
impl ExposureKind {
    /// Returns an arm's variant.
    pub(super) fn variant(&self) -> Option<&VariantName> {
        match self {
            Self::Arm { variant, .. } => Some(variant),
            Self::Status { .. } => None,
        }
    }
}
