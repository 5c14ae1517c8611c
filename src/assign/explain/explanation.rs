//! The steps from a unit to its variant, as data.

use jiff::Timestamp;

use super::HashStep;
use crate::assign::{ArmSpan, AssignError, Assignment, AssignmentStatus};
use crate::domain::{
    Experiment, GroupName, Inactivity, Layer, SlotIndex, SlotRun, SlotUse, VariantName,
};

/// Why a unit gets what it gets in a layer. It owns all that it says, so it can be kept and sent to
/// another thread. Its `Display` is text of several lines, safe for a terminal, in which each
/// line that begins with `$` is a command, with what it prints in the line below.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The unit.
    pub unit_id: String,
    /// The time that it was asked for.
    pub at: Timestamp,
    /// The layer, with its salt, its slots and its hash.
    pub layer: Layer,
    /// The hash that finds the slot.
    pub slot_hash: HashStep,
    /// The unit's slot: the hash's number modulo the layer's slots.
    pub slot_index: SlotIndex,
    /// The run of slots that this one belongs to; `None` where the slot is free.
    pub holder: Option<SlotRun>,
    /// The experiment that holds the slot, where it stands on the layer.
    pub experiment: Option<Experiment>,
    /// What comes of it.
    pub decision: Decision,
}

/// What comes of the slot, the experiment that holds it, and the unit's groups.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Decision {
    /// No experiment is active on the slot.
    NotAssigned,
    /// The experiment doesn't assign at this time.
    Inactive(Inactivity),
    /// The unit's group is missing or unknown.
    Refused(AssignError),
    /// The splitter chooses.
    Assigned(Choice),
}

/// How the splitter chooses.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The group whose allocation holds, for a grouped splitter.
    pub group: Option<GroupName>,
    /// The unit's point.
    pub point: Point,
    /// Where each variant lies, in order.
    pub arms: Vec<ArmSpan>,
    /// The variant in whose stretch the point lies.
    pub variant: VariantName,
}

/// The unit's point of the unit interval.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Point {
    /// The hash's number divided by 2^128.
    Hashed(HashStep),
    /// Drawn by the `random` splitter, for this explanation alone: each call draws afresh.
    Drawn(f64),
}

impl Point {
    /// The point, from 0 to 1.
    #[must_use]
    pub fn value(&self) -> f64 {
        match self {
            Self::Hashed(step) => step.point(),
            Self::Drawn(x) => *x,
        }
    }
}

impl Explanation {
    /// The answer that is explained, as `assign` gives it.
    pub fn assignment(&self) -> Result<Assignment<'_>, &AssignError> {
        let is_active = |run: &&SlotRun| run.usage == SlotUse::Active;
        let holder = self.holder.as_ref().filter(is_active);
        let experiment = self.experiment.as_ref().filter(|_| holder.is_some());
        let (status, choice) = match &self.decision {
            Decision::NotAssigned => (AssignmentStatus::NotAssigned, None),
            Decision::Inactive(_) => (AssignmentStatus::ExperimentInactive, None),
            Decision::Refused(error) => return Err(error),
            Decision::Assigned(choice) => (AssignmentStatus::Assigned, Some(choice)),
        };
        Ok(Assignment {
            unit_id: &self.unit_id,
            layer_id: &self.layer.layer_id,
            slot_index: self.slot_index,
            experiment_id: experiment.map(|experiment| &experiment.experiment_id),
            experiment_name: experiment.map(|experiment| experiment.name.as_str()),
            variant: choice.map(|choice| &choice.variant),
            status,
            group: choice.and_then(|choice| choice.group.as_ref()),
        })
    }
}
