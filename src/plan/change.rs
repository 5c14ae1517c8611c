//! One step of a plan, complete enough that a state and its changes give the state afterwards, and
//! the verb and sign by which every report names it.

use serde::{Deserialize, Serialize};

use super::{Edit, UnitMoves};
use crate::domain::{
    AllocationRecord, Experiment, ExperimentId, ExperimentRecord, Fraction, HashAlgorithm, Hold,
    LayerId, SlotMap, SlotUse, Status, VariantName,
};

/// One change to one layer or experiment. An experiment may have several.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    /// The layer that it concerns.
    pub layer_id: LayerId,
    /// The experiment that it concerns; `None` for the layer itself.
    pub experiment_id: Option<ExperimentId>,
    /// What happens.
    #[serde(flatten)]
    pub action: Action,
    /// The slots that it takes, as inclusive runs in order; `None` if it takes the lowest free ones, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Vec<(u32, u32)>>,
}

/// What a change does; `kind` in reports.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// A layer that the database doesn't have.
    CreateLayer {
        /// Its salt.
        layer_salt: String,
        /// Its number of slots.
        total_slots: u32,
        /// The most that its experiments may hold in total.
        total_traffic_percentage: Fraction,
        /// Its hash.
        hash_algorithm: HashAlgorithm,
    },
    /// A new `total_traffic_percentage`, the only value of a layer that may change.
    UpdateLayer {
        /// The share before.
        from: Fraction,
        /// The share afterwards.
        to: Fraction,
    },
    /// An experiment that the database doesn't have.
    CreateExperiment {
        /// All of it.
        experiment: Box<ExperimentRecord>,
        /// The slots that it takes.
        slots: SlotCounts,
    },
    /// More of the held slots become active; more slots are taken if too few are held.
    RampUp {
        /// `traffic_percentage` before.
        from: Fraction,
        /// `traffic_percentage` afterwards.
        to: Fraction,
        /// `reserved_percentage` before, if it can't be derived from the slots: an experiment that
        /// holds no slot beyond its traffic has a reserve that follows the traffic.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reserve_before: Option<Fraction>,
        /// Its slots before and afterwards.
        slots: SlotCounts,
    },
    /// More slots are held for later.
    Reserve {
        /// `reserved_percentage` before.
        from: Fraction,
        /// `reserved_percentage` afterwards.
        to: Fraction,
        /// Its slots before and afterwards.
        slots: SlotCounts,
    },
    /// A new status other than `completed`.
    SetStatus {
        /// The status before.
        from: Status,
        /// The status afterwards.
        to: Status,
    },
    /// The end of the experiment: its slots become free.
    Complete {
        /// The status before.
        from: Status,
        /// Always `completed`.
        to: Status,
        /// The variant that gets all units, if the files name one on completion.
        winner: Option<VariantName>,
        /// The allocation that the winner replaces; `None` without a winner. A journal written by
        /// an earlier version doesn't have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        allocation_before: Option<AllocationRecord>,
        /// The slots that it gives back.
        slots: SlotCounts,
    },
    /// A hold on the experiment: it is paused if it is active, and no plan makes it active again while
    /// the hold is in force.
    Hold {
        /// The status before; never `completed`.
        from: Status,
        /// The hold.
        hold: Hold,
        /// The hold that it replaces.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<Hold>,
    },
    /// The end of a hold. The status stays: a plan from the layer files may resume the experiment.
    Release {
        /// The hold that ends.
        hold: Hold,
    },
    /// A value without effect on slots or status.
    Edit(Edit),
}

/// An experiment's slots before and after a change. `reserved` counts those that are reserved only,
/// so an experiment holds `active + reserved`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotCounts {
    /// Active slots before.
    pub active_before: u32,
    /// Active slots afterwards.
    pub active_after: u32,
    /// Slots that are only reserved, before.
    pub reserved_before: u32,
    /// Slots that are only reserved, afterwards.
    pub reserved_after: u32,
}

impl SlotCounts {
    /// Returns the counts of an experiment that has its slots in `slots` before, and these
    /// afterwards.
    #[must_use]
    pub fn from_here(slots: &SlotMap, id: &ExperimentId, active: u32, reserved: u32) -> Self {
        Self {
            active_before: slots.count(id, SlotUse::Active),
            active_after: active,
            reserved_before: slots.count(id, SlotUse::Reserved),
            reserved_after: reserved,
        }
    }

    /// Slots held before, active and reserved.
    #[must_use]
    pub fn held_before(&self) -> u32 {
        // Counts from a file can be anything; no layer has as many slots as this saturates at.
        self.active_before.saturating_add(self.reserved_before)
    }

    /// Slots held afterwards, active and reserved.
    #[must_use]
    pub fn held_after(&self) -> u32 {
        self.active_after.saturating_add(self.reserved_after)
    }
}

impl Action {
    /// Returns the ramp-up of this experiment to this share.
    ///
    /// A reserve below the new traffic follows it. Its old value is recorded only if
    /// [`implied_reserve`] would get it wrong: less than a slot above the old traffic, and as much
    /// as the new one or less.
    pub(super) fn ramp_up(has: &Experiment, to: Fraction, slots: SlotCounts) -> Self {
        let from = has.traffic_percentage;
        let before = has.reserved_percentage;
        let after = if to.exceeds(before) { to } else { before };
        let is_implied = implied_reserve(from, to, slots, after).is_same(before);
        Self::RampUp {
            from,
            to,
            reserve_before: (!is_implied).then_some(before),
            slots,
        }
    }

    /// Returns whether an experiment may have units after it that it hadn't before: what only stops it, keeps
    /// slots for it or describes it brings none.
    #[must_use]
    pub fn may_bring_units(&self) -> bool {
        match self {
            Self::CreateExperiment { .. } | Self::RampUp { .. } => true,
            Self::SetStatus { to, .. } => *to == Status::Active,
            Self::Edit(edit) => matches!(edit, Edit::StartDate(_) | Edit::EndDate(_)),
            Self::CreateLayer { .. }
            | Self::UpdateLayer { .. }
            | Self::Reserve { .. }
            | Self::Complete { .. }
            | Self::Hold { .. }
            | Self::Release { .. } => false,
        }
    }

    /// Returns the name of its kind in reports.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CreateLayer { .. } => "create_layer",
            Self::UpdateLayer { .. } => "update_layer",
            Self::CreateExperiment { .. } => "create_experiment",
            Self::RampUp { .. } => "ramp_up",
            Self::Reserve { .. } => "reserve",
            Self::SetStatus { .. } => "set_status",
            Self::Complete { .. } => "complete",
            Self::Hold { .. } => "hold",
            Self::Release { .. } => "release",
            Self::Edit(_) => "edit",
        }
    }

    /// Returns the slots before and afterwards, for kinds that move slots.
    #[must_use]
    pub fn slots(&self) -> Option<SlotCounts> {
        match self {
            Self::CreateExperiment { slots, .. }
            | Self::RampUp { slots, .. }
            | Self::Reserve { slots, .. }
            | Self::Complete { slots, .. } => Some(*slots),
            Self::CreateLayer { .. }
            | Self::UpdateLayer { .. }
            | Self::SetStatus { .. }
            | Self::Hold { .. }
            | Self::Release { .. }
            | Self::Edit(_) => None,
        }
    }
}

/// Returns the reserve before a ramp-up that doesn't write it, from the one afterwards.
///
/// If the experiment held no slots beyond its traffic, the reserve followed the traffic.
pub(super) fn implied_reserve(
    from: Fraction,
    to: Fraction,
    slots: SlotCounts,
    after: Fraction,
) -> Fraction {
    if slots.reserved_before == 0 && after.is_same(to) {
        from
    } else {
        after
    }
}

/// What happens to a thing, also legible without color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It is new.
    Adds,
    /// It continues, changed.
    Changes,
    /// It ends.
    Ends,
    /// It continues unchanged.
    Stays,
}

impl Sign {
    /// Returns the sign in text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Adds => "+",
            Self::Changes => "~",
            Self::Ends => "-",
            Self::Stays => "=",
        }
    }
}

impl Action {
    /// Returns what it does to its layer or experiment.
    #[must_use]
    pub fn sign(&self) -> Sign {
        match self {
            Self::CreateLayer { .. } | Self::CreateExperiment { .. } => Sign::Adds,
            Self::Complete { .. } => Sign::Ends,
            Self::UpdateLayer { .. }
            | Self::RampUp { .. }
            | Self::Reserve { .. }
            | Self::SetStatus { .. }
            | Self::Hold { .. }
            | Self::Release { .. }
            | Self::Edit(_) => Sign::Changes,
        }
    }

    /// Returns what it does, as an instruction: `ramp up`, `pause`.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::CreateLayer { .. } => "create layer",
            Self::UpdateLayer { .. } => "set cap",
            Self::CreateExperiment { .. } => "create",
            Self::RampUp { .. } => "ramp up",
            Self::Reserve { .. } => "reserve",
            Self::SetStatus { from, to } => match (from, to) {
                (Status::Paused, Status::Active) => "resume",
                (_, Status::Active) => "activate",
                (_, Status::Paused) => "pause",
                (_, Status::Draft) => "back to draft",
                (_, Status::Completed) => "complete",
            },
            Self::Complete { .. } => "complete",
            Self::Hold { .. } => "hold",
            Self::Release { .. } => "release",
            Self::Edit(edit) => edit.verb(),
        }
    }
}

impl UnitMoves {
    /// Returns what happens to the holder of these units.
    #[must_use]
    pub fn sign(&self) -> Sign {
        if self.joining + self.switching_in + self.lost() <= 0.0 {
            Sign::Stays
        } else if self.before <= 0.0 {
            Sign::Adds
        } else if self.after <= 0.0 {
            Sign::Ends
        } else {
            Sign::Changes
        }
    }
}
