//! Whether what a log says a unit got is what it gets now.

use super::UnitAnswer;
use crate::assign::{AssignmentStatus, Decision, Explanation, Point};
use crate::exposure::UnitRow;

/// How a row of the log stands to what the unit gets now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// It says the same.
    Same,
    /// It says something else, which may have been right at its time.
    Differs,
    /// That can't be told, for this reason.
    Unknown(&'static str),
}

impl Agreement {
    /// Holds a row of the log against the answer for its layer.
    #[must_use]
    pub fn of(row: &UnitRow, answer: &UnitAnswer) -> Self {
        let Some(now) = &answer.now else {
            return Self::Unknown("the layer isn't in the database yet");
        };
        let Ok(expected) = now.assignment() else {
            return Self::Unknown("what it gets now isn't known");
        };
        if row.experiment_id.as_ref() != expected.experiment_id || !has_status(row, expected.status)
        {
            return Self::Differs;
        }
        if is_drawn(now) {
            return Self::Unknown("drawn for each call");
        }
        match (&answer.group, &row.group) {
            (Some(_), None) => return Self::Unknown("its group wasn't logged"),
            (Some(one), Some(other)) if one.name != *other => {
                return Self::Unknown("of a group that isn't known");
            }
            _ => {}
        }
        if row.variant.as_ref() == expected.variant {
            Self::Same
        } else {
            Self::Differs
        }
    }
}

/// Other programs may write the word in capitals.
fn has_status(row: &UnitRow, expected: AssignmentStatus) -> bool {
    let status = row.status.as_deref();
    status.is_some_and(|status| status.eq_ignore_ascii_case(expected.as_str()))
}

/// Whether the unit gets another variant with each call.
#[must_use]
pub(in crate::console) fn is_drawn(explanation: &Explanation) -> bool {
    match &explanation.decision {
        Decision::Assigned(choice) => matches!(choice.point, Point::Drawn(_)),
        Decision::NotAssigned | Decision::Inactive(_) | Decision::Refused(_) => false,
    }
}
