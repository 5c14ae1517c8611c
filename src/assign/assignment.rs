//! What a unit gets.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::{ExperimentId, GroupName, LayerId, Revision, SlotIndex, VariantName};

/// Whether a unit got a variant and, if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AssignmentStatus {
    /// It has a variant.
    Assigned,
    /// No experiment is active on its slot: the slot is free, or only reserved.
    NotAssigned,
    /// The experiment on its slot doesn't assign: not active, or outside its dates.
    ExperimentInactive,
}

impl AssignmentStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Assigned, Self::NotAssigned, Self::ExperimentInactive];

    /// Returns the word in reports and in exposure logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::NotAssigned => "not_assigned",
            Self::ExperimentInactive => "experiment_inactive",
        }
    }

    /// Whether a log's text is this status. Case doesn't count: other programs write the word in
    /// capitals.
    #[must_use]
    pub fn is_written(self, text: &str) -> bool {
        text.eq_ignore_ascii_case(self.as_str())
    }
}

impl fmt::Display for AssignmentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The answer for one unit. It borrows from the [`Assigner`](super::Assigner) and from the unit's
/// id, so that a bulk run copies nothing; serialized, it is the line that `avos assign` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Assignment<'a> {
    /// The unit.
    pub unit_id: &'a str,
    /// The layer.
    pub layer_id: &'a LayerId,
    /// The unit's slot in the layer.
    pub slot_index: SlotIndex,
    /// The experiment that is active on the slot.
    pub experiment_id: Option<&'a ExperimentId>,
    /// That experiment's name.
    pub experiment_name: Option<&'a str>,
    /// The variant; `None` unless the status is `assigned`.
    pub variant: Option<&'a VariantName>,
    /// Whether it is assigned.
    pub status: AssignmentStatus,
    /// The group whose allocation decided, for a grouped splitter. Exposure logs keep it; the
    /// printed line doesn't have it.
    #[serde(skip)]
    pub group: Option<&'a GroupName>,
    /// The state that answered, if the assigner [knows it](super::Assigner::with_revision). Exposure logs
    /// keep it; the printed line doesn't have it.
    #[serde(skip)]
    pub revision: Option<&'a Revision>,
}
