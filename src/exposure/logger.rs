//! The logger that a service calls with every answer, and one in memory for its tests.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::LogError;
use crate::assign::{Assignment, AssignmentStatus};
use crate::domain::{ExperimentId, GroupName, LayerId, Revision, SlotIndex, VariantName};

/// Logs the answers that units got. Share one logger between the threads of a service.
///
/// Log every answer whatever its status, also that a unit got nothing. A unit that couldn't be answered
/// has no assignment, and isn't logged.
pub trait AssignmentLogger: Send + Sync {
    /// Logs these answers as given at this time, in this order.
    ///
    /// An error means that some of these answers weren't logged. The answers themselves are fine, and the
    /// service can continue.
    fn log_assignments(
        &self,
        assignments: &[Assignment<'_>],
        at: Timestamp,
    ) -> Result<(), LogError>;

    /// Waits until everything logged so far is stored, or can't be.
    fn flush(&self) -> Result<(), LogError>;
}

/// An [`Assignment`] that was logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedAssignment {
    /// The unit.
    pub unit_id: String,
    /// The layer.
    pub layer_id: LayerId,
    /// The unit's slot in the layer.
    pub slot_index: SlotIndex,
    /// The experiment that was active on the slot.
    pub experiment_id: Option<ExperimentId>,
    /// That experiment's name.
    pub experiment_name: Option<String>,
    /// The variant.
    pub variant: Option<VariantName>,
    /// Whether it was assigned.
    pub status: AssignmentStatus,
    /// The group whose allocation decided.
    pub group: Option<GroupName>,
    /// The state that answered.
    pub revision: Option<Revision>,
    /// The time of the answer.
    pub at: Timestamp,
}

/// Keeps all answers in memory, without a limit.
///
/// ```
/// use avos::assign::{Assignment, AssignmentStatus};
/// use avos::domain::{LayerId, SlotIndex};
/// use avos::exposure::{AssignmentLogger, MemoryLogger};
///
/// let logger = MemoryLogger::default();
/// let layer_id = LayerId::from("homepage");
/// let assignment = Assignment {
///     unit_id: "user_1",
///     layer_id: &layer_id,
///     slot_index: SlotIndex(7),
///     experiment_id: None,
///     experiment_name: None,
///     variant: None,
///     status: AssignmentStatus::NotAssigned,
///     group: None,
///     revision: None,
/// };
/// logger.log_assignments(&[assignment], jiff::Timestamp::now())?;
/// assert_eq!(logger.logged()[0].unit_id, "user_1");
/// # Ok::<(), avos::exposure::LogError>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryLogger {
    logged: Mutex<Vec<LoggedAssignment>>,
}

impl MemoryLogger {
    /// Returns what was logged so far, in order.
    #[must_use]
    pub fn logged(&self) -> Vec<LoggedAssignment> {
        self.lock().clone()
    }

    /// A poisoned lock is fine: a thread that panicked leaves only whole rows behind.
    fn lock(&self) -> MutexGuard<'_, Vec<LoggedAssignment>> {
        self.logged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AssignmentLogger for MemoryLogger {
    fn log_assignments(
        &self,
        assignments: &[Assignment<'_>],
        at: Timestamp,
    ) -> Result<(), LogError> {
        let rows = assignments.iter().map(|assignment| LoggedAssignment {
            unit_id: assignment.unit_id.to_owned(),
            layer_id: assignment.layer_id.clone(),
            slot_index: assignment.slot_index,
            experiment_id: assignment.experiment_id.cloned(),
            experiment_name: assignment.experiment_name.map(str::to_owned),
            variant: assignment.variant.cloned(),
            status: assignment.status,
            group: assignment.group.cloned(),
            revision: assignment.revision.cloned(),
            at,
        });
        self.lock().extend(rows);
        Ok(())
    }

    fn flush(&self) -> Result<(), LogError> {
        Ok(())
    }
}
