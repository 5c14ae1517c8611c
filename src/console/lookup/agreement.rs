//! Whether what a log says a unit got is what it gets now.

use super::UnitAnswer;
use crate::assign::{Decision, Explanation, Point};
use crate::exposure::UnitRow;

/// How a row of the log compares with what the unit gets now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// It says the same.
    Same,
    /// It says something else, which may have been right at its time.
    Differs,
    /// It has this other slot, so another salt or another hash decided.
    OtherSlot(i64),
    /// Unknown, for this reason.
    Unknown(&'static str),
}

impl Agreement {
    /// Compares a row of the log with the answer for its layer.
    #[must_use]
    pub fn of(row: &UnitRow, answer: &UnitAnswer) -> Self {
        let Some(now) = &answer.now else {
            return Self::Unknown("the layer isn't in the database yet");
        };
        // Salt, slots and hash never change: with another slot, nothing else in the row can be
        // right.
        let own_slot = i64::from(now.slot_index.0);
        if let Some(slot) = row.slot_index.filter(|slot| *slot != own_slot) {
            return Self::OtherSlot(slot);
        }
        let Ok(expected) = now.assignment() else {
            return Self::Unknown("what it gets now isn't known");
        };
        let status = row.status.as_deref();
        let has_status = status.is_some_and(|status| expected.status.is_written(status));
        if row.experiment_id.as_ref() != expected.experiment_id || !has_status {
            return Self::Differs;
        }
        if is_drawn(now) {
            return Self::Unknown("drawn for each call");
        }
        match (&answer.group, &row.group) {
            (Some(_), None) => return Self::Unknown("its group wasn't logged"),
            (Some(one), Some(other)) if one.name != *other => {
                return Self::Unknown("its group is unknown");
            }
            (Some(_), Some(_)) | (None, _) => {}
        }
        if row.variant.as_ref() == expected.variant {
            Self::Same
        } else {
            Self::Differs
        }
    }

    /// Returns whether the row says something else.
    #[must_use]
    pub fn is_different(self) -> bool {
        match self {
            Self::Differs | Self::OtherSlot(_) => true,
            Self::Same | Self::Unknown(_) => false,
        }
    }
}

/// Returns whether the variant is drawn again for each call.
#[must_use]
pub(in crate::console) fn is_drawn(explanation: &Explanation) -> bool {
    match &explanation.decision {
        Decision::Assigned(choice) => matches!(choice.point, Point::Drawn(_)),
        Decision::NotAssigned | Decision::Inactive(_) | Decision::Refused(_) => false,
    }
}
