//! What is searched for, and what was found.

use std::sync::Arc;

use crate::console::message::RequestId;
use crate::console::model::Trouble;
use crate::exposure::{ArmUnits, LoggedArm};

/// The last search for an arm's units.
#[derive(Clone, Debug, Default)]
pub struct ArmSearch {
    /// The arm, and how many exposures of it were counted when it was last searched for.
    pub asked: Option<(LoggedArm, u64)>,
    /// The request that searches; the fraction of the log searched so far, from 0 to 1.
    pub searching: Option<(RequestId, f64)>,
    /// Its units, or why the log can't be read; `None` until there is an answer.
    pub found: Option<Result<Arc<ArmUnits>, Trouble>>,
    /// The number of its newest request.
    pub last_request: u64,
}

impl ArmSearch {
    /// Returns what was found of this arm.
    #[must_use]
    pub fn found(&self, arm: &LoggedArm) -> Option<&Result<Arc<ArmUnits>, Trouble>> {
        let is_of_arm = self.asked.as_ref().is_some_and(|(asked, _)| asked == arm);
        self.found.as_ref().filter(|_| is_of_arm)
    }

    /// Returns whether the log has other exposures of the arm by now. A search under way is finished first:
    /// the log may grow all the time.
    #[must_use]
    pub fn is_outdated(&self, exposures: u64) -> bool {
        let known = self.asked.as_ref().map(|(_, known)| *known);
        self.searching.is_none() && known != Some(exposures)
    }
}
