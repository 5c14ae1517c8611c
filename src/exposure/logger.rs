//! What a service calls with every answer that it gives.

use jiff::Timestamp;

use super::LogError;
use crate::assign::Assignment;

/// Keeps what units were given. Share one between the threads of a service.
///
/// Every answer is logged, whatever its status: that a unit got nothing is news too. A unit that
/// couldn't be answered has no assignment, and isn't logged.
pub trait AssignmentLogger: Send + Sync {
    /// Logs these answers as given at this time, in this order.
    ///
    /// An error means that answers of this call weren't taken; nothing else is wrong with them,
    /// and the service can go on serving.
    fn log_assignments(
        &self,
        assignments: &[Assignment<'_>],
        at: Timestamp,
    ) -> Result<(), LogError>;

    /// Waits until everything that was taken is kept, or can't be.
    fn flush(&self) -> Result<(), LogError>;
}
